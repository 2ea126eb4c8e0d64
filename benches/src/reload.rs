//! Two threads decide while a third puts another bundle of 1,000 policies in force, again and again.

use crate::harness::{Plan, Result, Row, timed};
use crate::scene;
use checkrein::Guard;
use checkrein::config::Files;
use checkrein::note::Signer;
use checkrein::random::SystemRandom;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const POLICIES: usize = 1000;
const THREADS: usize = 2;

/// The row: percentiles of the calls of both threads while bundles change, and of the same without.
pub fn row(plan: &Plan) -> Result<()> {
    let name = "authorize_while_reloading";
    if !plan.wants(name) {
        return Ok(());
    }
    let signer = Signer::new("bench", &SystemRandom)?;
    let guard = Guard::builder().trust(signer.verifier().text()).build()?;
    guard.reload_archive(&archive(&signer, 1)?)?;
    let n = (6000 / plan.divide).max(50);
    let quiet = decided(&guard, n, &AtomicBool::new(false))?;
    let done = AtomicBool::new(false);
    let (samples, reloads) = std::thread::scope(|scope| -> Result<_> {
        let changing = scope.spawn(|| {
            let mut reloads = Vec::new();
            for revision in 2.. {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                // Packing and signing are no part of a reload.
                let archive = archive(&signer, revision).map_err(|e| e.to_string())?;
                let (took, taken) = timed(|| guard.reload_archive(&archive));
                taken.map_err(|e| e.to_string())?;
                reloads.push(took.as_nanos());
            }
            Ok::<_, String>(reloads)
        });
        let samples = decided(&guard, n, &done);
        done.store(true, Ordering::Relaxed);
        let reloads = changing.join().map_err(|_| "the reloading thread ended")??;
        Ok((samples?, reloads))
    })?;
    let at = |sorted: &[u128], part: usize| {
        sorted.get((sorted.len().saturating_sub(1)) * part / 1000).copied().unwrap_or_default()
    };
    let whole = |ns: u128| usize::try_from(ns).unwrap_or(usize::MAX);
    let mut sorted = reloads.clone();
    sorted.sort_unstable();
    let row = Row::of(name, &samples);
    row.print(&[
        ("p999_ns", whole(at(&samples, 999))),
        ("quiet_p50_ns", whole(at(&quiet, 500))),
        ("quiet_p999_ns", whole(at(&quiet, 999))),
        ("reloads", reloads.len()),
        ("reload_p50_ns", whole(at(&sorted, 500))),
    ])
}

/// How long each call of each thread took, in order of length.
fn decided(guard: &Guard, n: usize, done: &AtomicBool) -> Result<Vec<u128>> {
    let calls = |thread: usize| -> std::result::Result<Vec<u128>, String> {
        let mut samples = Vec::with_capacity(n);
        let mut session = None;
        for i in 0..n {
            let told = |e: Box<dyn std::error::Error>| e.to_string();
            if i.is_multiple_of(scene::A_SESSION) || session.is_none() {
                session = Some(scene::asked(guard, "The March invoice.").map_err(told)?);
            }
            let Some(session) = &session else { continue };
            let (arguments, id) = (scene::arguments(i).map_err(told)?, format!("{thread}-{i}"));
            let (took, decision): (Duration, _) =
                timed(|| session.authorize_tool_call("pay_0", arguments, Some(&id)));
            scene::allowed(&decision.map_err(|e| e.to_string())?).map_err(told)?;
            session.report_result(&id, true).map_err(|e| e.to_string())?;
            samples.push(took.as_nanos());
        }
        Ok(samples)
    };
    let calls = &calls;
    let all = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..THREADS).map(|thread| scope.spawn(move || calls(thread))).collect();
        threads.into_iter().map(|t| t.join().map_err(|_| "a thread ended".to_owned())?).collect()
    });
    done.store(true, Ordering::Relaxed);
    let all: std::result::Result<Vec<Vec<u128>>, String> = all;
    let mut samples = all?.concat();
    samples.sort_unstable();
    Ok(samples)
}

fn archive(signer: &Signer, revision: u64) -> Result<Vec<u8>> {
    let (manifest, policy) = scene::payment_texts(POLICIES);
    let settings = format!("name = \"bench\"\nrevision = {revision}\n");
    let files = [("bundle.toml", settings), ("tools.toml", manifest), ("bench.cedar", policy)];
    let files = files.map(|(name, text)| (name.to_owned(), text.into_bytes())).into();
    let mut files = Files { files, ..Files::default() };
    files.sign("bench", revision, signer)?;
    Ok(files.pack()?)
}
