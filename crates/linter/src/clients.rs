//! Programs that the rules know: clients of services, and what only starts another program.

use std::collections::BTreeSet;

use crate::facts::{Arg, Call};
use crate::walk::base;

/// Clients of MySQL and MariaDB.
pub(crate) const MYSQL: &[&str] = &["mysql", "mariadb"];
/// Clients of Redis and Valkey.
pub(crate) const REDIS: &[&str] = &["redis-cli", "valkey-cli"];
/// Clients of MongoDB.
pub(crate) const MONGO: &[&str] = &["mongo", "mongosh"];
/// Clients of all services.
const ALL: &[&str] = &[
    "mysql",
    "mariadb",
    "mysqladmin",
    "mariadb-admin",
    "psql",
    "redis-cli",
    "valkey-cli",
    "mongo",
    "mongosh",
    "sqlplus",
    "hdbsql",
    "sqlcmd",
    "db2",
];

pub(crate) fn is_client(name: &str) -> bool {
    ALL.contains(&name)
}

/// Whether a command is a client, or a function that is given one: `retry mysql -e …`.
pub(crate) fn hands_on(call: &Call, functions: &BTreeSet<String>) -> bool {
    is_client(&call.name) || functions.contains(&call.name) && call.args.iter().any(|arg| is_client(base(arg.only())))
}

/// Whether these commands do what a quiesce script is for, so that their failure is its failure.
pub(crate) fn does_work(calls: &[Call], functions: &BTreeSet<String>) -> bool {
    calls.iter().any(|call| {
        hands_on(call, functions)
            || call.is(&["fsfreeze", "xfs_freeze"])
            || call.is(&["systemctl", "service"]) && (call.has("stop") || call.has("start"))
    })
}

/// What starts another program: options that take a word, and how many words stand before the program.
const STARTERS: &[(&str, &[&str], usize)] = &[
    ("timeout", &["-s", "--signal", "-k", "--kill-after"], 1),
    (
        "sudo",
        &["-u", "--user", "-g", "--group", "-h", "--host", "-p", "--prompt", "-C", "-r", "-t", "-T", "-D", "-R"],
        0,
    ),
    ("doas", &["-u", "-C"], 0),
    ("nice", &["-n", "--adjustment"], 0),
    ("ionice", &["-c", "--class", "-n", "--classdata"], 0),
    ("nohup", &[], 0),
    ("setsid", &[], 0),
    ("env", &["-u", "--unset", "-C", "--chdir"], 0),
    ("exec", &["-a"], 0),
    ("command", &[], 0),
    ("builtin", &[], 0),
    ("busybox", &[], 0),
    ("time", &["-f", "--format", "-o", "--output"], 0),
    ("stdbuf", &["-i", "--input", "-o", "--output", "-e", "--error"], 0),
    ("runuser", &["-u", "--user", "-g", "--group", "-G", "--supp-group", "-s", "--shell", "-w"], 0),
    ("setpriv", &["--reuid", "--regid", "--groups", "--inh-caps", "--ambient-caps", "--bounding-set"], 0),
    ("gosu", &[], 1),
    ("su-exec", &[], 1),
    ("flock", &["-w", "--wait", "--timeout", "-E", "--conflict-exit-code"], 1),
    ("chroot", &[], 1),
    ("nsenter", &["-t", "--target", "-S", "--setuid", "-G", "--setgid"], 0),
    ("taskset", &[], 1),
    ("chrt", &[], 1),
    (
        "systemd-run",
        &["-p", "--property", "-u", "--unit", "--uid", "--gid", "--slice", "-E", "--setenv", "-M", "-H"],
        0,
    ),
    ("xargs", &["-I", "-n", "-P", "-L", "-s", "-d", "-a", "-E"], 0),
];

/// What starts a program in a container, by `exec`: options of all of them that take a word.
const CONTAINERS: &[&str] =
    &["docker", "podman", "nerdctl", "crictl", "kubectl", "oc", "lxc", "docker-compose", "podman-compose"];
