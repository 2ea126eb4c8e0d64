//! Data about people: addresses, numbers with check digits, and what context names.

mod aadhaar;
mod bsn;
mod card;
mod check;
mod codice_fiscale;
mod context;
mod cpf;
mod dni;
mod email;
mod iban;
mod ip;
mod lettered;
mod named;
mod national;
mod nino;
mod nir;
mod number;
mod phone;
mod ssn;
mod steuer_id;
mod written;

use super::Find;
use super::registry::{Rule, RuleInfo};
use crate::finding::{Category, Severity};
use crate::span::Span;
use number::Cluster;

const THREATS: &[&str] = &["LLM02"];

/// Those of them that have a file of their own.
const RULES: &[RuleInfo] = &[
    info("personal/email", Severity::Low, 950, "An e-mail address."),
    info("personal/phone", Severity::Low, 850, "A telephone number."),
    info("personal/card", Severity::High, 950, "A payment card's number."),
    info("personal/iban", Severity::Medium, 980, "An international bank account number."),
    info("personal/us_ssn", Severity::High, 900, "A social security number of the United States."),
    info(
        "personal/uk_nino",
        Severity::High,
        900,
        "A national insurance number of the United Kingdom.",
    ),
    info("personal/de_tax_id", Severity::High, 900, "A tax identification number of Germany."),
    info("personal/fr_nir", Severity::High, 950, "A social security number of France."),
    info("personal/es_dni", Severity::High, 900, "An identity number of Spain: DNI or NIE."),
    info("personal/it_codice_fiscale", Severity::High, 950, "A tax code of Italy."),
    info("personal/nl_bsn", Severity::High, 850, "A citizen service number of the Netherlands."),
    info("personal/br_cpf", Severity::High, 900, "A taxpayer number of Brazil."),
    info("personal/in_aadhaar", Severity::High, 900, "An Aadhaar number of India."),
    info("personal/ip_address", Severity::Info, 500, "An IP address of the public internet."),
];

/// The rules that [`scan`] runs.
pub(super) fn infos() -> impl Iterator<Item = &'static RuleInfo> {
    let numbers = national::numbers().map(|number| &number.info);
    RULES.iter().chain(numbers).chain(lettered::LETTERED.iter().map(|form| &form.info))
}

/// The rules that the gate runs.
pub(super) fn rules() -> impl Iterator<Item = &'static Rule> {
    named::RULES.iter().chain(written::RULES)
}

const fn info(id: &'static str, severity: Severity, score: u16, meaning: &'static str) -> RuleInfo {
    RuleInfo { id, category: Category::Personal, severity, score, threats: THREATS, meaning }
}

/// One reading of some bytes; several may compete for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reading {
    id: &'static str,
    kind: &'static str,
    span: Span,
    score: u16,
}

/// Everything that reads numbers.
const READERS: &[fn(&Cluster<'_>, &mut Vec<Reading>)] = &[
    card::read,
    iban::read,
    ssn::read,
    nino::read,
    steuer_id::read,
    nir::read,
    dni::read,
    codice_fiscale::read,
    bsn::read,
    cpf::read,
    aadhaar::read,
    national::read,
    lettered::read,
    phone::read,
    ip::read,
];

/// Calls `found` with what `text` says about people, until it says to stop.
pub(super) fn scan(text: &str, found: &mut dyn FnMut(&Find) -> bool) {
    if !email::scan(text, &mut |reading| report(&reading, found)) {
        return;
    }
    let mut readings = Vec::new();
    number::clusters(text, &mut |cluster| {
        for read in READERS {
            read(cluster, &mut readings);
        }
        if readings.is_empty() {
            return true;
        }
        // The surest reading has the digits; what shares some with it is chance.
        readings.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.span.cmp(&b.span)));
        let mut kept: Vec<Reading> = Vec::new();
        for reading in readings.drain(..) {
            if !kept.iter().any(|other| other.span.overlaps(&reading.span)) {
                kept.push(reading);
            }
        }
        kept.iter().all(|reading| report(reading, found))
    });
}

fn report(reading: &Reading, found: &mut dyn FnMut(&Find) -> bool) -> bool {
    let Some(rule) = infos().find(|rule| rule.id == reading.id) else { return true };
    let (kind, span, score) = (reading.kind, reading.span, reading.score);
    found(&Find { rule, kind, span, severity: rule.severity, score })
}

#[cfg(test)]
mod tests;
