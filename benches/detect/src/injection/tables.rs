//! From scores to shares and tables.

use super::folds::Score;
use super::{channel, is_ordinary};
use crate::Result;
use crate::data::Row;
use crate::measure::{mean, share};
use crate::train::is_attack;
use checkrein::detect::{Channel, Model};
use checkrein::finding::Severity;
use std::collections::BTreeMap;
use std::fmt::Write;

/// All that was measured.
pub struct Table<'a> {
    /// The rows.
    pub rows: &'a [Row],
    /// By row: the worst severity that rules found, from 1; 0 for none.
    pub caught: &'a [u8],
    /// By models that were not trained on them.
    pub scored: &'a [Score],
}

/// From which evidence a text is flagged, by channel, and from which severity a rule flags it.
#[derive(Debug, Clone, Copy)]
pub struct Thresholds {
    /// Of the principal's text, that of others, and of descriptions.
    pub evidence: [i32; 3],
    /// The least severity, from 1.
    pub severity: u8,
}

/// What a rule must think of a text to flag it: less is a hint.
const SEVERITY: u8 = Severity::Medium as u8 + 1;
const WORST: u8 = Severity::Critical as u8 + 1;

/// Sets of ordinary text with fewer rows say nothing of a rate below one in a hundred.
pub const LEAST: usize = 100;

impl Thresholds {
    /// Whether a text of `channel` is flagged, by its evidence or what rules found.
    pub fn flag(&self, channel: Channel, evidence: i32, by_rule: u8) -> bool {
        let least = self.evidence.get(place(channel)).copied().unwrap_or(i32::MAX);
        by_rule >= self.severity || evidence >= least
    }
}

fn place(channel: Channel) -> usize {
    match channel {
        Channel::User => 0,
        Channel::Foreign => 1,
        Channel::Description => 2,
    }
}

/// The sets of the rows that `is` takes.
pub fn sets(rows: &[Row], is: impl Fn(&Row) -> bool) -> Vec<String> {
    let mut sets: Vec<String> =
        rows.iter().filter(|row| is(row)).map(|row| row.set.clone()).collect();
    sets.sort_unstable();
    sets.dedup();
    sets
}

