//! The rules, each held to the facts of a script or of a pair.

use std::collections::BTreeSet;

use crate::clients::{MONGO, MYSQL, REDIS, hands_on, is_client};
use crate::facts::{Aim, Call, Facts, Place, UNKNOWN};
use crate::paths::{Lies, lies, writes};
use crate::rules::{self, Rule};
use crate::{Role, Script};
use consnap_core::Severity;

/// What a rule found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) rule: &'static Rule,
    pub(crate) severity: Severity,
    pub(crate) at: Place,
    pub(crate) what: String,
}

impl Found {
    pub(crate) fn new(rule: &'static Rule, at: Place, what: impl Into<String>) -> Self {
        Self { rule, severity: rule.severity, at, what: what.into() }
    }
}

/// Statements that take a lock which ends with the session.
const LOCKS: &[&str] =
    &["FLUSH TABLES WITH READ LOCK", "LOCK INSTANCE FOR BACKUP", "BACKUP STAGE BLOCK", "LOCK TABLES"];
const UNLOCKS: &[&str] = &["UNLOCK TABLES", "UNLOCK INSTANCE", "BACKUP STAGE END"];
const QUIESCE: &[&str] = &[
    "READ LOCK",
    "LOCK INSTANCE",
    "BACKUP STAGE",
    "LOCK TABLES",
    "CHECKPOINT",
    "PG_BACKUP_",
    "PG_START_BACKUP",
    "PG_STOP_BACKUP",
    "BGSAVE",
    "CLIENT PAUSE",
    "CLIENT UNPAUSE",
    "FSYNCLOCK",
    "FSYNCUNLOCK",
    "BEGIN BACKUP",
    "END BACKUP",
    "FLUSH TABLES",
    "FLUSH LOGS",
];

fn says<'a>(call: &Call, statements: &[&'a str]) -> Option<&'a str> {
    let plain = without_unlock(&call.said);
    statements
        .iter()
        .find(|one| if one.starts_with("LOCK ") { plain.contains(**one) } else { call.said.contains(**one) })
        .copied()
}

/// `UNLOCK TABLES` is no `LOCK TABLES`.
fn without_unlock(said: &str) -> String {
    said.replace("UNLOCK ", "")
}

fn sleeps_in_statement(said: &str) -> bool {
    said.contains("SLEEP(") || said.contains("SLEEP (")
}

/// Judges one script by itself.
pub(crate) fn script(script: &Script<'_>, role: Role, facts: &Facts) -> Vec<Found> {
    let mut found = Vec::new();
    for call in &facts.calls {
        statements(call, facts, &mut found);
        status(call, facts, &mut found);
        secrets(call, &mut found);
        surroundings(call, &mut found);
        if !is_probe(call, facts) {
            found.extend(frozen(call, role, script.is_bash));
        }
    }
    for background in facts.backgrounds.iter().filter(|one| !one.open.is_empty() && !facts.output_moved) {
        found.push(Found::new(&rules::OUTPUT_OPEN, background.at, &background.raw));
    }
    for one in &facts.loops {
        if one.waits && one.endless {
            found.push(Found::new(&rules::NO_DEAD_MAN, one.at, &one.raw));
        } else if one.waits && !one.bounded {
            found.push(Found::new(&rules::ENDLESS_WAIT, one.at, &one.raw));
        }
    }
    let of = |rule, places: &[(Place, String)]| -> Vec<Found> {
        places.iter().map(|(at, what)| Found::new(rule, *at, what)).collect()
    };
    found.extend(of(&rules::FAILURE_SUCCEEDS, &facts.failures_that_succeed));
    found.extend(of(&rules::TIMEOUT_FORGOTTEN, &facts.forgotten_timeouts));
    found.extend(of(&rules::BASH_UNDER_SH, &facts.bash_words));
    if role == Role::Pre {
        found.extend(sync_alone(facts));
    }
    found
}

