//! A source that can only be read in order, once: a thread reads ahead while the caller works on the last block.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

/// Bytes of a stream, and why they are the last ones where reading failed.
pub(super) type Block = (Vec<u8>, Option<io::Error>);

/// Hands out a stream's bytes block by block.
pub struct BlockReader {
    first: Option<Block>,
    blocks: Receiver<Block>,
    used: Sender<Vec<u8>>,
}

impl BlockReader {
    /// Starts to read. A stream that ends within the first block needs no thread.
    pub fn new(mut stream: Box<dyn Read + Send>, block_size: usize) -> Self {
        let (used, to_fill) = channel();
        let (filled, blocks) = sync_channel(1);
        let first = fill(&mut stream, vec![0; block_size]);
        if first.0.len() == block_size {
            // Left alone on purpose: it ends with the stream, or when nobody takes its blocks any more.
            thread::spawn(move || read_ahead(stream, block_size, &filled, &to_fill));
        }
        Self { first: Some(first), blocks, used }
    }

    /// The first block, as long as it was not handed out.
    pub fn head(&self) -> &[u8] {
        self.first.as_ref().map_or(&[], |(bytes, _)| bytes)
    }

    /// The next block, full except at the end; `None` behind the last one.
    pub fn next_block(&mut self) -> Option<Block> {
        self.first.take().or_else(|| self.blocks.recv().ok())
    }

    /// Gives a block's memory back to be used again.
    pub fn give_back(&self, block: Vec<u8>) {
        // Nobody takes it once the reader is done: then it is simply freed.
        let _ = self.used.send(block);
    }
}

fn read_ahead(
    mut stream: Box<dyn Read + Send>,
    block_size: usize,
    filled: &SyncSender<Block>,
    to_fill: &Receiver<Vec<u8>>,
) {
    loop {
        let mut buffer = to_fill.try_recv().unwrap_or_default();
        buffer.resize(block_size, 0);
        let block = fill(&mut stream, buffer);
        let is_last = block.0.len() < block_size;
        if filled.send(block).is_err() || is_last {
            return;
        }
    }
}

/// Fills the buffer, or as much of it as the stream still has. What was read before a failure is kept.
fn fill(stream: &mut dyn Read, mut buffer: Vec<u8>) -> Block {
    let mut filled = 0;
    let mut failure = None;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
    }
    buffer.truncate(filled);
    (buffer, failure)
}
