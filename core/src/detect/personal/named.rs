//! Data that only the words before it give away: passports, dates of birth, licences.

use super::THREATS;
use crate::detect::Lanes;
use crate::detect::gate::accept;
use crate::detect::registry::{Pattern, Rule, RuleInfo};
use crate::finding::{Category, Severity};

pub(super) const RULES: &[Rule] = &[
    rule(
        "personal/passport",
        "The number of a passport.",
        Severity::High,
        &[pattern(
            &["passport", "reisepass", "passeport", "pasaporte", "passaporto"],
            r"(?i)\b(?:passport|reisepass|passeport|pasaporte|passaporto)(?:[ \t-]{0,2}(?:number|no\.?|num\.?|nummer|#|id|n\.|num(?:é|e)ro|n(?:ú|u)mero|nr\.?))?[ \t]{0,3}(?:is|:|=|#|-)?[ \t]{0,3}([A-Z]{0,2}\d{6,9}[A-Z]?)\b",
            Severity::High,
            800,
            "passport",
        )],
    ),
    rule(
        "personal/date_of_birth",
        "A date of birth.",
        Severity::Medium,
        &[pattern(
            &[
                "birth",
                "born",
                "dob",
                "d.o.b",
                "geburtsdatum",
                "geboren",
                "naissance",
                "nacimiento",
                "nascita",
                "nascimento",
            ],
            r"(?i)\b(?:date of birth|birth ?date|birthday|born(?: on)?|d\.?o\.?b\.?|geburtsdatum|geboren am|geb\.|date de naissance|n(?:é|e)e? le|fecha de nacimiento|data di nascita|data de nascimento|geboortedatum)[ \t]{0,3}(?:is|was|:|=|-)?[ \t]{0,3}(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}(?:st|nd|rd|th|\.)? [A-Za-z]{3,9}\.?,? \d{4}|[A-Za-z]{3,9} \d{1,2}(?:st|nd|rd|th)?,? \d{4})\b",
            Severity::Medium,
            750,
            "date_of_birth",
        )],
    ),
    rule(
        "personal/driver_license",
        "The number of a driving licence.",
        Severity::Medium,
        &[pattern(
            &["driver", "driving", "license", "licence", "führerschein", "permis"],
            r"(?i)\b(?:(?:driver'?s?|driving)[ \t-]{0,2}licen[sc]e|f(?:ü|ue)hrerschein\w{0,8}|permis de conduire)(?:[ \t-]{0,2}(?:number|no\.?|num\.?|nummer|#|id|nr\.?))?[ \t]{0,3}(?:is|:|=|#|-)?[ \t]{0,3}([A-Z]{0,5}\d[A-Z0-9-]{4,15})\b",
            Severity::Medium,
            700,
            "driver_license",
        )],
    ),
];

const fn rule(
    id: &'static str,
    meaning: &'static str,
    severity: Severity,
    patterns: &'static [Pattern],
) -> Rule {
    let info = RuleInfo {
        id,
        category: Category::Personal,
        severity,
        score: 800,
        threats: THREATS,
        meaning,
    };
    Rule { info, patterns, check: accept }
}

const fn pattern(
    keywords: &'static [&'static str],
    expression: &'static str,
    severity: Severity,
    score: u16,
    kind: &'static str,
) -> Pattern {
    Pattern { keywords, expression, lanes: Lanes::PERSONAL, severity, score, kind, reach: (40, 64) }
}
