//! The settings of an engine: they stand as `# setting NAME TYPE DEFAULT MEANING` in its text and in `scripts/build.sh`.

use consnap_core::diagnostics::messages::errors;
use consnap_core::{Error, ErrorKind, Text};
use serde::Serialize;

use crate::engines::Engine;

/// Settings of every pair. Refused engines have the first alone.
const COMMON: &[&str] = &[
    "NAME name @ENGINE@ name of the service; two services of one host need two names",
    "CANARY choice:yes,no yes see the freeze from inside: a small file on each file system of the data",
    "STATE_BASE paths /run:/dev/shm where a tmpfs is looked for",
    "TOOL_PATH paths - folders of client programs, looked at before those of the system",
];

/// A setting of a pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// As it is typed: `LIMIT`.
    pub name: &'static str,
    /// Which values it takes.
    #[serde(flatten)]
    pub kind: Kind,
    /// What it is when it is not given; may be empty.
    pub default: &'static str,
    /// What it is for.
    pub meaning: Text,
}

/// Which values a setting takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Kind {
    /// 1 to 32 letters, digits, `_` and `-`.
    Name,
    /// Letters, digits, `_`, `.` and `-`; may be empty.
    Word,
    /// An absolute path; may be empty.
    Path,
    /// Absolute paths with colons between them; may be empty.
    Paths,
    /// A whole number in this range, both ends included.
    Number {
        /// The least.
        least: u32,
        /// The most.
        most: u32,
        /// Whether it counts seconds.
        seconds: bool,
    },
    /// One of these.
    Choice {
        /// The words.
        of: Vec<&'static str>,
    },
}

impl Kind {
    /// Reads `seconds:5-1800`; nothing for a type that no text uses.
    fn parse(text: &'static str) -> Option<Self> {
        let (word, rest) = text.split_once(':').unwrap_or((text, ""));
        Some(match word {
            "name" => Self::Name,
            "user" | "word" => Self::Word,
            "path" => Self::Path,
            "paths" => Self::Paths,
            "seconds" | "number" => {
                let (least, most) = rest.split_once('-')?;
                Self::Number { least: least.parse().ok()?, most: most.parse().ok()?, seconds: word == "seconds" }
            }
            "choice" => Self::Choice { of: rest.split(',').collect() },
            _ => return None,
        })
    }

    /// Whether a value fits. It stands in single quotes in a script that runs as root, so that each kind names the
    /// characters it takes.
    pub fn fits(&self, value: &str) -> bool {
        let of = |more: &str| value.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.as_bytes().contains(&byte));
        let absolute = || value.is_empty() || value.starts_with('/') && of("_./:@+=,%-");
        match self {
            Self::Name => (1..=32).contains(&value.len()) && of("_-") && !value.starts_with('-'),
            Self::Word => of("_.-") && !value.starts_with('-'),
            Self::Path | Self::Paths => absolute(),
            Self::Number { least, most, .. } => {
                // The shell takes a number that begins with 0 for an octal one.
                let digits =
                    value.bytes().all(|byte| byte.is_ascii_digit()) && !(value.len() > 1 && value.starts_with('0'));
                digits && value.parse().is_ok_and(|number| (*least..=*most).contains(&number))
            }
            Self::Choice { of } => of.contains(&value),
        }
    }
}

impl Engine {
    /// The settings, in the order in which they stand in the text.
    pub fn settings(&self) -> Vec<Setting> {
        let source = self.parts.first().copied().unwrap_or_default();
        let common = if self.is_refused() { &COMMON[..1] } else { COMMON };
        let own = source.lines().filter_map(|line| line.strip_prefix("# setting "));
        common.iter().copied().chain(own).filter_map(|line| self.setting(source, line)).collect()
    }

    fn setting(&self, source: &'static str, line: &'static str) -> Option<Setting> {
        let mut words = line.splitn(4, ' ');
        let (name, kind, default, meaning) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let other = source.lines().find_map(|line| {
            let rest = line.strip_prefix("# default-")?.strip_prefix(self.name)?.strip_prefix(' ')?;
            rest.strip_prefix(name)?.strip_prefix(' ')
        });
        let default = match other.unwrap_or(default) {
            "-" => "",
            "@ENGINE@" => self.name,
            default => default,
        };
        let zh = CHINESE.iter().find(|text| text.en == meaning).map_or(meaning, |text| text.zh);
        Some(Setting { name, kind: Kind::parse(kind)?, default, meaning: Text::new(meaning, zh) })
    }
}

