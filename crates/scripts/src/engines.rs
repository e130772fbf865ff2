//! The engines: which texts make a pair, what it holds, what was tested.

use consnap_core::diagnostics::messages::errors;
use consnap_core::{Error, ErrorKind, Text};

/// A text of `scripts/`, as it stands in the repository.
macro_rules! text {
    ($path:literal) => {
        include_str!(concat!("../../../scripts/", $path))
    };
}

const QUIESCE: &str = text!("common/quiesce.sh");
const SESSION: &str = text!("common/session.sh");
const MARIADB: &str = text!("engines/mariadb.sh");
const POSTGRESQL: &str = text!("engines/postgresql.sh");
const REDIS: &str = text!("engines/redis.sh");
const GENERIC: &str = text!("engines/generic.sh");
const REFUSE: &str = text!("engines/refuse.sh");

/// A kind of service, with the texts of its pair.
#[derive(Debug)]
pub struct Engine {
    /// As it is typed: `mariadb`.
    pub name: &'static str,
    /// The parts, in their order; the first has the settings.
    pub(crate) parts: &'static [&'static str],
    pub(crate) account: Option<&'static str>,
    /// What the pair holds.
    pub holds: Text,
    /// The verdicts a run can reach at best, the strongest first; none where the engine is refused.
    pub verdicts: &'static [&'static str],
    /// The versions that the suite of this repository ran, with the day (`tests/databases/run`); empty for none.
    pub tested: &'static [&'static str],
    /// Its page in the repository.
    pub page: &'static str,
}

impl Engine {
    /// Whether the pair refuses: nothing that a script can do would make a copy of the disks trustworthy.
    pub fn is_refused(&self) -> bool {
        self.verdicts.is_empty()
    }
}

/// The day on which the suite ran the versions named below.
macro_rules! tested {
    ($($version:literal),*) => {
        &[$(concat!($version, " (2026-11-30)")),*]
    };
}

const REFUSED: Text = Text::new(
    "refused: use the snapshot API of the service, or stop all nodes first",
    "拒绝：请使用该服务自身的快照API，或先停止所有节点",
);
const EVERY_WRITE: Text = Text::new("every write (CLIENT PAUSE)", "所有写入（CLIENT PAUSE）");

/// All engines, in the order of `scripts/build.sh --list`.
pub static ENGINES: &[Engine] = &[
    Engine {
        name: "mariadb",
        parts: &[MARIADB, SESSION, QUIESCE],
        account: Some(text!("accounts/mariadb.txt")),
        holds: Text::new("every commit (BACKUP STAGE)", "所有提交（BACKUP STAGE）"),
        verdicts: &["proven"],
        tested: tested!["MariaDB 10.11.19", "MariaDB 11.8.9"],
        page: "docs/scripts/mariadb.md",
    },
    Engine {
        name: "mysql",
        parts: &[MARIADB, SESSION, QUIESCE],
        account: Some(text!("accounts/mysql.txt")),
        holds: Text::new(
            "every commit (FLUSH TABLES WITH READ LOCK), or changes of tables alone (METHOD=ddl)",
            "所有提交（FLUSH TABLES WITH READ LOCK），或仅表结构变更（METHOD=ddl）",
        ),
        verdicts: &["proven", "session"],
        tested: tested!["MySQL 9.7.4"],
        page: "docs/scripts/mysql.md",
    },
    Engine {
        name: "postgresql",
        parts: &[POSTGRESQL, SESSION, QUIESCE],
        account: Some(text!("accounts/postgresql.txt")),
        holds: Text::new(
            "nothing: a checkpoint; or backup mode (METHOD=backup)",
            "不阻止写入：执行检查点；或备份模式（METHOD=backup）",
        ),
        verdicts: &["backup", "checkpointed"],
        tested: tested!["PostgreSQL 15.20", "PostgreSQL 17.12", "PostgreSQL 18.6"],
        page: "docs/scripts/postgresql.md",
    },
    Engine {
        name: "redis",
        parts: &[REDIS, QUIESCE],
        account: Some(text!("accounts/redis.txt")),
        holds: EVERY_WRITE,
        verdicts: &["proven", "saved"],
        tested: tested!["Redis 7.0.15", "Redis 8.0.2", "Redis 8.0.6"],
        page: "docs/scripts/redis.md",
    },
    Engine {
        name: "valkey",
        parts: &[REDIS, QUIESCE],
        account: Some(text!("accounts/valkey.txt")),
        holds: EVERY_WRITE,
        verdicts: &["proven", "saved"],
        tested: tested!["Valkey 9.1.2"],
        page: "docs/scripts/redis.md",
    },
    Engine {
        name: "generic",
        parts: &[GENERIC, QUIESCE],
        account: Some(text!("accounts/generic.txt")),
        holds: Text::new(
            "several of these together, or programs of your own",
            "同时协调以上多个服务，或运行自定义程序",
        ),
        verdicts: &["proven", "parts", "hooks"],
        tested: tested!["MariaDB and Redis together"],
        page: "docs/scripts/generic.md",
    },
    refused("elasticsearch"),
    refused("opensearch"),
];

const fn refused(name: &'static str) -> Engine {
    Engine {
        name,
        parts: &[REFUSE],
        account: None,
        holds: REFUSED,
        verdicts: &[],
        tested: &[],
        page: "docs/scripts/others.md",
    }
}

/// The engine of a name.
///
/// # Errors
///
/// `CE440`: there are no scripts for it.
pub fn engine(name: &str) -> Result<&'static Engine, Error> {
    ENGINES.iter().find(|engine| engine.name == name).ok_or_else(|| {
        let known = || ENGINES.iter().map(|engine| engine.name);
        Error::new(ErrorKind::Input, &errors::NO_SUCH_ENGINE)
            .with("engine", name)
            .with("nearest", nearest(name, known()))
            .with("known", known().collect::<Vec<_>>().join(", "))
    })
}

/// Of some names the one that is most like another.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> &'a str {
    let likeness = |other: &str| strsim::jaro_winkler(&other.to_lowercase(), &name.to_lowercase());
    known.max_by(|a, b| likeness(a).total_cmp(&likeness(b))).unwrap_or_default()
}
