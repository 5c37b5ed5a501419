//! The command line (design section 4): a contract that scripts rely on. People's text by default, one JSON object with
//! `--json`; diagnostics on stderr. Exit code 0: the answer is yes; 1: it is no; 2: usage, unreadable or unsupported
//! input, wrong password; 3: a fault of ours.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

mod audit;
mod backup;
mod container;
mod digest;
mod doctor;
mod draw;
mod extend;
mod extract;
mod input;
mod known;
mod ncalayer;
mod online;
mod output;
mod path;
mod promise;
mod retention;
mod revocation;
mod service;
mod show;
mod sign;
mod store;
mod trust;
mod tsp;
mod verify;
mod verify_raw;
mod witness;

use crate::i18n::Language;
use output::{CliError, Output};

#[derive(Debug, Parser)]
#[command(name = "qolhat", version, about = "Electronic document workflow with Kazakhstan's digital signatures")]
struct Cli {
    /// Language of the text: kk, ru or en. By default that of LANG, otherwise Russian.
    #[arg(long, global = true, value_parser = language)]
    lang: Option<Language>,
    #[command(subcommand)]
    command: Command,
}

fn language(text: &str) -> Result<Language, String> {
    Language::parse(text).ok_or_else(|| "kk, ru or en".to_owned())
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A full world: demo CA, service, people; plays the main story and stays up.
    Demo(DemoArgs),
    /// Run the service.
    Serve(ConfigArgs),
    /// Bring the database schema up to date.
    Migrate(ConfigArgs),
    /// Check configuration, clock, stores, trust and responders, and say what to mend.
    Doctor(ConfigArgs),
    /// Judge a signed file: CMS or an extract.
    Verify(VerifyArgs),
    /// Raise the level of a signature, so that it outlives its certificates.
    Extend(ExtendArgs),
    /// Extracts for a court.
    #[command(subcommand)]
    Extract(ExtractCommand),
    /// The journal.
    #[command(subcommand)]
    Journal(JournalCommand),
    /// Promises of entries, given to who could not wait.
    #[command(subcommand)]
    Promise(PromiseCommand),
    /// The blob store.
    #[command(subcommand)]
    Store(store::StoreCommand),
    /// Back the whole installation up while it runs: database, blobs, checkpoint; none of its keys.
    Backup(backup::BackupArgs),
    /// Put a backup back into an empty installation, audit it, and say whether the service may go on from it.
    Restore(backup::RestoreArgs),
    /// Sign a file with a key of the national CA.
    Sign(SignArgs),
    /// Answer web pages as NCALayer does, with keys in files and without asking: for tests and unattended machines.
    Ncalayer(NcalayerArgs),
    /// Watch over the logs of others: cosign what continues what was seen, and nothing else.
    Witness(WitnessArgs),
    /// Look into the objects of a public key infrastructure.
    #[command(subcommand)]
    Pki(PkiCommand),
    /// The CAs that are trusted.
    Trust(TrustArgs),
    /// Draw a page of the PDF on stdin as PNG on stdout. The service starts it for itself.
    #[command(hide = true)]
    DrawPage(DrawPageArgs),
}

#[derive(Debug, Args)]
struct DrawPageArgs {
    /// Answer with the number of pages.
    #[arg(long, conflicts_with_all = ["page", "width"])]
    count: bool,
    /// The page; the first is 1.
    #[arg(long, required_unless_present = "count", requires = "width")]
    page: Option<u32>,
    /// Its width in pixels.
    #[arg(long, requires = "page")]
    width: Option<u32>,
}

#[derive(Debug, Args)]
struct DemoArgs {
    /// Folder of the world.
    #[arg(long, default_value = "demo-world")]
    dir: PathBuf,
    /// Address of the service.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Address of the signer for visitors, on loopback; by default that of NCALayer or, where it is taken, a free port.
    #[arg(long)]
    ncalayer: Option<SocketAddr>,
    /// The instant at which a new world begins and from which its clock runs on (RFC 3339); now by default.
    #[arg(long)]
    clock: Option<String>,
    /// End when the story ends.
    #[arg(long)]
    exit: bool,
}

#[derive(Debug, Args)]
struct ConfigArgs {
    /// The configuration.
    #[arg(long, default_value = "qolhat.toml")]
    config: PathBuf,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// Whose revocation must be disproven.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Revocation {
    Chain,
    Leaf,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    Json,
    Etsi,
}