/// Locks, backup mode, names of statements.
fn statements(call: &Call, facts: &Facts, found: &mut Vec<Found>) {
    let mut add = |rule, what: &str| found.push(Found::new(rule, call.at, what));
    if call.is(MYSQL) {
        let lock = says(call, LOCKS);
        let stays = sleeps_in_statement(&call.said) || call.said.contains("\\!") || call.said.contains("SYSTEM ");
        if let Some(lock) = lock.filter(|_| !stays) {
            add(&rules::ONE_SHOT_LOCK, lock);
        }
        if let Some(unlock) = says(call, UNLOCKS).filter(|_| lock.is_none()) {
            add(&rules::FOREIGN_UNLOCK, unlock);
        }
        if let Some(lock) = lock.filter(|_| sleeps_in_statement(&call.said)) {
            add(&rules::FIXED_HOLD, lock);
        }
        let limits = |call: &Call| call.said.contains("LOCK_WAIT_TIMEOUT") || call.said.contains("MAX_STATEMENT_TIME");
        let is_limited = limits(call) || call.starters.iter().any(|starter| starter.starts_with("timeout"));
        if let Some(lock) = lock.filter(|_| !is_limited) {
            add(&rules::LOCK_UNLIMITED, lock);
        }
        if call.has("--force") || call.has("-f") {
            add(&rules::ERRORS_IGNORED, &call.raw);
        }
    }
    if call.is(&["psql"]) {
        let starts = ["PG_BACKUP_START", "PG_START_BACKUP"].into_iter().find(|name| call.said.contains(name));
        let stops = ["PG_BACKUP_STOP", "PG_STOP_BACKUP"].into_iter().find(|name| call.said.contains(name));
        let is_exclusive = call.said.contains("PG_START_BACKUP") && !call.said.contains("FALSE");
        if let Some(start) = starts.filter(|_| stops.is_none() && !is_exclusive) {
            if sleeps_in_statement(&call.said) {
                add(&rules::FIXED_HOLD, &start.to_lowercase());
            } else {
                add(&rules::ONE_SHOT_BACKUP, &start.to_lowercase());
            }
        }
        let is_kept = call.around.captured
            || call.around.piped_out
            || matches!(call.writes_to(1), Some(Aim::Write(to)) if !to.iter().any(|path| path == "/dev/null"));
        if let Some(stop) = stops.filter(|_| !is_kept) {
            add(&rules::LABEL_LOST, &stop.to_lowercase());
        }
        let reads =
            call.reads_statements || call.has("-f") || call.args.iter().any(|arg| arg.only().starts_with("--file"));
        let one_statement = call.has("-c") || call.args.iter().any(|arg| arg.only().starts_with("--command"));
        let stops_on_error = call.said.contains("ON_ERROR_STOP") && !call.said.contains("ON_ERROR_STOP=0");
        if reads && !one_statement && !stops_on_error {
            add(&rules::ERRORS_IGNORED, &call.raw);
        }
    }
    // Names are looked for in what is said to anybody: sessions are fed by functions.
    if !call.around.guarded && !call.is(&["mariadb", "grep", "sed", "awk"]) {
        const REMOVED: [&str; 4] = ["PG_START_BACKUP", "PG_STOP_BACKUP", "SHOW MASTER STATUS", "SHOW SLAVE STATUS"];
        if let Some(name) = REMOVED.into_iter().find(|name| call.said.contains(name)) {
            let name = if name.starts_with("PG") { name.to_lowercase() } else { name.to_owned() };
            add(&rules::REMOVED_NAME, &name);
        }
    }
    if call.is(REDIS) && (call.has("BGSAVE") || call.has("bgsave") || call.said.contains("BGREWRITEAOF")) {
        let waits = |other: &Call| {
            ["RDB_BGSAVE_IN_PROGRESS", "LASTSAVE", "AOF_REWRITE_IN_PROGRESS"]
                .iter()
                .any(|word| other.said.contains(word))
        };
        if !facts.calls.iter().any(waits) {
            add(&rules::SAVE_UNWAITED, &call.raw);
        }
    }
    if hours(call) {
        add(&rules::NO_DEAD_MAN, &call.raw);
    }
}