impl Table<'_> {
    fn flagged(&self, thresholds: &Thresholds, score: &Score) -> bool {
        let by_rule = self.caught.get(score.row).copied().unwrap_or(0);
        let channel = self.rows.get(score.row).map_or(Channel::User, channel);
        thresholds.flag(channel, score.evidence, by_rule)
    }

    fn of(&self, is: impl Fn(&Row) -> bool) -> Vec<&Score> {
        self.scored.iter().filter(|score| self.rows.get(score.row).is_some_and(&is)).collect()
    }

    /// How many of those that `is` takes there are, and the share flagged.
    pub fn share(&self, thresholds: &Thresholds, is: impl Fn(&Row) -> bool) -> (usize, f64) {
        let scores = self.of(is);
        let flagged = scores.iter().filter(|score| self.flagged(thresholds, score)).count();
        (scores.len(), share(flagged, scores.len()))
    }

    /// The same, by models that have seen others of their set where there are such.
    pub fn within(&self, thresholds: &Thresholds, is: impl Fn(&Row) -> bool) -> (usize, f64) {
        let all = self.of(is);
        let part: Vec<&Score> = all.iter().copied().filter(|score| !score.set_left_out).collect();
        let scores = if part.is_empty() { all } else { part };
        let flagged = scores.iter().filter(|score| self.flagged(thresholds, score)).count();
        (scores.len(), share(flagged, scores.len()))
    }

    /// The same, by models that have seen nothing of their set.
    pub fn left_out(&self, thresholds: &Thresholds, is: impl Fn(&Row) -> bool) -> (usize, f64) {
        let all = self.of(is);
        let whole: Vec<&Score> = all.iter().copied().filter(|score| score.set_left_out).collect();
        let scores = if whole.is_empty() { all } else { whole };
        let flagged = scores.iter().filter(|score| self.flagged(thresholds, score)).count();
        (scores.len(), share(flagged, scores.len()))
    }

    /// The lowest threshold at which ordinary text of `channel` is flagged in no more than `level`
    /// of it, as the mean over its sets: a large set of easy text is to hide nothing.
    /// What rules of `severity` flag counts as flagged.
    pub fn threshold(&self, channel: Channel, level: f64, severity: u8) -> i32 {
        let mut by_set: BTreeMap<&str, Vec<&Score>> = BTreeMap::new();
        for score in self.scored.iter().filter(|score| !score.set_left_out) {
            if let Some(row) = self.rows.get(score.row).filter(|row| is_ordinary(row))
                && super::channel(row) == channel
            {
                by_set.entry(&row.set).or_default().push(score);
            }
        }
        by_set.retain(|_, scores| scores.len() >= LEAST);
        let sets = by_set.len();
        let mut weighed: Vec<(i32, f64)> = Vec::new();
        for scores in by_set.values() {
            let weight = share(1, scores.len() * sets);
            weighed.extend(scores.iter().map(|score| {
                let by_rule = self.caught.get(score.row).is_some_and(|s| *s >= severity);
                (if by_rule { i32::MAX } else { score.evidence }, weight)
            }));
        }
        weighed.sort_by_key(|(evidence, _)| std::cmp::Reverse(*evidence));
        let (mut so_far, mut lowest) = (0.0, i32::MAX);
        for (evidence, weight) in weighed {
            so_far += weight;
            if so_far > level {
                break;
            }
            lowest = evidence;
        }
        lowest
    }

    /// The same for all channels.
    pub fn thresholds(&self, level: f64) -> Thresholds {
        let evidence = [Channel::User, Channel::Foreign, Channel::Description]
            .map(|channel| self.threshold(channel, level, SEVERITY));
        Thresholds { evidence, severity: SEVERITY }
    }

    /// Thresholds at which no more ordinary text is flagged than `level`, as the mean over its sets.
    /// Rules count from the least severity at which they alone flag no more than that.
    pub fn no_more_than(&self, level: f64) -> Thresholds {
        let channels = [Channel::User, Channel::Foreign, Channel::Description];
        for severity in 1..=WORST {
            let rules = Thresholds { evidence: [i32::MAX; 3], severity };
            let evidence = channels.map(|channel| self.threshold(channel, level, severity));
            let both = Thresholds { evidence, severity };
            if self.ordinary(&rules) <= level && self.ordinary(&both) <= level {
                return both;
            }
        }
        let evidence = channels.map(|channel| self.threshold(channel, level, u8::MAX));
        Thresholds { evidence, severity: u8::MAX }
    }

    /// The share of ordinary text that is flagged, as the mean over its sets.
    pub fn ordinary(&self, thresholds: &Thresholds) -> f64 {
        let sets = sets(self.rows, is_ordinary).into_iter();
        let shares =
            sets.map(|set| self.within(thresholds, |row| is_ordinary(row) && row.set == set));
        mean(shares.filter(|(n, _)| *n >= LEAST).map(|(_, share)| share))
    }

    /// The thresholds of the model that ships.
    ///
    /// # Errors
    /// Never: it is there.
    pub fn shipped(&self) -> Result<Thresholds> {
        let model = Model::built_in().ok_or("no model is built in")?;
        let of = |channel| model.judgement(channel).threshold;
        let evidence = [of(Channel::User), of(Channel::Foreign), of(Channel::Description)];
        Ok(Thresholds { evidence, severity: SEVERITY })
    }

    /// The share of attacks found, as the mean over sets, over that of ordinary text flagged.
    pub fn curve(&self) -> Vec<(f64, f64)> {
        const LEVELS: &[f64] =
            &[0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1];
        let names = sets(self.rows, is_attack);
        let points = LEVELS.iter().map(|level| {
            let at = self.no_more_than(*level);
            let found =
                names.iter().map(|set| self.share(&at, |row| is_attack(row) && row.set == *set).1);
            (self.ordinary(&at), mean(found))
        });
        points.collect()
    }

    /// Tables for people.
    pub fn print(&self, levels: &[Thresholds; 3], shipped: &Thresholds) -> Vec<String> {
        let mut out = format!("thresholds {levels:?} shipped {shipped:?}\n");
        let rules = Thresholds { evidence: [i32::MAX; 3], severity: 1 };
        let medium = Thresholds { evidence: [i32::MAX; 3], severity: 3 };
        let alone = Thresholds { severity: u8::MAX, ..levels[1] };
        let columns = [&levels[0], &levels[1], &levels[2], &rules, &alone, &medium];
        let mut means = [0.0; 6];
        let names = sets(self.rows, is_attack);
        let _ = writeln!(
            out,
            "{:26} {:>5} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6}",
            "attacks", "n", "0.1 %", "0.5 %", "1 %", "rules", "model", "medium"
        );
        for set in &names {
            let mut n = 0;
            let _ = write!(out, "{set:26} ");
            let shares = columns.map(|t| {
                let (count, share) = self.share(t, |row| row.set == *set && is_attack(row));
                n = count;
                share
            });
            let _ = write!(out, "{n:5}");
            for (mean, share) in means.iter_mut().zip(shares) {
                let _ = write!(out, " {:6.1}", share * 100.0);
                *mean += share;
            }
            out.push('\n');
        }
        let _ = write!(out, "{:26} {:5}", "mean", names.len());
        for mean in means {
            #[allow(clippy::cast_precision_loss, reason = "a handful of sets")]
            let _ = write!(out, " {:6.1}", mean * 100.0 / names.len() as f64);
        }
        out.push('\n');
        let mut ordinary = format!(
            "{:26} {:>5} {:>6} {:>6} {:>6} {:>6} {:>6} {:>8}\n",
            "ordinary", "n", "0.1 %", "0.5 %", "1 %", "rules", "medium", "left out"
        );
        for set in sets(self.rows, |row| row.label == 0) {
            let of = |row: &Row| row.set == set && row.label == 0;
            let n = self.rows.iter().filter(|row| of(row)).count();
            let _ = write!(ordinary, "{set:26} {n:5}");
            for t in [&levels[0], &levels[1], &levels[2], &rules, &medium] {
                let _ = write!(ordinary, " {:6.2}", self.within(t, of).1 * 100.0);
            }
            let _ = writeln!(ordinary, " {:8.2}", self.left_out(&levels[1], of).1 * 100.0);
        }
        vec![out, ordinary]
    }
}
