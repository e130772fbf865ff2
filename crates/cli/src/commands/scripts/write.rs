//! `consnap scripts write`: the two scripts of a service and the text about its account, as files.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use consnap_core::diagnostics::messages::errors;
use consnap_core::{Error, ErrorKind, Text};
use consnap_scripts::Pair;
use serde::Serialize;

use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Write the pair of scripts for an engine into a folder, and print what its account needs; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap scripts write mariadb --out /root/m1 --name m1
  consnap scripts write postgresql --out p1 --name p1 --limit 600 --set RUN_AS=postgres --set DB_USER=postgres
  consnap scripts write redis --out r1 --format json    with the texts and their SHA-256

It writes `pre` and `post` with mode 0700, and `account.txt` with mode 0600: the statements that make the account \
with the fewest rights, and the ways to let it in. No setting is a password. Copy the scripts to the instance, or let \
a job upload them (`linux.upload`).

The same command again changes nothing. A file with another text is not replaced without `--force`.")]
pub(super) struct Arguments {
    /// The engine; `consnap scripts list` has them
    engine: String,
    /// The folder; it is made with mode 0700 if it is not there
    #[arg(long, short = 'o', value_name = "DIR")]
    out: PathBuf,
    /// The name of the service; two services of one host need two names. The engine's when not given
    #[arg(long)]
    name: Option<String>,
    /// The lock is given up after so many seconds, 5 to 1800, whatever happens
    #[arg(long, value_name = "SECONDS")]
    limit: Option<u32>,
    /// Another setting; may be repeated. `consnap scripts list ENGINE` has them
    #[arg(long = "set", value_name = "NAME=VALUE")]
    settings: Vec<String>,
    /// Replace files that hold another text
    #[arg(long)]
    force: bool,
}

/// What was written, as JSON has it.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(flatten)]
    pair: &'a Pair,
    files: Vec<WrittenFile>,
}

#[derive(Serialize)]
struct WrittenFile {
    path: String,
    changed: bool,
}

/// A file of a pair.
struct File<'a> {
    path: PathBuf,
    content: &'a str,
    mode: u32,
    /// Whether the text there is this one already.
    is_there: bool,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let settings = arguments.settings.iter().map(|text| setting(text)).collect::<Result<Vec<_>, Error>>()?;
    let pair = consnap_scripts::write(&arguments.engine, arguments.name.as_deref(), arguments.limit, &settings)?;
    let files = files(&pair, &arguments.out, arguments.force)?;
    for file in &files {
        put(file).map_err(|error| {
            let path = file.path.display().to_string();
            Error::new(ErrorKind::Input, &errors::UNWRITABLE_FILE).with("path", path).with("reason", error.to_string())
        })?;
    }
    if console.is_json() {
        let file = |file: &File<'_>| WrittenFile { path: file.path.display().to_string(), changed: !file.is_there };
        console.json(&Written { pair: &pair, files: files.iter().map(file).collect() })?;
        return Ok(Exit::Reached);
    }
    for file in &files {
        let text = if file.is_there { &UNCHANGED } else { &WRITTEN };
        let line = console.text(text, &[("path", file.path.display().to_string())]);
        let line = console.safe(&line);
        console.note(&line);
    }
    let text = pair.account.as_deref().unwrap_or(ENGINE_REFUSED.get(console.lang()));
    console.raw(format!("{}\n", text.trim_end()).as_bytes())?;
    Ok(Exit::Reached)
}

fn setting(text: &str) -> Result<(String, String), Error> {
    let (name, value) = text
        .split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .ok_or_else(|| Error::new(ErrorKind::Input, &errors::NO_KEY_AND_VALUE).with("text", text))?;
    Ok((name.to_owned(), value.to_owned()))
}

/// The files of a pair. All of them may be written, or none is.
fn files<'a>(pair: &'a Pair, folder: &Path, force: bool) -> Result<Vec<File<'a>>, Error> {
    let scripts = [("pre", &pair.pre.content, 0o700), ("post", &pair.post.content, 0o700)];
    let account = pair.account.as_ref().map(|account| ("account.txt", account, 0o600));
    let mut files = Vec::new();
    for (name, content, mode) in scripts.into_iter().chain(account) {
        let path = folder.join(name);
        let unreadable = |reason: String| {
            let path = path.display().to_string();
            Error::new(ErrorKind::Input, &errors::UNREADABLE_FILE).with("path", path).with("reason", reason)
        };
        let is_there = match std::fs::symlink_metadata(&path) {
            Ok(found) if found.is_file() => {
                let same = std::fs::read(&path).map_err(|error| unreadable(error.to_string()))? == content.as_bytes();
                if !same && !force {
                    let path = path.display().to_string();
                    return Err(Error::new(ErrorKind::Rejected, &errors::SCRIPT_CHANGED).with("path", path));
                }
                same
            }
            // A link or a folder of that name is somebody else's.
            Ok(_) => return Err(unreadable("it is not a regular file".to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
            Err(error) => return Err(unreadable(error.to_string())),
        };
        files.push(File { path, content, mode, is_there });
    }
    Ok(files)
}

/// Replaces a file as a whole: whoever reads it meanwhile, or runs it, has the old text or the new one.
fn put(file: &File<'_>) -> std::io::Result<()> {
    if file.is_there {
        return set_mode(&file.path, file.mode);
    }
    let folder = file.path.parent().unwrap_or_else(|| Path::new("."));
    make_folder(folder)?;
    let mut new = file.path.clone().into_os_string();
    new.push(format!(".{}.new", std::process::id()));
    let new = PathBuf::from(new);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, file.mode);
    let done = options.open(&new).and_then(|mut open| {
        open.write_all(file.content.as_bytes())?;
        open.sync_all()?;
        set_mode(&new, file.mode)?;
        std::fs::rename(&new, &file.path)
    });
    if done.is_err() {
        // What cannot be removed is told by the error that led here.
        let _ = std::fs::remove_file(&new);
    }
    done
}

fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The plug-in runs a script of root's with mode 0700 alone.
#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) -> std::io::Result<()> {
    Ok(())
}

static WRITTEN: Text = Text::new("written: {path}", "已写入：{path}");
static UNCHANGED: Text = Text::new("unchanged: {path}", "未改变：{path}");
static ENGINE_REFUSED: Text = Text::new(
    "the pre-script refuses (exit code 15), so that no snapshot is called consistent: use the snapshot API of the service",
    "应用冻结脚本会拒绝执行（退出码 15），以避免将快照视为一致：请使用该服务自身的快照API",
);