/// Whether a command waits for an hour or more.
fn hours(call: &Call) -> bool {
    let long = |word: &str| {
        let (number, unit) = word.split_at(word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic()).len());
        let seconds: f64 = number.parse().unwrap_or(0.0);
        let factor = match unit {
            "" | "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            "d" => 86_400.0,
            _ => 0.0,
        };
        word == "infinity" || word == "inf" || seconds * factor >= 3_600.0
    };
    let words = || call.args.iter().flat_map(|arg| &arg.values);
    let in_statement = call.said.split("SLEEP(").skip(1).any(|rest| {
        let number: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
        number.parse::<u64>().is_ok_and(|seconds| seconds >= 3_600)
    });
    call.name == "sleep" && words().any(|word| long(word))
        || call.name == "tail" && call.has("-f") && call.has("/dev/null")
        || is_client(&call.name) && in_statement
}

/// Failures that are not told.
fn status(call: &Call, facts: &Facts, found: &mut Vec<Found>) {
    let around = &call.around;
    let works = hands_on(call, &facts.functions) && QUIESCE.iter().any(|word| call.said.contains(word));
    let is_lost = works && !around.background && !around.captured;
    let unasked = is_lost && !around.tested && around.followed && !facts.stops_on_failure;
    let through_pipe = is_lost && around.piped_out && !facts.pipefail;
    if around.tolerated && (works || call.is(&["fsfreeze"])) || unasked || through_pipe {
        found.push(Found::new(&rules::FAILURE_SUCCEEDS, call.at, &call.raw));
    }
    let code = call.args.first().map_or("", |arg| arg.only());
    if call.name == "exit" && matches!(code, "193" | "194") {
        found.push(Found::new(&rules::AGENT_CODE, call.at, &call.raw));
    }
    if call.name == "exit" && code == "0" && around.in_trap {
        found.push(Found::new(&rules::FAILURE_SUCCEEDS, call.at, &call.raw));
    }
    if is_always_true(call) {
        found.push(Found::new(&rules::ALWAYS_TRUE, call.at, &call.raw));
    }
}

fn is_always_true(call: &Call) -> bool {
    if call.name.starts_with('[') && call.name.len() > 1 && call.name != "[[" {
        return true;
    }
    if !call.is(&["[", "test"]) {
        return false;
    }
    let words: Vec<&str> = call.args.iter().map(|arg| arg.raw.as_str()).filter(|word| *word != "]").collect();
    let is_bare = |word: &str| {
        word.starts_with('$') && !word.starts_with("$#") && !word.starts_with("$?") && !word.starts_with("$((")
    };
    match words.as_slice() {
        ["-n", word] => is_bare(word),
        // One word is true when it is not empty: `$x=y` always is.
        [word] => word.contains('=') && !word.starts_with('-'),
        _ => false,
    }
}

