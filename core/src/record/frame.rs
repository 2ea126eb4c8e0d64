//! How records lie in a segment file: a header, then length, checksum and bytes of each.

use crc32c::{crc32c, crc32c_append};
use std::io::{self, Read};

/// What a segment file begins with.
const MAGIC: [u8; 8] = *b"ckrein1\n";

/// Bytes before the first frame.
pub const HEADER: usize = 20;

/// Bytes before each record.
pub const FRAME: usize = 8;

/// The longest record: an entry bundle counts in 16 bits.
pub const MAX_RECORD: usize = 65_535;

/// A segment's header: magic, number of its first record, checksum.
pub fn header(first: u64) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(first.to_le_bytes());
    bytes.extend(crc32c(&bytes).to_le_bytes());
    bytes
}

/// The number of the first record; none where this is no header.
pub fn parse_header(bytes: &[u8; HEADER]) -> Option<u64> {
    let (body, checksum) = bytes.split_at_checked(16)?;
    if checksum != crc32c(body).to_le_bytes() {
        return None;
    }
    let (magic, first) = body.split_at_checked(8)?;
    (magic == MAGIC).then_some(u64::from_le_bytes(first.try_into().ok()?))
}

/// One record as it is written. The checksum covers the length too.
pub fn frame(record: &[u8]) -> Vec<u8> {
    let length = u32::try_from(record.len()).unwrap_or(u32::MAX).to_le_bytes();
    let mut bytes = Vec::with_capacity(FRAME + record.len());
    bytes.extend(length);
    bytes.extend(checksum(length, record).to_le_bytes());
    bytes.extend(record);
    bytes
}

fn checksum(length: [u8; 4], record: &[u8]) -> u32 {
    crc32c_append(crc32c(&length), record)
}

/// What stands at a place of a segment.
#[derive(Debug, PartialEq, Eq)]
pub enum Read1 {
    /// A whole record.
    Record(Vec<u8>),
    /// The file ends here.
    End,
    /// Fewer bytes than a frame says, or a length that no record has.
    Short,
    /// A whole frame whose checksum is wrong.
    Wrong,
}

/// Reads one frame.
///
/// # Errors
/// Where the file cannot be read.
pub fn read(from: &mut impl Read) -> io::Result<Read1> {
    let mut head = [0; FRAME];
    match fill(from, &mut head)? {
        0 => return Ok(Read1::End),
        FRAME => {}
        _ => return Ok(Read1::Short),
    }
    let (length, want) = split(head);
    let size = u32::from_le_bytes(length) as usize;
    if size == 0 || size > MAX_RECORD {
        return Ok(Read1::Short);
    }
    let mut record = vec![0; size];
    if fill(from, &mut record)? != size {
        return Ok(Read1::Short);
    }
    if checksum(length, &record).to_le_bytes() == want {
        Ok(Read1::Record(record))
    } else {
        Ok(Read1::Wrong)
    }
}

fn split(head: [u8; FRAME]) -> ([u8; 4], [u8; 4]) {
    let [a, b, c, d, e, f, g, h] = head;
    ([a, b, c, d], [e, f, g, h])
}

/// Reads until `to` is full or the file ends; how many bytes there were.
pub fn fill(from: &mut impl Read, to: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while let Some(rest) = to.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match from.read(rest) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_round_trip_and_every_flip_and_cut_shows() {
        let bytes = frame(b"a record");
        assert_eq!(read(&mut &bytes[..]).unwrap(), Read1::Record(b"a record".to_vec()));
        assert_eq!(read(&mut &b""[..]).unwrap(), Read1::End);
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut bad = bytes.clone();
                bad[at] ^= 1 << bit;
                let got = read(&mut &bad[..]).unwrap();
                assert!(matches!(got, Read1::Short | Read1::Wrong), "{at} {bit}");
            }
            if at > 0 {
                assert_eq!(read(&mut &bytes[..at]).unwrap(), Read1::Short);
            }
        }
        assert_eq!(read(&mut &[0; 64][..]).unwrap(), Read1::Short, "zeros are no record");
    }

    #[test]
    fn headers_round_trip_and_every_flip_shows() {
        let bytes: [u8; HEADER] = header(513).try_into().unwrap();
        assert_eq!(parse_header(&bytes), Some(513));
        for at in 0..HEADER {
            let mut bad = bytes;
            bad[at] ^= 1;
            assert_eq!(parse_header(&bad), None);
        }
    }
}
