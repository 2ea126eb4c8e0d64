//! Social security numbers of the United States: ranges that were given out.

use super::number::Cluster;
use super::{Reading, context};

const WORDS: &[&str] =
    &["ssn", "social security", "social", "soc sec", "ss#", "tax id", "taxpayer", "itin"];

pub(super) fn read(cluster: &Cluster<'_>, readings: &mut Vec<Reading>) {
    for at in 0..cluster.groups.len() {
        let dashed = cluster.whole(at, &[3, 2, 4], b"-");
        let spaced = dashed.or_else(|| cluster.whole(at, &[3, 2, 4], b" ."));
        let Some((span, digits)) = spaced.or_else(|| cluster.whole(at, &[9], b"")) else {
            continue;
        };
        let parts = (digits.number(0, 3), digits.number(3, 5), digits.number(5, 9));
        let (Some(area), Some(group), Some(serial)) = parts else { continue };
        let stand_in =
            matches!((area, group, serial), (78, 5, 1120) | (219, 9, 9999) | (123, 45, 6789));
        if area == 0 || area == 666 || area > 899 || group == 0 || serial == 0 || stand_in {
            continue;
        }
        let named = context::near(cluster.text, span, WORDS);
        let score = match (dashed.is_some(), spaced.is_some(), named) {
            (true, _, true) => 900,
            (true, _, false) => 600,
            (_, true, true) => 800,
            (_, true, false) => 300,
            (_, false, true) => 750,
            (_, false, false) => 100,
        };
        readings.push(Reading { id: "personal/us_ssn", kind: "us_ssn", span, score });
    }
}
