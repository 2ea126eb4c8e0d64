//! Other libraries on the same attacks and the same ordinary text.

use super::rules::source;
use super::tables::{LEAST, Table, sets};
use super::{channel, is_ordinary};
use crate::Result;
use crate::data::Row;
use crate::measure::{mean, share};
use crate::peers::{Answer, Beside, Peers};
use crate::train::is_attack;
use checkrein::Limits;
use checkrein::detect::{Detectors, Scope, Settings};
use checkrein::digest::Key;
use checkrein::normalize::Normalizer;
use checkrein::view::Leaf;
use std::time::Instant;

/// Below this a handful of texts decides: who flags less is set beside ours at this.
const FEWEST: f64 = 0.0005;

/// Asks each library that looks for injections, and sets ours beside it.
///
/// # Errors
/// Where one that is installed cannot be run.
pub fn measure(peers: &Peers, table: &Table<'_>) -> Result<Vec<Beside>> {
    let texts: Vec<&str> = table.rows.iter().map(|row| row.text.as_str()).collect();
    let ours = timed(table.rows)?;
    let mut all = Vec::new();
    for peer in peers.of("injection") {
        let mut beside = Beside::new(peer);
        if peer.missing.is_none() {
            match peers.ask(peer, &texts) {
                Ok(answers) => {
                    compare(table, &answers, &mut beside);
                    beside.timed(&answers, ours);
                }
                // One that fails takes nothing from the rest.
                Err(error) => beside.missing = Some(format!("does not run: {error}")),
            }
        }
        all.push(beside);
    }
    Ok(all)
}

fn compare(table: &Table<'_>, answers: &[Answer], beside: &mut Beside) {
    let rows = table.rows;
    let theirs = |is: &dyn Fn(&Row) -> bool| {
        let of = || rows.iter().zip(answers).filter(|(row, _)| is(row));
        share(of().filter(|(_, answer)| answer.flagged).count(), of().count())
    };
    let shares = sets(rows, is_ordinary).into_iter().map(|set| {
        let is = |row: &Row| is_ordinary(row) && row.set == set;
        (rows.iter().filter(|row| is(row)).count(), theirs(&is))
    });
    let rate = mean(shares.filter(|(n, _)| *n >= LEAST).map(|(_, share)| share));
    let at = table.no_more_than(rate.max(FEWEST));
    for set in sets(rows, is_attack) {
        let is = |row: &Row| is_attack(row) && row.set == set;
        let (n, our) = table.share(&at, is);
        beside.sets.push((set.clone(), n, theirs(&is), our));
    }
    beside.false_positive_rate = Some(rate);
    beside.our_false_positive_rate = Some(table.ordinary(&at));
    beside.macro_recall = Some(mean(beside.sets.iter().map(|set| set.2)));
    beside.our_macro_recall = Some(mean(beside.sets.iter().map(|set| set.3)));
    beside.ahead_in = Some(beside.sets.iter().filter(|set| set.2 > set.3).count());
    beside.of_sets = Some(beside.sets.len());
}

/// What a text takes us, in microseconds, as the mean: its views and all detectors, of secrets and
/// personal data too.
fn timed(rows: &[Row]) -> Result<f64> {
    let detectors = Detectors::new(&Settings::default())?;
    let normalizer = Normalizer::new(&Limits::default());
    let key = Key::new([7; 32]);
    let mut took = 0.0;
    for row in rows {
        let scope = Scope::Input(source(channel(row)));
        let began = Instant::now();
        let views = normalizer.views(&row.text);
        let leaf = Leaf { path: "", text: &row.text, views: &views };
        let mut findings = Vec::new();
        detectors.scan(&leaf, scope, &key, &mut findings);
        took += began.elapsed().as_secs_f64() * 1e6;
    }
    Ok(took * share(1, rows.len()))
}
