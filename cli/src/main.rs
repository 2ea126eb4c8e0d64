//! The `checkrein` command.

mod audit;
mod bundle;
mod case;
mod check;
mod demo;
mod diff;
mod explain;
mod init;
mod inventory;
mod log;
mod opened;
mod replay;
mod request;
mod rules;
mod terminal;
mod test;

use clap::{Parser, Subcommand};
use opened::Trust;
use std::path::PathBuf;
use std::process::ExitCode;

/// Runtime security for AI agents: try it, check policy, verify the audit log.
#[derive(Parser)]
#[command(name = "checkrein", version, arg_required_else_help = true)]
struct Arguments {
    /// Machine-readable output: JSON, one object for what was looked at, or for the error.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Plays an agent session on embedded defaults: an honest task, an injected document, the
    /// hijacked calls stopped, one approval, a leaking answer redacted, the log verified.
    Demo {
        /// Where the audit log is written; a new temporary directory where nothing is said.
        #[arg(long)]
        audit: Option<PathBuf>,
    },
    /// Checks a bundle: settings, manifest, policies, entities, and what a reviewer should see.
    Check {
        /// The bundle's directory.
        bundle: PathBuf,
        /// Ids of lints that are not to be told; may be given several times.
        #[arg(long, value_name = "ID")]
        allow: Vec<String>,
        #[command(flatten)]
        trust: Trust,
    },
    /// Writes a first manifest from MCP, OpenAI or JSON Schema descriptors, to standard output.
    Init {
        /// The descriptors, as JSON.
        descriptors: PathBuf,
        /// The server that offers the tools; part of their ids.
        #[arg(long, default_value = "")]
        server: String,
    },
    /// Plays the cases in a bundle's `tests/*.json`, and says which rules decided none.
    Test {
        /// The bundle's directory.
        bundle: PathBuf,
        /// How many percent of the bundle's own rules must decide a case.
        #[arg(long, value_name = "PERCENT", default_value_t = 0,
            value_parser = clap::value_parser!(u8).range(0..=100))]
        min_coverage: u8,
        /// A directory for an audit log of what is decided: something to replay.
        #[arg(long, value_name = "DIR")]
        audit: Option<PathBuf>,
        #[command(flatten)]
        trust: Trust,
    },
    /// Plays the cases of one file, and tells why each step was decided so: which rule, which facts
    /// it read, and what would have allowed it.
    Explain {
        /// The bundle's directory.
        bundle: PathBuf,
        /// The cases, as JSON.
        cases: PathBuf,
        /// The name of the one case to explain.
        #[arg(long, value_name = "NAME")]
        case: Option<String>,
        #[command(flatten)]
        trust: Trust,
    },
    /// Says what differs between two bundles, and what that changes for calls.
    Diff {
        /// The old bundle's directory.
        old: PathBuf,
        /// The new bundle's directory.
        new: PathBuf,
        /// Cases whose calls are decided under both.
        #[arg(long, value_name = "FILE")]
        calls: Option<PathBuf>,
        /// An audit log whose decisions are judged again by the new one.
        #[arg(long, value_name = "DIR")]
        audit: Option<PathBuf>,
        #[command(flatten)]
        trust: Trust,
    },
    /// Judges recorded decisions again, by the rules of another bundle.
    Replay {
        /// The log's directory.
        log: PathBuf,
        /// The bundle's directory.
        #[arg(long)]
        bundle: PathBuf,
        /// The bundle that was in force then: what its unchanged rules did is known.
        #[arg(long, value_name = "DIR")]
        was: Option<PathBuf>,
        #[command(flatten)]
        trust: Trust,
    },
    /// Lists every tool: what it does, who answers for it, who may call it, and who did.
    Inventory {
        /// The bundle's directory.
        bundle: PathBuf,
        /// An audit log that says how the tools were used.
        #[arg(long, value_name = "DIR")]
        audit: Option<PathBuf>,
        #[command(flatten)]
        trust: Trust,
    },
    /// Makes a key that bundles are signed with: a file for you alone, and its public half.
    Keygen {
        /// The file to make.
        key: PathBuf,
        /// What the key signs as, as `example.com/policy`.
        #[arg(long)]
        name: String,
    },
    /// Signs a bundle's files: writes its `bundle.sig`.
    Sign {
        /// The bundle's directory.
        bundle: PathBuf,
        /// The key file.
        #[arg(long)]
        key: PathBuf,
        /// Writes the signed bundle as one file, too: an uncompressed tar.
        #[arg(long)]
        archive: Option<PathBuf>,
    },
    /// Looks after signed bundles.
    Bundle {
        #[command(subcommand)]
        command: BundleCommand,
    },
    /// Looks after detector rules.
    Rules {
        #[command(subcommand)]
        command: RulesCommand,
    },
    /// Reads and verifies audit logs.
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
}