#[derive(Debug, Args)]
struct VerifyArgs {
    /// The content of a detached signature.
    #[arg(long, conflicts_with = "detached_digest")]
    detached: Option<PathBuf>,
    /// The digest of that content: ALG:HEX.
    #[arg(long)]
    detached_digest: Option<String>,
    /// CA certificates that end a path.
    #[arg(long)]
    trust: Vec<PathBuf>,
    /// Certificates that help to build one.
    #[arg(long)]
    certs: Vec<PathBuf>,
    /// Revocation lists.
    #[arg(long)]
    crl: Vec<PathBuf>,
    /// OCSP responses.
    #[arg(long)]
    ocsp: Vec<PathBuf>,
    /// CA certificates that end the path of a time-stamping authority; those of --trust by default.
    #[arg(long)]
    tsa_trust: Vec<PathBuf>,
    /// The moment asked about (RFC 3339); now by default.
    #[arg(long)]
    at: Option<String>,
    /// Whose revocation must be disproven.
    #[arg(long, value_enum, default_value = "chain")]
    revocation: Revocation,
    /// Fetch evidence from the CA's services.
    #[arg(long)]
    online: bool,
    /// Form of the full report.
    #[arg(long, value_enum)]
    report: Option<ReportFormat>,
    #[arg(long)]
    json: bool,
    /// The signed file.
    file: PathBuf,
}

/// Up to which level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Level {
    /// A time stamp over the signature value.
    T,
    /// What proves the certificates.
    Lt,
    /// An archive time stamp over everything.
    Lta,
}

#[derive(Debug, Args)]
struct ExtendArgs {
    /// The level to reach.
    #[arg(long, value_enum)]
    to: Level,
    /// The content of a detached signature; needed for lta.
    #[arg(long)]
    detached: Option<PathBuf>,
    /// Address of a time-stamping authority.
    #[arg(long)]
    tsp: Option<String>,
    /// Certificates above the signers and the authorities.
    #[arg(long)]
    certs: Vec<PathBuf>,
    /// OCSP responses.
    #[arg(long)]
    ocsp: Vec<PathBuf>,
    /// Revocation lists.
    #[arg(long)]
    crl: Vec<PathBuf>,
    /// Where the signature goes.
    #[arg(short = 'o', long)]
    out: PathBuf,
    #[arg(long)]
    json: bool,
    /// The signed file.
    file: PathBuf,
}

#[derive(Debug, Subcommand)]
enum ExtractCommand {
    /// Judge an extract, offline.
    Verify(ExtractVerifyArgs),
}

/// Whose extract or promise is expected, and whom its reader trusts.
#[derive(Debug, Args)]
struct WhoseArgs {
    /// CA certificates that end a path; `operator.json` in such a folder says whose extract or promise is expected.
    #[arg(long)]
    trust: Vec<PathBuf>,
    /// BIN of the operator whose it is.
    #[arg(long, requires = "log_key")]
    operator: Option<String>,
    /// Verifier key of his log.
    #[arg(long, requires = "operator")]
    log_key: Vec<String>,
}

#[derive(Debug, Args)]
struct ExtractVerifyArgs {
    #[command(flatten)]
    whose: WhoseArgs,
    /// Verifier key of a witness that must have cosigned; may be repeated.
    #[arg(long)]
    witness: Vec<String>,
    /// How many of the witnesses are enough; all by default.
    #[arg(long, value_name = "N")]
    witness_quorum: Option<usize>,
    /// The lowest level of completeness that is enough.
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=3))]
    level: Option<u8>,
    /// The moment asked about (RFC 3339); now by default.
    #[arg(long)]
    at: Option<String>,
    #[arg(long)]
    json: bool,
    /// The extract.
    file: PathBuf,
}

#[derive(Debug, Subcommand)]
enum PromiseCommand {
    /// Whether the operator has kept a promise, offline.
    Verify(PromiseVerifyArgs),
}

#[derive(Debug, Args)]
struct PromiseVerifyArgs {
    #[command(flatten)]
    whose: WhoseArgs,
    /// An extract of after the deadline: with the entry, or with the whole history that would hold it.
    #[arg(long)]
    extract: Option<PathBuf>,
    /// The moment asked about (RFC 3339); now by default.
    #[arg(long)]
    at: Option<String>,
    #[arg(long)]
    json: bool,
    /// The answer of the service that holds the promise, or its note alone.
    file: PathBuf,
}