/// Passwords and terminals.
fn secrets(call: &Call, found: &mut Vec<Found>) {
    let values = || call.args.iter().map(|arg| arg.values.first().map_or("", String::as_str));
    let after = |options: &[&str]| {
        call.args
            .iter()
            .zip(call.args.iter().skip(1))
            .any(|(option, value)| options.contains(&option.only()) && !value.only().starts_with('-'))
    };
    let is_mysql = call.is(MYSQL) || call.is(&["mysqladmin", "mariadb-admin", "mysqldump"]);
    let is_shown = is_mysql
        && values().any(|word| {
            word.strip_prefix("-p").is_some_and(|rest| !rest.is_empty())
                || word.strip_prefix("--password=").is_some_and(|rest| !rest.is_empty())
        })
        || call.is(REDIS) && (after(&["-a", "--pass"]) || values().any(|word| word.starts_with("--pass=")))
        || call.is(MONGO) && (after(&["-p", "--password"]) || values().any(|word| word.starts_with("--password=")))
        || call.is(&["curl"])
            && call.args.iter().zip(call.args.iter().skip(1)).any(|(option, value)| {
                matches!(option.only(), "-u" | "--user") && value.values.iter().any(|value| value.contains(':'))
            })
        || call.is(&["sqlplus"]) && values().any(|word| word.contains('/') && !word.starts_with('/'));
    let is_written = call.sets.iter().any(|(name, arg)| {
        const NAMES: [&str; 5] = ["PGPASSWORD", "MYSQL_PWD", "REDISCLI_AUTH", "MYSQL_PASSWORD", "DB_PASSWORD"];
        NAMES.contains(&name.as_str()) && arg.values.iter().any(|value| !value.is_empty() && !value.contains(UNKNOWN))
    });
    if is_shown || is_written {
        // The password itself is not repeated.
        let what = if is_shown {
            call.name.clone()
        } else {
            call.sets.first().map_or(String::new(), |(name, _)| name.clone())
        };
        found.push(Found::new(&rules::PASSWORD_SHOWN, call.at, what));
    }
    let asks = is_mysql && (call.has("-p") || call.has("--password"))
        || call.is(&["psql"]) && (call.has("-W") || call.has("--password"))
        || call.starters.iter().any(|starter| asks_for_a_password(starter))
        || call.is(&["sudo"]) && !call.has("-n")
        || call.is(&["read", "select"]) && !call.around.has_input && !call.has("-u")
        || call.starters.iter().any(|starter| wants_terminal(starter))
        || values().any(|word| word == "/dev/tty");
    if asks {
        found.push(Found::new(&rules::ASKS_TERMINAL, call.at, &call.raw));
    }
}

/// `docker exec -it`: without a terminal it fails.
fn wants_terminal(starter: &str) -> bool {
    let mut words = starter.split(' ');
    let runs = matches!(words.next(), Some("docker" | "podman" | "nerdctl"));
    runs && words.any(|word| {
        word == "--tty" || word.starts_with('-') && !word.starts_with("--") && word.len() < 4 && word.contains('t')
    })
}

/// `sudo` without `-n`.
fn asks_for_a_password(starter: &str) -> bool {
    let mut words = starter.split(' ');
    let is_short = |word: &str| word.starts_with('-') && !word.starts_with("--") && word.contains('n');
    words.next() == Some("sudo") && !words.any(|word| word == "--non-interactive" || is_short(word))
}

/// What else a quiesce script leaves alone.
fn surroundings(call: &Call, found: &mut Vec<Found>) {
    let mut add = |rule| found.push(Found::new(rule, call.at, &call.raw));
    if call.is(&["fsfreeze", "xfs_freeze"]) && (call.has("-f") || call.has("--freeze")) {
        add(&rules::OWN_FREEZE);
    }
    let by_file = call.args.iter().any(|arg| {
        ["$(cat ", "`cat ", "$(<", "$(pidof ", "$(pgrep ", "`pidof ", "`pgrep "]
            .iter()
            .any(|read| arg.raw.contains(read))
    });
    if call.is(&["pkill", "killall"]) || call.is(&["kill"]) && by_file && !call.has("-0") {
        add(&rules::FOREIGN_PID);
    }
    let words = || call.args.iter().flat_map(|arg| &arg.values);
    let is_local =
        words().any(|word| ["localhost", "127.0.0.1", "[::1]", "--unix-socket"].iter().any(|here| word.contains(here)));
    let is_web = call.is(&["curl", "wget"]);
    let installs = call.is(&["apt", "apt-get", "yum", "dnf", "zypper", "apk"])
        || call.is(&["pip", "pip3", "npm"]) && call.has("install");
    let sends = call.is(&["ssh", "scp", "sftp", "aws", "aliyun", "ossutil", "mail", "sendmail", "git"]);
    if is_web && !is_local || installs || sends {
        add(&rules::NETWORK);
    }
    let searches = |word: &String| {
        let word = word.to_ascii_lowercase();
        word.contains(":9200")
            || word.contains("elasticsearch")
            || word.contains("opensearch")
            || word.contains("_flush/synced")
    };
    if (is_web || call.is(&["systemctl", "service"])) && words().any(searches) {
        add(&rules::REFUSED_ENGINE);
    }
}

