//! A small picture of what a call costs over what its session has seen.

use crate::harness::Row;
use std::fmt::Write;

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 70.0;
const BOTTOM: f64 = 210.0;

/// Both axes are logarithmic: bytes seen from 10 KB to 10 MB, and 1 to 1000 microseconds.
pub fn draw(points: &[(usize, Row)]) -> String {
    let x = |bytes: f64| LEFT + (bytes / 1e4).log10() / 3.0 * (WIDTH - LEFT - 90.0);
    let y = |us: f64| BOTTOM - us.max(1.0).log10() / 3.0 * (BOTTOM - 40.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\" fill=\"#444\">\n\
         <title>Flow's part of a call, over what the session has seen</title>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n"
    );
    let mut put = |line: String| out.push_str(&line);
    for (us, label) in [(1.0, "1 us"), (10.0, "10 us"), (100.0, "100 us"), (1000.0, "1 ms")] {
        let (y, right) = (y(us), x(1e7));
        put(format!("<path d=\"M{LEFT} {y:.1}H{right:.1}\" stroke=\"#ddd\"/>\n"));
        put(format!("<text x=\"10\" y=\"{:.1}\">{label}</text>\n", y + 4.0));
    }
    for (bytes, label) in [(1e4, "10 KB"), (1e5, "100 KB"), (1e6, "1 MB"), (1e7, "10 MB seen")] {
        put(format!("<text x=\"{:.1}\" y=\"230\">{label}</text>\n", x(bytes) - 16.0));
    }
    for (label, colour) in [("p50", "#1668b8"), ("p99", "#c2571a")] {
        let at = |(seen, row): &(usize, Row)| {
            let us = if label == "p50" { row.p50 } else { row.p99 } as f64 / 1000.0;
            (x(*seen as f64), y(us), us)
        };
        let mut path = String::new();
        for (x, y, _) in points.iter().map(at) {
            // Writing to a string does not fail.
            let _ = write!(path, "{x:.1},{y:.1} ");
        }
        put(format!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\n",
            path.trim_end()
        ));
        if let Some((x, y, us)) = points.last().map(at) {
            let (x, y) = (x + 6.0, y + 4.0);
            put(format!(
                "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"{colour}\">{label} {us:.1} us</text>\n"
            ));
        }
    }
    out.push_str("</svg>\n");
    out
}
