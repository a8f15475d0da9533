//! What is known: signatures and the guide, as TOML beside the code that loads and proves them.

pub mod digest;
pub mod guide;
pub mod lint;
mod load;
pub mod outline;
pub mod pattern;
pub mod placed;
mod schema;
pub mod signature;

pub use guide::{Guide, Item};
pub use lint::Flaw;
pub use load::{Catalogue, CatalogueError};
pub use outline::Outline;
pub use placed::{Placed, PlacedFile};
pub use schema::SCHEMA;
pub use signature::{
    Category, Confidence, Evidence, HostKind, Matching, Override, Remedy, Restart, Role, Severity, Side, Signature,
    SignatureFile, When,
};
