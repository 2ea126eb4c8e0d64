//! Small pictures of what is found, over what ordinary text is flagged and set by set.

use crate::report::Report;
use std::fmt::Write;

const BLUE: &str = "#1668b8";
const RED: &str = "#c2571a";

fn head(title: &str, width: f64, height: f64) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"sans-serif\" font-size=\"12\" fill=\"#444\">\n<title>{title}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n"
    )
}

/// The share of attacks found, as the mean over sets, over that of ordinary text flagged, from 0.05
/// to 20 percent; other libraries as points.
pub fn curve(report: &Report) -> String {
    const LEFT: f64 = 60.0;
    const RIGHT: f64 = 470.0;
    const BOTTOM: f64 = 240.0;
    let x = |rate: f64| {
        LEFT + (rate.clamp(0.0005, 0.2) / 0.0005).log10() / 400_f64.log10() * (RIGHT - LEFT)
    };
    let y = |found: f64| BOTTOM - found * (BOTTOM - 30.0);
    let mut out = head("Attacks found, over ordinary text flagged", 620.0, 290.0);
    // Writing to a string does not fail.
    for percent in [0, 20, 40, 60, 80, 100] {
        let y = y(f64::from(percent) / 100.0);
        let _ = writeln!(out, "<path d=\"M{LEFT} {y:.1}H{RIGHT}\" stroke=\"#ddd\"/>");
        let _ = writeln!(out, "<text x=\"20\" y=\"{:.1}\">{percent} %</text>", y + 4.0);
    }
    for (rate, label) in [
        (0.0005, "0.05 %"),
        (0.001, "0.1 %"),
        (0.005, "0.5 %"),
        (0.01, "1 %"),
        (0.05, "5 %"),
        (0.2, "20 %"),
    ] {
        let _ = writeln!(
            out,
            "<path d=\"M{0:.1} {BOTTOM}v4\" stroke=\"#444\"/><text x=\"{0:.1}\" y=\"258\" text-anchor=\"middle\">{label}</text>",
            x(rate)
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"{:.1}\" y=\"278\" text-anchor=\"middle\">ordinary text flagged (mean over sets)</text>",
        f64::midpoint(LEFT, RIGHT)
    );
    let _ = writeln!(
        out,
        "<text x=\"8\" y=\"16\">attacks found (mean over sets left out of training)</text>"
    );
    let points: Vec<String> = report
        .curve
        .iter()
        .map(|(rate, found)| format!("{:.1},{:.1}", x(*rate), y(*found)))
        .collect();
    let _ = writeln!(
        out,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{BLUE}\" stroke-width=\"2\"/>",
        points.join(" ")
    );
    if let Some((rate, found)) = report.curve.last() {
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"{BLUE}\">checkrein</text>",
            x(*rate) + 6.0,
            y(*found) + 4.0
        );
    }
    for peer in &report.peers {
        let (Some(rate), Some(found)) = (peer.false_positive_rate, peer.macro_recall) else {
            continue;
        };
        let (x, y) = (x(rate), y(found));
        let _ = writeln!(
            out,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{RED}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" fill=\"{RED}\" font-size=\"11\">{}</text>",
            x + 6.0,
            y + 4.0,
            peer.peer
        );
    }
    out.push_str("</svg>\n");
    out
}

/// The share found of each set, at five of a thousand ordinary texts flagged.
pub fn sets(report: &Report) -> String {
    const LEFT: f64 = 190.0;
    const WIDE: f64 = 320.0;
    const ROW: u32 = 20;
    let rows = u32::try_from(report.sets.len()).unwrap_or(0);
    let mut out = head(
        "Attacks found of each set, left out of training, at 0.5 % of ordinary text flagged",
        580.0,
        f64::from(rows * ROW + 40),
    );
    for (at, set) in (0_u32..).zip(&report.sets) {
        let y = f64::from(at * ROW + 14);
        let wide = set.recall_at_0_5 * WIDE;
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{} ({})</text>\
             <rect x=\"{LEFT}\" y=\"{y:.1}\" width=\"{WIDE}\" height=\"14\" fill=\"#eee\"/>\
             <rect x=\"{LEFT}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"14\" fill=\"{BLUE}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{:.0} %</text>",
            LEFT - 8.0,
            y + 11.0,
            set.set,
            set.n,
            LEFT + WIDE + 8.0,
            y + 11.0,
            set.recall_at_0_5 * 100.0
        );
    }
    out.push_str("</svg>\n");
    out
}
