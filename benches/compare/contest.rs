//! Programs in turn over their logs, round after round, so that whatever else the machine does meets all alike.

use std::fmt;
use std::path::PathBuf;

use anyhow::Result;

use super::data::{Log, MIB, warm};
use super::process::Pipeline;
use super::proof::{Proof, Verdict};

/// One program with one log.
#[derive(Debug, Clone)]
pub(crate) struct Contender {
    name: String,
    /// `None` where the program is not installed.
    pipeline: Option<Pipeline>,
    path: PathBuf,
    bytes: u64,
    proof: Proof,
}

/// What was measured of one contender, or why nothing was.
#[derive(Debug)]
struct Standing {
    name: String,
    bytes: u64,
    figures: Result<Figures, String>,
}

/// The figures of one contender.
#[derive(Debug, Clone, Default)]
struct Figures {
    /// Seconds, ascending.
    seconds: Vec<f64>,
    peak: Option<u64>,
    output: Vec<u8>,
    code: Option<i32>,
}

/// What a contest gave.
#[derive(Debug)]
pub(crate) struct Standings {
    title: String,
    rows: Vec<Standing>,
}

impl Contender {
    pub(crate) fn new(name: &str, pipeline: impl Into<Option<Pipeline>>, log: &Log, proof: Proof) -> Self {
        Self { name: name.to_owned(), pipeline: pipeline.into(), path: log.path.clone(), bytes: log.bytes, proof }
    }

    /// The program under test, which must report exactly what the log holds.
    pub(crate) fn reporting(name: &str, pipeline: Pipeline, log: &Log) -> Self {
        Self::new(name, pipeline, log, Proof::Report(log.contents.clone()))
    }
}

/// Lets the contenders run. The first round is watched and judged and counts for no time; each later run must put out
/// the same bytes.
pub(crate) fn hold(title: &str, contenders: &[Contender], rounds: u32) -> Result<Standings> {
    let mut rows = Vec::new();
    for contender in contenders {
        let figures = judged(contender)?;
        rows.push(Standing { name: contender.name.clone(), bytes: contender.bytes, figures });
    }
    for _ in 0..rounds {
        for (contender, row) in contenders.iter().zip(&mut rows) {
            let (Some(pipeline), Ok(figures)) = (&contender.pipeline, &mut row.figures) else { continue };
            warm(&contender.path)?;
            let run = pipeline.run()?;
            if run.code == figures.code && run.output == figures.output {
                figures.seconds.push(run.time.as_secs_f64());
            } else {
                row.figures = Err("wrong: two runs put out different bytes".to_owned());
            }
        }
    }
    for figures in rows.iter_mut().filter_map(|row| row.figures.as_mut().ok()) {
        figures.seconds.sort_by(f64::total_cmp);
    }
    let standings = Standings { title: title.to_owned(), rows };
    println!("{standings}");
    Ok(standings)
}

fn judged(contender: &Contender) -> Result<Result<Figures, String>> {
    let Some(pipeline) = &contender.pipeline else { return Ok(Err("not installed".to_owned())) };
    warm(&contender.path)?;
    let run = pipeline.run_watched()?;
    Ok(match contender.proof.judge(&run) {
        Verdict::Right => Ok(Figures { seconds: Vec::new(), peak: run.peak, output: run.output, code: run.code }),
        Verdict::Wrong(reason) => Err(format!("wrong: {reason}")),
    })
}

impl Standings {
    /// How many times as fast as the other one a contender was, byte for byte.
    pub(crate) fn ratio(&self, name: &str, other: &str) -> Result<f64, String> {
        Ok(self.speed(name)? / self.speed(other)?)
    }

    /// Median seconds.
    pub(crate) fn seconds(&self, name: &str) -> Result<f64, String> {
        Ok(self.row(name)?.figures.as_ref()?.median())
    }

    /// Most resident memory in MiB.
    pub(crate) fn peak(&self, name: &str) -> Result<f64, String> {
        let peak = self.row(name)?.figures.as_ref()?.peak.ok_or("ended before it could be watched")?;
        Ok(as_f64(peak) / 1024.0)
    }

    fn speed(&self, name: &str) -> Result<f64, String> {
        let row = self.row(name)?;
        Ok(as_f64(row.bytes) / row.figures.as_ref()?.median())
    }

    fn row(&self, name: &str) -> Result<&Standing, String> {
        self.rows.iter().find(|row| row.name == name).ok_or_else(|| format!("{name} did not run"))
    }
}

impl Figures {
    fn median(&self) -> f64 {
        let middle = self.seconds.len() / 2;
        if self.seconds.len().is_multiple_of(2) {
            f64::midpoint(self.seconds[middle - 1], self.seconds[middle])
        } else {
            self.seconds[middle]
        }
    }
}

impl fmt::Display for Standings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "### {}\n", self.title)?;
        writeln!(f, "| program | median (least..most) ms | GB/s | peak MiB |")?;
        writeln!(f, "| --- | --- | --- | --- |")?;
        for row in &self.rows {
            match &row.figures {
                Err(reason) => writeln!(f, "| {} | {reason} | | |", row.name)?,
                Ok(figures) => {
                    let [least, median, most] =
                        [figures.seconds[0], figures.median(), figures.seconds[figures.seconds.len() - 1]]
                            .map(|seconds| seconds * 1000.0);
                    let speed = as_f64(row.bytes) / figures.median() / 1e9;
                    let peak = figures.peak.map_or_else(String::new, |kib| format!("{:.1}", as_f64(kib) / 1024.0));
                    let name = &row.name;
                    writeln!(f, "| {name} | {median:.1} ({least:.1}..{most:.1}) | {speed:.2} | {peak} |")?;
                }
            }
        }
        Ok(())
    }
}

/// A size for a person, in the largest unit that fits.
pub(crate) fn size(bytes: u64) -> String {
    match bytes / MIB {
        mib if mib >= 1024 && mib % 1024 == 0 => format!("{} GiB", mib / 1024),
        mib => format!("{mib} MiB"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a figure for a table")]
fn as_f64(number: u64) -> f64 {
    number as f64
}
