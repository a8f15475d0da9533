//! Where log bytes come from: files, mapped or read; pipes; the logs of a folder. Two readers, one window interface.
//!
//! Nothing here knows what a log event is; whoever cuts a source into chunks says where events begin.

pub mod carrier;
mod encoding;
mod file;
mod folder;
mod holes;
mod map;
mod stream;

pub use encoding::{Encoding, decoded, looks_like_utf16};
pub use file::{MapMode, Opened, PlainFile, Stream, open, open_stdin};
pub use folder::{Listing, files_below};
pub use stream::BlockReader;