/// A value that does not fit.
pub(crate) fn unfit(setting: &Setting, value: &str) -> Error {
    let range = match &setting.kind {
        Kind::Number { least, most, .. } => format!("{least}-{most}"),
        Kind::Choice { of } => of.join(", "),
        Kind::Name | Kind::Word | Kind::Path | Kind::Paths => String::new(),
    };
    let row = match setting.kind {
        Kind::Name => &errors::SETTING_NO_NAME,
        Kind::Word => &errors::SETTING_NO_WORD,
        Kind::Path | Kind::Paths => &errors::SETTING_NO_PATH,
        Kind::Number { .. } => &errors::SETTING_OUT_OF_RANGE,
        Kind::Choice { .. } => &errors::SETTING_NO_CHOICE,
    };
    Error::new(ErrorKind::Input, row).with("name", setting.name).with("value", value).with("range", range)
}

/// What the settings are for, by the words in the texts.
static CHINESE: &[Text] = &[
    Text::new(
        "name of the service; two services of one host need two names",
        "服务名称；同一主机上的两个服务须使用不同名称",
    ),
    Text::new(
        "see the freeze from inside: a small file on each file system of the data",
        "从系统内部观察冻结：在数据所在的每个文件系统上写一个小文件",
    ),
    Text::new("where a tmpfs is looked for", "查找 tmpfs 的位置"),
    Text::new(
        "folders of client programs, looked at before those of the system",
        "客户端程序所在目录，先于系统目录查找",
    ),
    Text::new(
        "folders with a pair each, in the order in which they hold, separated by colons",
        "各含一对脚本的目录，按加锁顺序以冒号分隔",
    ),
    Text::new("program that holds; 0: it holds", "执行静默的程序；返回 0 表示已静默"),
    Text::new(
        "program that prints a word while it holds; 0: it still holds",
        "静默期间输出一个标识的程序；返回 0 表示仍处于静默",
    ),
    Text::new("program that releases, and does no harm if nothing is held", "解除静默的程序；未静默时执行也无害"),
    Text::new(
        "directories of the data that the hooks hold, separated by colons",
        "自定义程序所静默的数据目录，以冒号分隔",
    ),
    Text::new("all is released after so long, whatever happens", "无论如何，超过此时长后全部解除"),
    Text::new("each program is waited for so long", "等待每个程序的最长时间"),
    Text::new("the server's socket; empty: where the client looks by itself", "服务器的套接字；为空时由客户端自行查找"),
    Text::new("the account", "数据库账号"),
    Text::new(
        "user of the system that the client runs as (socket authentication); empty: root",
        "运行客户端的系统用户（套接字认证）；为空表示 root",
    ),
    Text::new(
        "option file with user and password, root's with mode 0600; RUN_AS is then not used",
        "含用户名和密码的选项文件，属主为 root、权限为 0600；设置后不使用 RUN_AS",
    ),
    Text::new(
        "stage: MariaDB 10.5+; ftwrl: others; ddl: InnoDB only, writes go on",
        "stage：MariaDB 10.5+；ftwrl：其他版本；ddl：仅 InnoDB，不阻止写入",
    ),
    Text::new("the lock is given up after so long, whatever happens", "无论如何，超过此时长后释放锁"),
    Text::new(
        "the lock is waited for so long; statements queue behind it meanwhile",
        "等待锁的最长时间；等待期间其他语句会排队",
    ),
    Text::new(
        "while a statement runs for longer than this, the lock is not asked for",
        "有语句执行时间超过此值时，不申请锁",
    ),
    Text::new(
        "directory of the server's socket; empty: where the client looks by itself",
        "服务器套接字所在目录；为空时由客户端自行查找",
    ),
    Text::new("port, which names the socket too", "端口，同时决定套接字名称"),
    Text::new("the database to connect to", "要连接的数据库"),
    Text::new(
        "user of the system that the client runs as (peer authentication); empty: root",
        "运行客户端的系统用户（peer 认证）；为空表示 root",
    ),
    Text::new(
        "password file of the client, root's with mode 0600; RUN_AS is then not used",
        "客户端的密码文件，属主为 root、权限为 0600；设置后不使用 RUN_AS",
    ),
    Text::new(
        "checkpoint: all disks in one group; backup: disks in several groups",
        "checkpoint：所有云盘在同一个快照一致性组；backup：云盘分布在多个快照一致性组",
    ),
    Text::new(
        "backup mode is left, and the checkpoint is no longer vouched for, after so long",
        "超过此时长后退出备份模式，且不再为检查点作证",
    ),
    Text::new("a checkpoint, or the start of backup mode, is waited for so long", "等待检查点或进入备份模式的最长时间"),
    Text::new(
        "backup: so long is waited for the archive to have the last WAL segment",
        "backup：等待最后一个 WAL 段归档的最长时间",
    ),
    Text::new("the server's socket; empty: 127.0.0.1 and PORT", "服务器的套接字；为空时使用 127.0.0.1 和 PORT"),
    Text::new("port", "端口"),
    Text::new("user of the access control list; empty: the default user", "访问控制列表中的用户；为空表示默认用户"),
    Text::new(
        "file with the password in its first line, root's with mode 0600",
        "首行为密码的文件，属主为 root、权限为 0600",
    ),
    Text::new(
        "pause: 6.2+; save: no pause, what is written after the save is lost",
        "pause：6.2+；save：不暂停写入，保存之后写入的数据会丢失",
    ),
    Text::new("writes are paused for so long at most; the server counts", "写入暂停的最长时间，由服务器计时"),
    Text::new(
        "a save is waited for so long; one that is forecast to take longer is not begun",
        "等待保存完成的最长时间；预计耗时更长的保存不会开始",
    ),
    Text::new("MB that a save is taken to write in a second", "估算保存速度，单位为 MB/s"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engines::ENGINES;

    #[test]
    fn every_setting_is_read_and_has_both_languages() {
        let mut said = std::collections::BTreeSet::new();
        for engine in ENGINES {
            let settings = engine.settings();
            let source = engine.parts[0];
            let own = source.lines().filter(|line| line.starts_with("# setting ")).count();
            assert_eq!(settings.len(), own + if engine.is_refused() { 1 } else { COMMON.len() }, "{}", engine.name);
            for setting in settings {
                assert_ne!(setting.meaning.en, setting.meaning.zh, "{}: {}", engine.name, setting.name);
                assert!(setting.kind.fits(setting.default), "{}: {}", engine.name, setting.name);
                said.insert(setting.meaning.en);
            }
        }
        assert!(CHINESE.iter().all(|text| said.contains(text.en)), "a translation of nothing");
    }

    #[test]
    fn a_default_may_be_that_of_one_engine() {
        let run_as = |engine: &str| {
            let settings = crate::engine(engine).unwrap().settings();
            settings.iter().find(|setting| setting.name == "RUN_AS").unwrap().default
        };
        assert_eq!((run_as("mariadb"), run_as("mysql")), ("consnap", ""));
    }

    #[test]
    fn nothing_that_could_leave_its_quotes_fits() {
        let kinds = [
            Kind::Name,
            Kind::Word,
            Kind::Path,
            Kind::Paths,
            Kind::Number { least: 0, most: 99_999, seconds: true },
            Kind::Choice { of: vec!["a", "b"] },
        ];
        for value in ["'", "/a'b", "a\nb", "/a b", "$x", "`x`", "-x", "a,b", "é", "/é", "007", "+7", "1e3"] {
            for kind in &kinds {
                let may = matches!((kind, value), (Kind::Name | Kind::Word, "007" | "1e3"));
                assert_eq!(kind.fits(value), may, "{kind:?} {value:?}");
            }
        }
        assert!(kinds[4].fits("0") && kinds[4].fits("99999") && !kinds[4].fits("100000") && !kinds[4].fits(""));
        assert!(kinds[2].fits("") && kinds[1].fits("") && !kinds[0].fits("") && !kinds[0].fits(&"a".repeat(33)));
    }
}
