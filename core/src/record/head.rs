//! Checkpoints: which log had which root at which size, as the text that is signed.

use super::tree::Hash;
use crate::error::{Error, ErrorKind, Result};
use crate::note::{decode, encode};

/// What a checkpoint says: which log had which root at which size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Which log.
    pub origin: String,
    /// Records.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Head {
    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, encode(&self.root))
    }

    /// Reads a checkpoint's text; extension lines are refused, for this log writes none.
    pub fn parse(text: &str) -> Result<Self> {
        let malformed = || Error::new(ErrorKind::RecordCorrupt, "the checkpoint is malformed");
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root), Some(""), None) =
            (lines.next(), lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(malformed());
        };
        let number: u64 = size.parse().map_err(|_| malformed())?;
        let root = decode(root).and_then(|b| Hash::try_from(b).ok()).ok_or_else(malformed)?;
        let head = Self { origin: origin.to_owned(), size: number, root };
        if origin.is_empty() || number.to_string() != size {
            return Err(malformed());
        }
        Ok(head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_strictly() {
        for bad in
            ["", "o\n", "o\n1\n", "o\n01\nAA==\n", "o\n1\nAA==\n", "\n1\nAA==\n", "o\n-1\nAA==\n"]
        {
            assert!(Head::parse(bad).is_err(), "{bad:?}");
        }
        let head = Head { origin: "o".into(), size: 1, root: [0; 32] };
        assert!(Head::parse(&format!("{}extension\n", head.text())).is_err());
        assert!(Head::parse(&head.text().replace("\n1\n", "\n+1\n")).is_err());
    }
}