#[derive(Debug, Subcommand)]
enum JournalCommand {
    /// Replay the log against its checkpoints: what came since the last audit, or the whole of it.
    Audit(audit::AuditArgs),
    /// Make the map of subjects, which is a cache, anew from the entries, and compare it with the newest seal.
    RebuildMap(ConfigArgs),
    /// Put the sealed segments that are not there yet into the blob store. The service does so by itself.
    Export(ConfigArgs),
    /// Take out of the database what two officers have approved to go. On PostgreSQL by the login that owns the tables.
    Prune(ConfigArgs),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SignFormat {
    Cms,
    Xml,
}

#[derive(Debug, Args)]
struct SignArgs {
    /// The key store (PKCS#12).
    #[arg(long)]
    key: PathBuf,
    /// Environment variable that holds its password.
    #[arg(long)]
    password_env: String,
    /// Form of the signature.
    #[arg(long, value_enum, default_value = "cms")]
    format: SignFormat,
    /// Leave the content out of the signature.
    #[arg(long)]
    detached: bool,
    /// Address of a time-stamping authority.
    #[arg(long)]
    tsp: Option<String>,
    /// Where the signature goes.
    #[arg(short = 'o', long)]
    out: PathBuf,
    #[arg(long)]
    json: bool,
    /// The file to sign.
    file: PathBuf,
}

#[derive(Debug, Args)]
struct NcalayerArgs {
    /// A key store (PKCS#12); several belong to one person when they name the same IIN and BIN.
    #[arg(long, required_unless_present = "world", requires = "password_env")]
    key: Vec<PathBuf>,
    /// Environment variable that holds the password of the key stores.
    #[arg(long)]
    password_env: Option<String>,
    /// Folder of a demonstration world, whose people sign.
    #[arg(long, conflicts_with = "key")]
    world: Option<PathBuf>,
    /// Where pages reach the signer; loopback only.
    #[arg(long, default_value = "127.0.0.1:13579")]
    listen: SocketAddr,
    /// A site whose pages may ask for signatures (https://example.kz), beside those of this machine.
    #[arg(long)]
    allow_origin: Vec<String>,
    /// Address of a time-stamping authority.
    #[arg(long)]
    tsp: Option<String>,
    /// The time at the start (RFC 3339), which runs on; that of the machine by default.
    #[arg(long)]
    clock: Option<String>,
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct WitnessArgs {
    /// The configuration of the witness.
    #[arg(long, default_value = "witness.toml")]
    config: PathBuf,
    /// Origin of a log that was added to the configuration: begin to watch it.
    #[arg(long)]
    begin: Option<String>,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum PkiCommand {
    /// Facts of a certificate, CMS, CRL, OCSP response, time stamp or PKCS#12.
    Show(ShowArgs),
    /// Whether a certificate leads to an anchor.
    Path(PathArgs),
    /// What an OCSP response says of a certificate.
    Ocsp(revocation::OcspArgs),
    /// What a revocation list says of a certificate.
    Crl(revocation::CrlArgs),
    /// Whether a time stamp is one of this data.
    Tsp(tsp::TspArgs),
    /// The digest of a file.
    Digest(digest::DigestArgs),
    /// Verify bare signatures: a line of JSON on stdin each.
    VerifyRaw(verify_raw::VerifyRawArgs),
}

#[derive(Debug, Args)]
struct ShowArgs {
    /// Environment variable that holds the password of a PKCS#12.
    #[arg(long)]
    password_env: Option<String>,
    #[arg(long)]
    json: bool,
    /// The file.
    file: PathBuf,
}

/// What the key is to be for.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Purpose {
    Any,
    Sign,
    Auth,
    Ocsp,
    Tsa,
}

#[derive(Debug, Args)]
struct PathArgs {
    /// CA certificates that end a path.
    #[arg(long, required = true)]
    anchor: Vec<PathBuf>,
    /// CA certificates between.
    #[arg(long)]
    intermediate: Vec<PathBuf>,
    /// Revocation lists; given any, revocation is judged.
    #[arg(long)]
    crl: Vec<PathBuf>,
    /// OCSP responses; given any, revocation is judged.
    #[arg(long)]
    ocsp: Vec<PathBuf>,
    /// The moment asked about (RFC 3339).
    #[arg(long)]
    at: String,
    /// What the key is to be for.
    #[arg(long, value_enum, default_value = "any")]
    purpose: Purpose,
    /// A policy of the user-initial-policy-set; any when none is given.
    #[arg(long)]
    policy: Vec<String>,
    /// initial-explicit-policy.
    #[arg(long)]
    explicit_policy: bool,
    /// initial-policy-mapping-inhibit.
    #[arg(long)]
    inhibit_policy_mapping: bool,
    /// initial-any-policy-inhibit.
    #[arg(long)]
    inhibit_any_policy: bool,
    /// Most intermediates between target and anchor.
    #[arg(long)]
    max_depth: Option<usize>,
    #[arg(long)]
    json: bool,
    /// The certificate asked about.
    target: PathBuf,
}

#[derive(Debug, Args)]
struct TrustArgs {
    /// Folder of the trusted CAs.
    #[arg(long, global = true, default_value = "trust")]
    dir: PathBuf,
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: TrustCommand,
}

#[derive(Debug, Subcommand)]
enum TrustCommand {
    /// Trust the CA certificates in a file or folder.
    Import {
        /// The file or folder.
        path: PathBuf,
    },
    /// Show who is trusted.
    List,
    /// Trust a CA no more.
    Remove {
        /// Its certificate, or the SHA-256 of it.
        path: PathBuf,
    },
}

impl Command {
    const fn wants_json(&self) -> bool {
        match self {
            Self::Demo(_) | Self::DrawPage(_) => false,
            Self::Serve(args) | Self::Migrate(args) | Self::Doctor(args) => args.json,
            Self::Journal(JournalCommand::Audit(args)) => args.config.json,
            Self::Journal(
                JournalCommand::RebuildMap(args) | JournalCommand::Export(args) | JournalCommand::Prune(args),
            ) => args.json,
            Self::Promise(PromiseCommand::Verify(args)) => args.json,
            Self::Store(command) => command.wants_json(),
            Self::Backup(args) => args.config.json,
            Self::Restore(args) => args.config.json,
            Self::Verify(args) => args.json || matches!(args.report, Some(ReportFormat::Json)),
            Self::Extend(args) => args.json,
            Self::Extract(ExtractCommand::Verify(args)) => args.json,
            Self::Sign(args) => args.json,
            Self::Ncalayer(args) => args.json,
            Self::Witness(args) => args.json,
            Self::Pki(PkiCommand::Show(args)) => args.json,
            Self::Pki(PkiCommand::Path(args)) => args.json,
            Self::Pki(PkiCommand::Ocsp(args)) => args.json,
            Self::Pki(PkiCommand::Crl(args)) => args.json,
            Self::Pki(PkiCommand::Tsp(args)) => args.json,
            Self::Pki(PkiCommand::Digest(args)) => args.json,
            Self::Pki(PkiCommand::VerifyRaw(_)) => true,
            Self::Trust(args) => args.json,
        }
    }
}

/// Runs the program with `arguments`, its own name first.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, &arguments),
    };
    let output = Output::new(cli.command.wants_json(), cli.lang.unwrap_or_else(output::language_of_environment));
    let answer = match &cli.command {
        Command::Demo(args) => service::demo(args, &output),
        Command::Serve(args) => service::serve(args),
        Command::Migrate(args) => service::migrate(args),
        Command::Doctor(args) => doctor::doctor(args, &output),
        Command::Verify(args) => verify::verify(args, &output),
        Command::Extend(args) => extend::extend(args, &output),
        Command::Extract(ExtractCommand::Verify(args)) => extract::verify(args, &output),
        Command::Journal(JournalCommand::Audit(args)) => audit::audit(args, &output),
        Command::Journal(JournalCommand::RebuildMap(args)) => audit::rebuild(args, &output),
        Command::Journal(JournalCommand::Export(args)) => retention::export(args, &output),
        Command::Journal(JournalCommand::Prune(args)) => retention::prune(args, &output),
        Command::Promise(PromiseCommand::Verify(args)) => promise::verify(args, &output),
        Command::Store(command) => store::store(command, &output),
        Command::Backup(args) => backup::backup(args, &output),
        Command::Restore(args) => backup::restore(args, &output),
        Command::Sign(args) => sign::sign(args, &output),
        Command::Ncalayer(args) => ncalayer::ncalayer(args, &output),
        Command::Witness(args) => witness::witness(args, &output),
        Command::Pki(PkiCommand::Show(args)) => show::show(args, &output),
        Command::Pki(PkiCommand::Path(args)) => path::path(args, &output),
        Command::Pki(PkiCommand::Ocsp(args)) => revocation::ocsp(args, &output),
        Command::Pki(PkiCommand::Crl(args)) => revocation::crl(args, &output),
        Command::Pki(PkiCommand::Tsp(args)) => tsp::tsp(args, &output),
        Command::Pki(PkiCommand::Digest(args)) => digest::digest(args, &output),
        Command::Pki(PkiCommand::VerifyRaw(args)) => verify_raw::verify_raw(args, &output),
        Command::Trust(args) => trust::trust(args, &output),
        Command::DrawPage(args) => draw::draw_page(args),
    };
    match answer {
        Ok(answer) => answer.into(),
        Err(error) => output.error(&error),
    }
}

/// Help is an answer; anything else is wrong usage.
fn usage(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    if !error.use_stderr() {
        output::print(&error.to_string());
        return ExitCode::SUCCESS;
    }
    let follows = |pair: &[OsString]| matches!(pair, [option, value] if option == "--report" && value == "json");
    let json = arguments.iter().any(|argument| argument == "--json" || argument == "--report=json")
        || arguments.windows(2).any(follows);
    let output = Output::new(json, output::language_of_environment());
    output.error(&CliError::usage(error.to_string().trim_end()))
}

/// What a question was answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    /// Input that this program does not read, told already.
    Unreadable,
    /// What this program says to itself.
    Code(u8),
}

impl From<bool> for Answer {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

impl From<Answer> for ExitCode {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Yes => Self::SUCCESS,
            Answer::No => Self::from(1),
            Answer::Unreadable => Self::from(2),
            Answer::Code(code) => Self::from(code),
        }
    }
}
