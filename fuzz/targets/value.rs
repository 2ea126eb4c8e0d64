//! JSON: what is read is written again as the same value, and its canonical form is stable.
#![no_main]

use checkrein::{Limits, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let limits = Limits::default();
    let Ok(value) = Value::parse(data, &limits) else { return };
    let again = Value::parse(value.to_json().as_bytes(), &limits).expect("it was written by us");
    assert_eq!(value, again);
    if let Ok(canonical) = value.canonical() {
        let again = Value::parse(canonical.as_bytes(), &limits).expect("it was written by us");
        assert_eq!(again.canonical().ok(), Some(canonical));
    }
    value.each_leaf(&mut |pointer, leaf| {
        assert_eq!(checkrein::value::resolve_pointer(&value, pointer), Some(leaf));
    });
});
