//! Programs that the rules know: clients of services, and what only starts another program.

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

/// Whether these commands do what a quiesce script is for, so that their failure is its failure.
pub(crate) fn does_work(calls: &[Call]) -> bool {
    calls.iter().any(|call| {
        is_client(&call.name)
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

/// Takes away what only starts the program: its name, its words, and what was taken away.
pub(crate) fn peel(name: &str, args: Vec<Arg>) -> (String, Vec<Arg>, Vec<String>) {
    let (mut name, mut args, mut starters) = (base(name).to_owned(), args, Vec::new());
    while let Some((_, valued, positional)) = STARTERS.iter().find(|(starter, ..)| *starter == name) {
        // `command -v` asks, it starts nothing; `runuser -c` is a script of its own.
        let asks = |word: &str| match name.as_str() {
            "command" => matches!(word, "-v" | "-V"),
            "runuser" => word == "-c" || word == "-l",
            _ => false,
        };
        if args.iter().any(|arg| asks(arg.only())) {
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
