//! Where log bytes come from: files, mapped or read; pipes; what is compressed; archives; the logs of a folder.
//!
//! Nothing here knows what a log event is; whoever cuts a source into chunks says where events begin. Nothing is ever
//! written but temporary files without a name.

mod archive;
pub mod carrier;
mod copy;
mod encoding;
mod file;
mod folder;
mod format;
mod growing;
mod gzip;
mod held;
mod holes;
mod identity;
mod limits;
mod map;
mod stream;
mod unopened;

pub use archive::{Archive, Contents, Entry};
pub use copy::Likeness;
pub use encoding::{Encoding, decoded, looks_like_utf16};
pub use file::{MapMode, Opened, PlainFile, open, open_stdin};
pub use folder::{Listing, files_below};
pub use format::is_packed;
pub use growing::{GrowingFile, Growth};
pub use gzip::is_remark;
pub use identity::{FileIdentity, identity, name_of};
pub use limits::{Budget, Limit, Limits};
pub use stream::BlockReader;
pub use unopened::{Content, Stream, Unopened};
