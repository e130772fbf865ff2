//! How fast the program starts, and how light the simulator is.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::{Row, median};

/// `consnap` beside this program: `cargo xtask bench` builds it with the same profile.
pub(crate) fn binary() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    let found = own.ancestors().find_map(|folder| {
        let candidate = folder.join("consnap");
        candidate.is_file().then_some(candidate)
    });
    std::env::var_os("CONSNAP_BIN").map(PathBuf::from).or(found)
}

pub(crate) fn bench() -> Vec<Row> {
    let Some(binary) = binary() else {
        println!("command-line: no `consnap` binary beside this program; build it first");
        return Vec::new();
    };
    let start = median(21, || {
        let begin = Instant::now();
        let status = Command::new(&binary).arg("--version").stdout(Stdio::null()).status().expect("consnap starts");
        assert!(status.success());
        begin.elapsed()
    });
    let mut memory = 0.0f64;
    let ready = median(11, || {
        let begin = Instant::now();
        let mut child =
            Command::new(&binary).arg("simulate").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("its output");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let taken = begin.elapsed();
        assert!(line.contains("endpoint"), "{line}");
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let resident = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
        let kilobytes = resident.split_whitespace().nth(1).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
        memory = memory.max(kilobytes / 1024.0);
        child.kill().expect("ends");
        let _ = child.wait();
        taken
    });
    vec![
        Row {
            what: "`consnap --version`".to_owned(),
            measured: format!("{:.1} ms", start.as_secs_f64() * 1000.0),
            held_to: "under 10 ms",
            holds: start.as_millis() < 10,
        },
        Row {
            what: "`consnap simulate` until it says that it is ready".to_owned(),
            measured: format!("{:.1} ms", ready.as_secs_f64() * 1000.0),
            held_to: "under 50 ms",
            holds: ready.as_millis() < 50,
        },
        Row {
            what: "  its memory".to_owned(),
            measured: format!("{memory:.1} MB"),
            held_to: "under 15 MB",
            holds: memory < 15.0,
        },
    ]
}