/// A child that nobody waits for makes a file and removes it again, to see whether a file system is frozen: it hangs alone.
fn is_probe(call: &Call, facts: &Facts) -> bool {
    let is_alone = |one: &Call| one.around.background && !one.around.awaited && one.at.line == call.at.line;
    let makes = |name: &str| {
        let to = |to: &crate::facts::Redirection| to.raw.trim_start_matches(['>', '|', ' ']) == name;
        facts.calls.iter().any(|one| is_alone(one) && one.redirections.iter().any(to))
    };
    let removes = |one: &Call| one.name == "rm" && one.args.iter().any(|arg| makes(&arg.raw));
    is_alone(call) && facts.calls.iter().any(|one| is_alone(one) && removes(one))
}

/// What is written where the disk may be frozen, and names that anybody may take.
fn frozen(call: &Call, role: Role, is_bash: bool) -> Vec<Found> {
    let mut found = Vec::new();
    // After the thaw nothing hangs, as long as the order is the documented one.
    let severity = if role == Role::Post && !call.around.background { Severity::Warning } else { Severity::Error };
    for (at, raw, paths, makes) in writes(call) {
        if paths.iter().any(|path| lies(path) == Lies::OnDisk) {
            found.push(Found { severity, ..Found::new(&rules::WRITES_WHERE_FROZEN, at, &raw) });
        }
        let is_shared = |path: &String| path.starts_with("/tmp/") || path.starts_with("/var/tmp/");
        if makes && paths.iter().any(|path| is_shared(path) && !path.contains("XXX")) {
            found.push(Found::new(&rules::PREDICTABLE_NAME, at, &raw));
        }
    }
    if call.is(&["logger", "systemd-cat"]) {
        let found_here = Found::new(&rules::WRITES_WHERE_FROZEN, call.at, &call.raw);
        found.push(Found { severity: Severity::Warning, ..found_here });
    }
    let document = call.redirections.iter().rev().find(|to| matches!(to.aim, Aim::Text));
    if let Some(document) = document.filter(|_| is_bash) {
        // Before bash 5.1, and for long ones since, the text lies in a file under /tmp.
        let found_here = Found::new(&rules::WRITES_WHERE_FROZEN, document.at, &document.raw);
        found.push(Found { severity: Severity::Warning, ..found_here });
    }
    found
}

fn sync_alone(facts: &Facts) -> Option<Found> {
    const NOTHING: [&str; 12] =
        ["sync", "echo", "printf", "exit", "set", "sleep", "true", ":", "date", "logger", "cd", "umask"];
    let sync = facts.calls.iter().find(|call| call.name == "sync")?;
    let rest = facts.calls.iter().all(|call| NOTHING.contains(&call.name.as_str()) || call.name.is_empty());
    rest.then(|| Found::new(&rules::SYNC_ALONE, sync.at, &sync.raw))
}

/// What a pre-script does, and what undoes it.
const PAIRS: &[(&str, &[&str])] = &[
    ("CLIENT PAUSE", &["CLIENT UNPAUSE"]),
    ("PG_BACKUP_START", &["PG_BACKUP_STOP"]),
    ("PG_START_BACKUP", &["PG_STOP_BACKUP", "PG_BACKUP_STOP"]),
    ("FSYNCLOCK", &["FSYNCUNLOCK"]),
    ("BEGIN BACKUP", &["END BACKUP"]),
];