const CONTAINER_OPTIONS: &[&str] = &[
    "-H",
    "--host",
    "--context",
    "-l",
    "--log-level",
    "--config",
    "--url",
    "--connection",
    "-e",
    "--env",
    "--env-file",
    "-u",
    "--user",
    "-w",
    "--workdir",
    "--detach-keys",
    "-n",
    "--namespace",
    "-c",
    "--container",
    "--kubeconfig",
    "--cluster",
    "-s",
    "--server",
    "--as",
    "-f",
    "--file",
    "-p",
    "--project-name",
    "--index",
    "--profile",
    "--cwd",
    "--pod-running-timeout",
    "--request-timeout",
    "--token",
    "-r",
    "--runtime-endpoint",
    "--preserve-fds",
];

/// Takes away what only starts the program: its name, its words, and what was taken away.
pub(crate) fn peel(name: &str, args: Vec<Arg>) -> (String, Vec<Arg>, Vec<String>) {
    let (mut name, mut args, mut starters) = (base(name).to_owned(), args, Vec::new());
    while let Some(at) = program(&name, &args) {
        let Some(next) = args.get(at) else { break };
        let next = next.values.iter().find(|value| is_client(base(value))).map_or(next.only(), String::as_str);
        let next = base(next).to_owned();
        let options: Vec<&str> = args.iter().take(at).map(Arg::only).collect();
        starters.push(std::iter::once(name.as_str()).chain(options).collect::<Vec<_>>().join(" "));
        args.drain(..=at);
        name = next;
    }
    (name, args, starters)
}

/// Which word names the program, where `name` starts one.
fn program(name: &str, args: &[Arg]) -> Option<usize> {
    if CONTAINERS.contains(&name) {
        return in_container(args);
    }
    let (_, valued, positional) = STARTERS.iter().find(|(starter, ..)| *starter == name)?;
    let mut at = options(args, 0, valued);
    // `command -v` asks, it starts nothing; `-c` is a script of its own.
    let is_script = |word: &str| matches!(word, "-c" | "--command") || word.starts_with("--command=");
    let taken = args.get(..at).unwrap_or_default();
    let asks = match name {
        "command" => taken.iter().any(|arg| matches!(arg.only(), "-v" | "-V")),
        "runuser" => {
            let by_name = taken.iter().any(|arg| matches!(arg.only(), "-u" | "--user"));
            !by_name || taken.iter().any(|arg| is_script(arg.only()))
        }
        "flock" => args.iter().skip(at).take(2).any(|arg| is_script(arg.only())),
        _ => false,
    };
    if asks {
        return None;
    }
    if matches!(name, "env" | "sudo" | "doas") {
        at += args.iter().skip(at).take_while(|arg| !arg.only().starts_with('=') && arg.only().contains('=')).count();
    }
    Some(at + positional)
}

/// Where the options end that begin at `at`.
fn options(args: &[Arg], mut at: usize, valued: &[&str]) -> usize {
    while let Some(word) = args.get(at).map(Arg::only) {
        if word == "--" {
            return at + 1;
        }
        if !word.starts_with('-') {
            break;
        }
        at += if takes_next(word, valued) { 2 } else { 1 };
    }
    at
}

/// Whether the word after an option is its value: `-u`, `--user`, and `-iu`, but not `-uroot`.
fn takes_next(word: &str, valued: &[&str]) -> bool {
    if word.starts_with("--") {
        return valued.contains(&word);
    }
    let mut letters = word.chars().skip(1);
    let first = letters
        .by_ref()
        .find(|letter| valued.iter().any(|one| one.strip_prefix('-') == Some(letter.encode_utf8(&mut [0; 4]))));
    first.is_some() && letters.next().is_none()
}

/// The program of `docker exec`, `kubectl exec` and their like.
fn in_container(args: &[Arg]) -> Option<usize> {
    let exec = args.iter().position(|arg| arg.only() == "exec")?;
    let named = options(args, exec + 1, CONTAINER_OPTIONS);
    let at = options(args, named + 1, CONTAINER_OPTIONS);
    // An option that is not known may have taken the name's place: a client or a shell further on is the program.
    let may_be = |arg: &Arg| arg.values.iter().any(|value| is_client(base(value)) || is_shell(base(value)));
    if args.get(at).is_some_and(may_be) {
        return Some(at);
    }
    let later = args.iter().skip(exec + 1).position(may_be).map(|later| later + exec + 1);
    Some(later.unwrap_or(at))
}

pub(crate) fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "dash" | "ash" | "ksh" | "mksh" | "zsh")
}
