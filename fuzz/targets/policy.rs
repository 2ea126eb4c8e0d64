//! Policy text: it is read, or refused with a place; it never ends the process.
#![no_main]

use checkrein::Limits;
use checkrein::policy::Profile;
use checkrein::policy::cedar::{CedarEngine, PolicyInput};
use checkrein_fuzz::text;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(text) = text(data) else { return };
    let (policy, entities) = text.split_once('\u{1}').unwrap_or((text, ""));
    let files = [("fuzz.cedar".to_owned(), policy.to_owned())];
    let input = PolicyInput {
        tools: &[],
        files: &files,
        entities: (!entities.is_empty()).then_some(entities),
        profile: Profile::Balanced,
        baseline: false,
        limits: &Limits::default(),
    };
    if let Err(error) = CedarEngine::load(&input) {
        assert!(!error.message().is_empty());
    }
});
