//! Warm-up, samples, percentiles.

use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

/// What can go wrong in a bench.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How much is measured.
pub struct Plan {
    /// Divides every number of iterations: for a run that only shows that all works.
    pub divide: usize,
    /// The rows to run; all where none is named. For a profiler.
    pub only: Vec<String>,
    /// Where the rows of flow are drawn.
    pub plot: Option<String>,
}

/// Runs `work` and gives how long it took, with what it made.
pub fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let began = Instant::now();
    let made = black_box(work());
    (began.elapsed(), made)
}

impl Plan {
    /// Whether `row` is to be run.
    pub fn wants(&self, row: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == row)
    }

    /// Measures `sample` `n` times after a tenth as many warm-ups, and prints the row. `sample`
    /// gets the iteration's number and times only what the row is about.
    pub fn row(
        &self,
        row: &str,
        n: usize,
        sample: impl FnMut(usize) -> Result<Duration>,
    ) -> Result<()> {
        if self.wants(row) { self.measure(row, n, sample)?.print(&[]) } else { Ok(()) }
    }

    /// As `row`, without printing it.
    pub fn measure(
        &self,
        row: &str,
        n: usize,
        mut sample: impl FnMut(usize) -> Result<Duration>,
    ) -> Result<Row> {
        let n = (n / self.divide).max(3);
        let warm = n / 10 + 1;
        let mut first = Duration::ZERO;
        let mut samples = Vec::with_capacity(n);
        for i in 0..warm + n {
            let took = sample(i).map_err(|error| format!("{row}: {error}"))?;
            if i == 0 {
                first = took;
            }
            if i >= warm {
                samples.push(took.as_nanos());
            }
        }
        samples.sort_unstable();
        Ok(Row { first: first.as_nanos(), ..Row::of(row, &samples) })
    }

    /// The same for work too short for a clock: each sample is the mean of a thousand.
    pub fn short(&self, row: &str, n: usize, mut work: impl FnMut()) -> Result<()> {
        const EACH: u32 = 1000;
        self.row(row, n, |_| Ok(timed(|| (0..EACH).for_each(|_| work())).0 / EACH))
    }
}

/// What was measured, in nanoseconds.
pub struct Row {
    pub name: String,
    n: usize,
    pub p50: u128,
    pub p99: u128,
    first: u128,
}

impl Row {
    /// A row of samples that were taken elsewhere, in order of length.
    pub fn of(name: &str, sorted: &[u128]) -> Self {
        let n = sorted.len();
        let at = |part: usize| sorted.get(n.saturating_sub(1) * part / 100).copied();
        let at = |part: usize| at(part).unwrap_or_default();
        Self { name: name.to_owned(), n, p50: at(50), p99: at(99), first: at(0) }
    }

    /// Prints it, with what else is known of it.
    pub fn print(&self, more: &[(&str, usize)]) -> Result<()> {
        let mut line = serde_json::json!({
            "row": self.name, "language": "rust", "n": self.n,
            "p50_ns": self.p50, "p99_ns": self.p99, "first_ns": self.first,
        });
        if let Some(line) = line.as_object_mut() {
            line.extend(more.iter().map(|(key, number)| ((*key).to_owned(), (*number).into())));
        }
        writeln!(std::io::stdout(), "{line}")?;
        Ok(())
    }
}