/// Judges what one script leaves to the other. `post` is `None` where it was not given or could not be read.
pub(crate) fn pair(pre: &Facts, post: Option<&Facts>) -> Vec<Found> {
    let mut found = Vec::new();
    let functions = || pre.functions.iter().chain(post.into_iter().flat_map(|post| &post.functions));
    // What a function is given is looked at where the function hands it on.
    let is_forwarded = |call: &Call| functions().any(|function| *function == call.name);
    let changes = changes(pre, post, is_forwarded);
    for call in pre.calls.iter().filter(|call| !is_forwarded(call)) {
        for (setting, _) in settings(&call.said) {
            if changes.iter().filter(|(.., name, _)| *name == setting).count() < 2 {
                found.push(Found::new(&rules::SETTING_LEFT, call.at, &call.raw));
            }
        }
        if let Some(service) = stopped(call) {
            let starts = |other: &Call| {
                other.is(&["systemctl", "service"])
                    && (other.has("start") || other.has("restart"))
                    && other.said.contains(&service)
            };
            let is_started = pre.calls.iter().any(|other| other.around.in_trap && starts(other))
                || post.is_some_and(|post| post.calls.iter().any(starts));
            if !is_started {
                found.push(Found::new(&rules::STOP_WITHOUT_START, call.at, &call.raw));
            }
        }
    }
    let Some(post) = post else { return found };
    for (does, undoes) in PAIRS {
        let Some(call) = pre.calls.iter().find(|call| call.said.contains(does) && !call.is(&["grep", "sed"])) else {
            continue;
        };
        let undone = |other: &Call| undoes.iter().any(|undo| other.said.contains(undo)) || ends_a_process(other);
        if !post.calls.iter().any(undone) {
            found.push(Found::new(&rules::NOT_UNDONE, call.at, &call.raw));
        }
    }
    // A process that holds is ended by a signal, or by a file that it looks at.
    if let Some(holder) = pre.backgrounds.first() {
        let ends = |call: &Call| ends_a_process(call) || !writes(call).is_empty() || is_client(&call.name);
        if !post.calls.iter().any(ends) {
            found.push(Found::new(&rules::NOT_UNDONE, holder.at, &holder.raw));
        }
    }
    found
}

fn ends_a_process(call: &Call) -> bool {
    call.is(&["kill", "pkill", "killall"]) && !call.has("-0")
}

/// Each change of a setting once: `sh -c` and the client in it say the same on one line.
fn changes(
    pre: &Facts,
    post: Option<&Facts>,
    is_forwarded: impl Fn(&Call) -> bool,
) -> BTreeSet<(Role, usize, String, String)> {
    let of = |role, facts: &Facts| -> Vec<_> {
        let settings =
            facts.calls.iter().filter(|call| !is_forwarded(call)).map(|call| (call.at.line, settings(&call.said)));
        settings.flat_map(|(line, all)| all.into_iter().map(move |(name, to)| (role, line, name, to))).collect()
    };
    of(Role::Pre, pre).into_iter().chain(post.into_iter().flat_map(|post| of(Role::Post, post))).collect()
}

/// Settings of the whole server that statements change, and to what.
fn settings(said: &str) -> Vec<(String, String)> {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    let setting = |rest: &str| {
        let rest = rest.trim_start();
        let (name, to) = rest.split_at(rest.find(|letter| !is_name(letter)).unwrap_or(rest.len()));
        let to = to.trim_start_matches(|letter: char| !is_name(letter));
        let to = to.strip_prefix("TO ").unwrap_or(to).trim_start_matches(|letter: char| !is_name(letter));
        (name.to_owned(), to.chars().take_while(|letter| is_name(*letter)).collect::<String>())
    };
    ["SET GLOBAL ", "SET @@GLOBAL.", "SET PERSIST ", "CONFIG SET ", "ALTER SYSTEM SET "]
        .iter()
        .flat_map(|marker| said.split(marker).skip(1).map(setting))
        .filter(|(name, _)| !name.is_empty())
        .collect()
}

/// The service that a command stops.
fn stopped(call: &Call) -> Option<String> {
    if !call.is(&["systemctl", "service"]) || !call.has("stop") {
        return None;
    }
    let name = call.args.iter().map(crate::facts::Arg::only).find(|word| !word.starts_with('-') && *word != "stop")?;
    Some(name.to_uppercase())
}
