//! A file of detector rules: it is read, compiled and run on itself, or the error names a place.
#![no_main]

use checkrein::Limits;
use checkrein::config::Bundle;
use checkrein::detect::{Detectors, Settings};
use checkrein_fuzz::text;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(text) = text(data) else { return };
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let files = [file("bundle.toml", "name = 'a'\nrevision = 1\n"), file("rules/a.toml", text)];
    let bundle = match Bundle::from_files(files.into(), &Limits::default()) {
        Ok(bundle) => bundle,
        Err(error) => return assert!(!error.message().is_empty()),
    };
    let settings = Settings { custom: bundle.rules.clone(), ..Settings::default() };
    match Detectors::new(&settings) {
        Ok(detectors) => assert_eq!(detectors.custom_rules().count(), bundle.rules.len()),
        Err(error) => assert!(error.fact("file").is_some() || error.code() == "limit/bundle"),
    }
    for rule in &bundle.rules {
        let _ = checkrein::detect::finds(rule, text, Limits::default().custom_regex);
    }
});
