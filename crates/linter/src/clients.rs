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
    ("sudo", &["-u", "--user", "-g", "-h", "-p"], 0),
    ("nice", &["-n"], 0),
    ("ionice", &["-c", "-n"], 0),
    ("nohup", &[], 0),
    ("setsid", &[], 0),
    ("env", &["-u", "-C"], 0),
    ("exec", &["-a"], 0),
    ("command", &[], 0),
    ("builtin", &[], 0),
    ("stdbuf", &["-i", "-o", "-e"], 0),
    ("runuser", &["-u", "-g"], 0),
    ("setpriv", &[], 0),
    ("gosu", &[], 1),
    ("flock", &["-w", "-E"], 1),
    ("chroot", &[], 1),
];

/// Where the program stands that is started in a container: `docker exec -u 0 db mysql …`, `kubectl exec db-0 -- psql …`.
fn in_container(name: &str, args: &[Arg]) -> Option<usize> {
    const VALUED: &[&str] = &[
        "-e",
        "--env",
        "--env-file",
        "-u",
        "--user",
        "-w",
        "--workdir",
        "--detach-keys",
        "--index",
        "-c",
        "--container",
        "-n",
        "--namespace",
    ];
    let is_tool = matches!(
        name,
        "docker" | "podman" | "nerdctl" | "crictl" | "docker-compose" | "podman-compose" | "kubectl" | "oc" | "nsenter"
    );
    let exec = match name {
        "nsenter" => Some(0),
        _ => args.iter().position(|arg| arg.only() == "exec").map(|at| at + 1),
    };
    let mut at = exec.filter(|_| is_tool)?;
    if let Some(dashes) = args.iter().skip(at).position(|arg| arg.only() == "--") {
        return Some(at + dashes + 1);
    }
    // `nsenter -t 1 -m mysql`: the options take their words with them.
    let valued: &[&str] =
        if name == "nsenter" { &["-t", "--target", "-S", "-G", "--setuid", "--setgid"] } else { VALUED };
    while let Some(word) = args.get(at).map(Arg::only).filter(|word| word.starts_with('-')) {
        at += if valued.contains(&word) { 2 } else { 1 };
    }
    Some(if name == "nsenter" { at } else { at + 1 })
}

/// Takes away what only starts the program: its name, its words, and what was taken away.
pub(crate) fn peel(name: &str, args: Vec<Arg>) -> (String, Vec<Arg>, Vec<String>) {
    let (mut name, mut args, mut starters) = (base(name).to_owned(), args, Vec::new());
    loop {
        if let Some(at) = in_container(&name, &args) {
            let Some(next) = args.get(at) else { break };
            let next = base(next.only()).to_owned();
            starters.push(
                std::iter::once(name.as_str()).chain(args.iter().take(at).map(Arg::only)).collect::<Vec<_>>().join(" "),
            );
            args.drain(..=at);
            name = next;
            continue;
        }
        let Some((_, valued, positional)) = STARTERS.iter().find(|(starter, ..)| *starter == name) else { break };
        // `command -v` asks, it starts nothing; `runuser -c` is a script of its own.
        let asks = |word: &str| match name.as_str() {
            "command" => matches!(word, "-v" | "-V"),
            "runuser" => word == "-c" || word == "-l",
            _ => false,
        };
        // With `-u` the rest is the program and its words.
        let is_program = name == "runuser" && args.iter().any(|arg| matches!(arg.only(), "-u" | "--user"));
        if !is_program && args.iter().any(|arg| asks(arg.only())) {
            break;
        }
        let mut at = 0;
        while let Some(word) = args.get(at).map(Arg::only) {
            let is_assignment = name == "env" && word.contains('=');
            match word {
                "--" => {
                    at += 1;
                    break;
                }
                _ if valued.contains(&word) => at += 2,
                _ if word.starts_with('-') || is_assignment => at += 1,
                _ => break,
            }
        }
        at += positional;
        let Some(next) = args.get(at) else { break };
        let next = base(next.only()).to_owned();
        let options: Vec<&str> = args.iter().take(at).map(Arg::only).collect();
        starters.push(std::iter::once(name.as_str()).chain(options).collect::<Vec<_>>().join(" "));
        args.drain(..=at);
        name = next;
    }
    (name, args, starters)
}
