//! A manifest: it is read, or the error names a place.
#![no_main]

use checkrein::Guard;
use checkrein_fuzz::text;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(text) = text(data) else { return };
    if let Err(error) = Guard::builder().tools(text).build() {
        assert!(!error.message().is_empty());
    }
});
