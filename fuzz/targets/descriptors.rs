//! Descriptors of tools, as a server that nobody knows gives them.
#![no_main]

use checkrein::config::{infer, read_descriptors};
use checkrein::{Limits, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(value) = Value::parse(data, &Limits::default()) else { return };
    let Ok(descriptors) = read_descriptors(&value, "srv") else { return };
    for descriptor in &descriptors {
        let tool = infer(descriptor);
        assert_eq!(tool, infer(descriptor), "inference is a function of its input");
    }
});
