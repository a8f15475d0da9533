//! Runs that are killed at random moments while the log grows, rotates and is compressed.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::is_long;
use super::world::{World, event};

/// Events after which the log is rotated.
const ROLL_AFTER: usize = 40;
/// Rotated logs that are kept; all that is older was read long ago.
const KEPT: usize = 12;

/// Numbers by lot, the same in every run.
struct Lot(u64);

impl Lot {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

#[test]
fn killed_at_random_moments_while_the_log_is_written() {
    let kills = if is_long() { 1000 } else { 40 };
    for own_names in [true, false] {
        let mut world = World::new(own_names);
        world.append(2);
        let usual = usual_time(&mut world);
        let (log, from) = (world.log(), world.written);
        let stop = AtomicBool::new(false);
        let killed = thread::scope(|scope| {
            let writer = scope.spawn(|| write(&log, from, &stop));
            let killed = kill(&mut world, kills / 2, usual);
            stop.store(true, Ordering::Relaxed);
            world.written = writer.join().unwrap();
            killed
        });
        assert!(killed >= kills / 6, "only {killed} of {} runs were killed before their end", kills / 2);
        world.finish();
        assert_eq!(world.is_exact(), Ok(()), "own names {own_names}: {:?}", world.problems);
        assert!(world.problems.is_empty(), "{:?}", world.problems);
        assert!(world.written > kills / 2, "the log was written meanwhile");
    }
}

/// How long a run takes here and now.
fn usual_time(world: &mut World) -> Duration {
    let begin = Instant::now();
    for _ in 0..5 {
        world.run();
    }
    begin.elapsed() / 5
}

/// Kills so many runs, each at another moment, with a whole run after each. Returns how many had not ended by then.
fn kill(world: &mut World, times: usize, usual: Duration) -> usize {
    let mut lot = Lot(7);
    let mut killed = 0;
    for _ in 0..times {
        let mut command = World::program();
        command.args(world.arguments()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let micros = u64::try_from(usual.as_micros()).unwrap();
        thread::sleep(Duration::from_micros(lot.below(micros)));
        child.kill().unwrap();
        killed += usize::from(child.wait().unwrap().signal() == Some(9));
        world.look();
        world.run();
    }
    killed
}

/// Writes events until it is told to stop, some of them in two pieces, and rotates the log. Returns how many there are.
fn write(log: &Path, from: usize, stop: &AtomicBool) -> usize {
    let mut lot = Lot(11);
    let mut number = from;
    while !stop.load(Ordering::Relaxed) {
        let text = event(number);
        let cut = if lot.below(3) == 0 { usize::try_from(lot.below(text.len() as u64)).unwrap() } else { text.len() };
        append(log, &text[..cut]);
        if cut < text.len() {
            thread::sleep(Duration::from_micros(lot.below(3000)));
            append(log, &text[cut..]);
        }
        number += 1;
        if number.is_multiple_of(ROLL_AFTER) {
            roll(log, &mut lot);
        }
        thread::sleep(Duration::from_micros(2000 + lot.below(6000)));
    }
    number
}

fn append(log: &Path, text: &str) {
    OpenOptions::new().create(true).append(true).open(log).unwrap().write_all(text.as_bytes()).unwrap();
}

/// Renames every generation, and compresses the third as gzip does: beside it, piece by piece, then it is removed.
fn roll(log: &Path, lot: &mut Lot) {
    let rotated = |number: usize| PathBuf::from(format!("{}.{number}", log.display()));
    let packed = |number: usize| PathBuf::from(format!("{}.{number}.gz", log.display()));
    let _ = fs::remove_file(packed(KEPT));
    for number in (1..KEPT).rev() {
        for (old, new) in [(rotated(number), rotated(number + 1)), (packed(number), packed(number + 1))] {
            if old.exists() {
                fs::rename(old, new).unwrap();
            }
        }
    }
    fs::rename(log, rotated(1)).unwrap();
    append(log, "");
    if let Ok(bytes) = fs::read(rotated(3)) {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&bytes).unwrap();
        let bytes = encoder.finish().unwrap();
        let mut file = File::create_new(packed(3)).unwrap();
        for piece in bytes.chunks(bytes.len() / 3 + 1) {
            file.write_all(piece).unwrap();
            thread::sleep(Duration::from_micros(lot.below(4000)));
        }
        fs::remove_file(rotated(3)).unwrap();
    }
}