#[derive(Subcommand)]
enum BundleCommand {
    /// Pulls a signed archive over HTTPS into a file, where there is a newer one that is good.
    #[cfg(feature = "https")]
    Pull {
        /// The address: `https://...`.
        url: String,
        /// The file to pull it into.
        #[arg(long)]
        to: PathBuf,
        /// A key that is trusted: `name+id+base64`.
        #[arg(long, required = true)]
        trust: Vec<String>,
        /// A file with the token that is sent as `Authorization: Bearer`.
        #[arg(long)]
        bearer_file: Option<PathBuf>,
        /// A file with the certificates (PEM) that vouch for the server.
        #[arg(long)]
        roots: Option<PathBuf>,
    },
    /// Verifies that a trusted key signed exactly these files, and that they load.
    Verify {
        /// The bundle: a directory or an archive.
        bundle: PathBuf,
        /// A key that is trusted: `name+id+base64`.
        #[arg(long, required = true)]
        trust: Vec<String>,
    },
}

#[derive(Subcommand)]
enum RulesCommand {
    /// Translates rules of others (YAML, as Agent Threat Rules are written) into `rules/*.toml`, and
    /// says of each what could not be translated.
    Import {
        /// The YAML files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The directory to write to: the `rules` of a bundle. No file is overwritten.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Verifies a log: frames, order, Merkle root, signatures.
    Verify {
        /// The log's directory.
        log: PathBuf,
        /// The verifier key that the log must be signed with.
        #[arg(long)]
        key: Option<String>,
    },
}

fn main() -> ExitCode {
    let Arguments { json, command } = Arguments::parse();
    let done = match command {
        Command::Demo { audit } => demo::run(audit.as_deref(), json),
        Command::Check { bundle, allow, trust } => check::run(&bundle, &allow, &trust, json),
        Command::Init { descriptors, server } => init::run(&descriptors, &server, json),
        Command::Test { bundle, min_coverage, audit, trust } => {
            test::run(&bundle, min_coverage, audit.as_deref(), &trust, json)
        }
        Command::Explain { bundle, cases, case, trust } => {
            explain::run(&bundle, &cases, case.as_deref(), &trust, json)
        }
        Command::Diff { old, new, calls, audit, trust } => {
            diff::run((&old, &new), calls.as_deref(), audit.as_deref(), &trust, json)
        }
        Command::Replay { log, bundle, was, trust } => {
            replay::run(&log, &bundle, was.as_deref(), &trust, json)
        }
        Command::Inventory { bundle, audit, trust } => {
            inventory::run(&bundle, audit.as_deref(), &trust, json)
        }
        Command::Keygen { key, name } => bundle::keygen(&key, &name, json),
        Command::Sign { bundle, key, archive } => {
            bundle::sign(&bundle, &key, archive.as_deref(), json)
        }
        #[cfg(feature = "https")]
        Command::Bundle { command: BundleCommand::Pull { url, to, trust, bearer_file, roots } } => {
            bundle::pull(&url, &to, &trust, (bearer_file.as_deref(), roots.as_deref()), json)
        }
        Command::Bundle { command: BundleCommand::Verify { bundle, trust } } => {
            bundle::verify(&bundle, &trust, json)
        }
        Command::Rules { command: RulesCommand::Import { files, out } } => {
            rules::import(&files, &out, json)
        }
        Command::Audit { command: AuditCommand::Verify { log, key } } => {
            audit::verify(&log, key.as_deref(), json)
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        // The command ran, and what it looked at is not in order.
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            terminal::error(&error, json);
            ExitCode::from(2)
        }
    }
}
