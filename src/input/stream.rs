//! A source that can only be read in order, once: where a core is free, a thread reads ahead while the caller works on the
//! last block.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

/// Bytes of a stream, and why they are the last ones where reading failed.
pub(super) type Block = (Vec<u8>, Option<io::Error>);

/// Hands out a stream's bytes block by block.
pub struct BlockReader {
    first: Option<Block>,
    rest: Rest,
}

/// Where the blocks behind the first one come from.
enum Rest {
    Ahead { blocks: Receiver<Block>, used: Sender<Vec<u8>> },
    Here { stream: Box<dyn Read + Send>, block_size: usize, spare: Vec<u8>, is_over: bool },
}

impl BlockReader {
    /// Starts to read, if wanted with a thread of its own that reads ahead. A stream that ends within the first block needs
    /// none.
    pub fn new(mut stream: Box<dyn Read + Send>, block_size: usize, ahead: bool) -> Self {
        let first = fill(&mut stream, vec![0; block_size]);
        let is_over = first.0.len() < block_size;
        let rest = if ahead && !is_over {
            let (used, to_fill) = channel();
            let (filled, blocks) = sync_channel(1);
            // Left alone on purpose: it ends with the stream, or when nobody takes its blocks any more.
            thread::spawn(move || read_ahead(stream, block_size, &filled, &to_fill));
            Rest::Ahead { blocks, used }
        } else {
            Rest::Here { stream, block_size, spare: Vec::new(), is_over }
        };
        Self { first: Some(first), rest }
    }

    /// The first block, as long as it was not handed out.
    pub fn head(&self) -> &[u8] {
        self.first.as_ref().map_or(&[], |(bytes, _)| bytes)
    }

    /// The next block, full except at the end; `None` behind the last one.
    pub fn next_block(&mut self) -> Option<Block> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        match &mut self.rest {
            Rest::Ahead { blocks, .. } => blocks.recv().ok(),
            Rest::Here { is_over: true, .. } => None,
            Rest::Here { stream, block_size, spare, is_over } => {
                let mut buffer = std::mem::take(spare);
                buffer.resize(*block_size, 0);
                let block = fill(stream, buffer);
                *is_over = block.0.len() < *block_size;
                Some(block)
            }
        }
    }

    /// Gives a block's memory back to be used again.
    pub fn give_back(&mut self, block: Vec<u8>) {
        match &mut self.rest {
            // Nobody takes it once the reader is done: then it is simply freed.
            Rest::Ahead { used, .. } => drop(used.send(block)),
            Rest::Here { spare, .. } => *spare = block,
        }
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
