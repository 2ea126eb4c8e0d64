//! The built-in rules: a safe default from the manifest alone, in two profiles.

use crate::policy::Profile;

/// What both profiles share, then what is the profile's own.
pub(super) fn files(profile: Profile) -> [&'static str; 7] {
    [
        include_str!("../baseline/tools.cedar"),
        include_str!("../baseline/limits.cedar"),
        include_str!("../baseline/provenance.cedar"),
        include_str!("../baseline/leaks.cedar"),
        include_str!("../baseline/code.cedar"),
        include_str!("../baseline/people.cedar"),
        match profile {
            Profile::Strict => include_str!("../baseline/strict.cedar"),
            Profile::Balanced => include_str!("../baseline/balanced.cedar"),
        },
    ]
}
