//! A detector rule that a bundle brings, as data.

use crate::finding::{Category, Severity};
use crate::label::words;

words! {
    /// Where a custom rule looks.
    RulePlace ("place of a rule") {
        /// The host's own instructions.
        System = "system",
        /// What the user says.
        User = "user",
        /// What anybody can have written: results, documents, memory, other agents.
        Untrusted = "untrusted",
        /// What a tool says of itself.
        Description = "description",
        /// Arguments of calls.
        Arguments = "arguments",
        /// What the agent says.
        Output = "output",
    }
}

impl RulePlace {
    /// Where a rule looks that says nothing: everywhere but in the host's own instructions.
    pub const USUAL: &'static [RulePlace] = &[
        RulePlace::User,
        RulePlace::Untrusted,
        RulePlace::Description,
        RulePlace::Arguments,
        RulePlace::Output,
    ];
}

/// One rule of a bundle's `rules/*.toml`; `docs/RULES.md` describes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomRule {
    /// Its id: `custom/ticket_number`.
    pub id: String,
    /// What kind of thing it finds: `injection`, `secret`, `personal` or `custom`.
    pub category: Category,
    /// How bad what it finds is.
    pub severity: Severity,
    /// How sure it is: 0 to 1000.
    pub score: u16,
    /// One of them must stand near a match; ASCII letters match in either case.
    pub keywords: Vec<String>,
    /// What is found; a keyword itself where there is none. Capture 1, where it has one, is the
    /// find.
    pub expression: Option<String>,
    /// Where it looks.
    pub places: Vec<RulePlace>,
    /// What a redaction calls a find.
    pub kind: String,
    /// OWASP and MITRE ATLAS ids.
    pub threats: Vec<&'static str>,
    /// One sentence: what it finds.
    pub meaning: String,
    /// Texts in which it must find something.
    pub find: Vec<String>,
    /// Texts in which it must find nothing.
    pub pass: Vec<String>,
    /// The file it stands in, and the line where it begins.
    pub file: String,
    /// From 1.
    pub line: usize,
}

impl CustomRule {
    /// What it can find: other categories are read from structure, which no expression sees.
    pub const CATEGORIES: &'static [Category] =
        &[Category::Injection, Category::Secret, Category::Personal, Category::Custom];
}

/// The id of a threat in the lists that are known here: OWASP's for models (`LLM01`) and for
/// agents (`ASI01`), and MITRE ATLAS (`AML.T0051`).
#[must_use]
pub fn threat(id: &str) -> Option<&'static str> {
    THREATS.iter().find(|known| **known == id).copied()
}

#[rustfmt::skip]
const THREATS: &[&str] = &[
    "LLM01", "LLM02", "LLM03", "LLM04", "LLM05", "LLM06", "LLM07", "LLM08", "LLM09", "LLM10",
    "ASI01", "ASI02", "ASI03", "ASI04", "ASI05", "ASI06", "ASI07", "ASI08", "ASI09", "ASI10",
    "AML.T0000", "AML.T0001", "AML.T0002", "AML.T0003", "AML.T0004", "AML.T0005", "AML.T0006",
    "AML.T0007", "AML.T0008", "AML.T0009", "AML.T0010", "AML.T0010.000", "AML.T0010.001",
    "AML.T0010.002", "AML.T0010.003", "AML.T0010.004", "AML.T0011", "AML.T0011.000",
    "AML.T0011.001", "AML.T0011.002", "AML.T0011.003", "AML.T0012", "AML.T0013", "AML.T0014",
    "AML.T0015", "AML.T0016", "AML.T0016.000", "AML.T0016.001", "AML.T0016.002", "AML.T0017",
    "AML.T0018", "AML.T0018.000", "AML.T0018.001", "AML.T0018.002", "AML.T0019", "AML.T0020",
    "AML.T0021", "AML.T0022", "AML.T0023", "AML.T0024", "AML.T0024.000", "AML.T0024.001",
    "AML.T0024.002", "AML.T0025", "AML.T0026", "AML.T0027", "AML.T0028", "AML.T0029", "AML.T0030",
    "AML.T0031", "AML.T0032", "AML.T0033", "AML.T0034", "AML.T0035", "AML.T0035.000", "AML.T0036",
    "AML.T0037", "AML.T0038", "AML.T0039", "AML.T0040", "AML.T0041", "AML.T0042", "AML.T0043",
    "AML.T0044", "AML.T0045", "AML.T0046", "AML.T0047", "AML.T0048", "AML.T0048.000",
    "AML.T0048.001", "AML.T0048.002", "AML.T0048.003", "AML.T0048.004", "AML.T0049", "AML.T0050",
    "AML.T0051", "AML.T0051.000", "AML.T0051.001", "AML.T0051.002", "AML.T0052", "AML.T0052.000",
    "AML.T0053", "AML.T0054", "AML.T0055", "AML.T0056", "AML.T0057", "AML.T0058", "AML.T0059",
    "AML.T0060", "AML.T0061", "AML.T0062", "AML.T0063", "AML.T0064", "AML.T0065", "AML.T0066",
    "AML.T0067", "AML.T0067.000", "AML.T0068", "AML.T0069", "AML.T0069.000", "AML.T0069.001",
    "AML.T0069.002", "AML.T0070", "AML.T0071", "AML.T0072", "AML.T0073", "AML.T0074", "AML.T0075",
    "AML.T0076", "AML.T0077", "AML.T0078", "AML.T0079", "AML.T0080", "AML.T0080.000",
    "AML.T0080.001", "AML.T0081", "AML.T0082", "AML.T0083", "AML.T0084", "AML.T0084.000",
    "AML.T0084.001", "AML.T0084.002", "AML.T0084.003", "AML.T0085", "AML.T0085.000",
    "AML.T0085.001", "AML.T0086", "AML.T0087", "AML.T0088", "AML.T0089", "AML.T0090", "AML.T0091",
    "AML.T0092", "AML.T0093", "AML.T0094", "AML.T0095", "AML.T0096", "AML.T0097", "AML.T0098",
    "AML.T0099", "AML.T0100", "AML.T0101", "AML.T0102", "AML.T0103", "AML.T0104", "AML.T0105",
    "AML.T0106", "AML.T0107", "AML.T0108", "AML.T0109", "AML.T0110", "AML.T0111", "AML.T0112",
    "AML.T0113", "AML.T0114", "AML.T0115", "AML.T0116", "AML.T0117", "AML.T0118", "AML.T0119",
];
