//! The steps of `test`: how each ended, how long it took, what it skipped, and the closing lines of its test runners.

use std::time::{Duration, Instant};

use crate::run::Failure;

/// Closing lines of a runner that fails end with every failure; so many of them are shown again.
const CLOSING_LINES: usize = 60;

/// The steps taken so far.
#[derive(Default)]
pub(crate) struct Steps {
    taken: Vec<Step>,
}

struct Step {
    name: &'static str,
    took: Duration,
    end: End,
    log: Log,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Ok,
    /// It, or a part of it, could not run.
    Skipped,
    Failed,
}

impl End {
    /// What is skipped is a failure where nobody reads a summary that says `ok`.
    fn of(result: &Result<(), Failure>, skipped: bool, in_ci: bool) -> Self {
        match result {
            Err(Failure::Failed(_)) => Self::Failed,
            Ok(()) if !skipped => Self::Ok,
            Ok(()) | Err(Failure::Missing(_)) if in_ci => Self::Failed,
            Ok(()) | Err(Failure::Missing(_)) => Self::Skipped,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Skipped => "SKIPPED",
            Self::Failed => "FAILED",
        }
    }
}

impl Steps {
    /// Takes a step, says how it ended and how long it took, and goes on in any case.
    pub(crate) fn take(&mut self, name: &'static str, step: impl FnOnce(&mut Log) -> Result<(), Failure>) {
        println!("\n=== {name}");
        let start = Instant::now();
        let mut log = Log::default();
        let result = step(&mut log);
        let took = start.elapsed();
        let end = End::of(&result, !log.skipped.is_empty(), in_ci());
        match result {
            Ok(()) => println!("=== {name}: {}, {:.1} s", end.word(), took.as_secs_f64()),
            Err(failure) => {
                println!("=== {name}: {} after {:.1} s: {failure}", end.word(), took.as_secs_f64());
                match failure {
                    Failure::Missing(what) => log.skip(&what),
                    Failure::Failed(what) => log.failures.push(what),
                }
            }
        }
        self.taken.push(Step { name, took, end, log });
    }

    /// Prints the closing lines of all test runners and the table of all steps; an error when one failed.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        for step in self.taken.iter().filter(|step| !step.log.closing.is_empty()) {
            println!("\n=== {}: closing lines", step.name);
            for line in &step.log.closing {
                println!("{line}");
            }
        }
        print!("{}", self.table());
        let count = |end| self.taken.iter().filter(|step| step.end == end).count();
        match (count(End::Failed), count(End::Skipped), self.taken.len()) {
            (0, 0, _) => Ok(()),
            (0, skipped, all) => {
                println!("{skipped} of {all} steps did not run, or not whole");
                Ok(())
            }
            (failed, _, all) => Err(Failure::new(format!("{failed} of {all} steps failed"))),
        }
    }

    fn table(&self) -> String {
        let mut lines = vec![String::new(), "=== summary".to_owned()];
        for Step { name, took, end, log } in &self.taken {
            lines.push(format!("{:7} {:7.1} s  {name}", end.word(), took.as_secs_f64()));
            lines.extend(log.failures.iter().map(|what| format!("{:19}failed: {what}", "")));
            lines.extend(log.skipped.iter().map(|what| format!("{:19}skipped: {what}", "")));
        }
        let all: Duration = self.taken.iter().map(|step| step.took).sum();
        lines.push(format!("{:7} {:7.1} s  together\n", "", all.as_secs_f64()));
        lines.join("\n")
    }
}

/// Whether a CI service runs this.
fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

/// What is kept of a step for the end.
#[derive(Default)]
pub(crate) struct Log {
    closing: Vec<String>,
    skipped: Vec<String>,
    failures: Vec<String>,
}

impl Log {
    /// Notes something that could not run.
    pub(crate) fn skip(&mut self, what: &str) {
        if !self.skipped.iter().any(|known| known == what) {
            self.skipped.push(what.to_owned());
        }
    }

    /// Takes the output of a test runner.
    pub(crate) fn runner(&mut self, runner: Runner) -> Output<'_> {
        Output { log: self, runner, kept: Vec::new() }
    }
}

/// A program that runs tests, known by the lines with which it closes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Runner {
    Nextest,
    /// `cargo test`, of which each test program closes with a line of its own.
    CargoTest,
    Pytest,
    Node,
    /// The suite of the quiesce scripts, `tests/databases/run`.
    Databases,
}

impl Runner {
    /// Whether the closing lines begin here.
    fn closes(self, line: &str) -> bool {
        let line = line.trim_start();
        match self {
            Self::Nextest => line.starts_with("Summary ["),
            Self::CargoTest => line.starts_with("test result: ") || line == "failures:",
            Self::Pytest => line.starts_with('=') && line.contains(" short test summary info ") || is_pytest_end(line),
            Self::Node => line.starts_with("ℹ tests ") || line.starts_with("# tests "),
            Self::Databases => line.starts_with("FAILED ") || line.contains(" passed, ") && line.ends_with(" skipped"),
        }
    }

    /// What a line says was skipped.
    fn skipped(self, line: &str) -> Option<&str> {
        let line = line.trim_start();
        match self {
            Self::Pytest | Self::Databases => line.strip_prefix("SKIPPED "),
            Self::Node if line.starts_with("# ") => None,
            Self::Node => line
                .strip_prefix("﹣ ")
                .or_else(|| line.strip_prefix("ok ").filter(|line| line.contains("# SKIP")))
                .or_else(|| Some(line).filter(|line| line.contains("# TODO"))),
            // They name what they skip in a file: what a test prints is not shown unless it fails.
            Self::Nextest | Self::CargoTest => None,
        }
    }
}

/// `12 passed, 3 skipped in 4.56s`, with or without a rule around it.
fn is_pytest_end(line: &str) -> bool {
    let line = line.trim_matches(['=', ' ']);
    line.contains(" in ")
        && line.ends_with(['s', ')'])
        && [" passed", " failed", " error"].iter().any(|word| line.contains(word))
        && line.starts_with(|first: char| first.is_ascii_digit())
}

/// The output of a running test runner.
pub(crate) struct Output<'a> {
    log: &'a mut Log,
    runner: Runner,
    kept: Vec<String>,
}

impl Output<'_> {
    /// Takes the next line.
    pub(crate) fn line(&mut self, line: String) {
        if let Some(what) = self.runner.skipped(&line) {
            let what = what.trim().to_owned();
            self.log.skip(&what);
        }
        let one_of_many = matches!(self.runner, Runner::CargoTest);
        if self.runner.closes(&line) || !one_of_many && !self.kept.is_empty() {
            self.kept.push(line);
        }
    }

    /// Keeps the closing lines. A runner that succeeded closes with a few.
    pub(crate) fn end(self, success: bool) {
        let Self { log, kept, .. } = self;
        let more = kept.len().saturating_sub(CLOSING_LINES);
        log.closing.extend(kept.into_iter().take(CLOSING_LINES).filter(|line| !success || !line.trim().is_empty()));
        if more > 0 {
            log.closing.push(format!("... and {more} more lines"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(runner: Runner, output: &str, success: bool) -> Log {
        let mut log = Log::default();
        let mut taken = log.runner(runner);
        output.lines().for_each(|line| taken.line(line.to_owned()));
        taken.end(success);
        log
    }

    #[test]
    fn what_is_skipped_is_a_failure_with_ci_only() {
        let failed = || Err(Failure::new("x"));
        let missing = || Err(Failure::missing("x"));
        for (result, skipped, in_ci, end) in [
            (Ok(()), false, true, End::Ok),
            (Ok(()), true, false, End::Skipped),
            (Ok(()), true, true, End::Failed),
            (missing(), false, false, End::Skipped),
            (missing(), false, true, End::Failed),
            (failed(), false, false, End::Failed),
            (failed(), true, false, End::Failed),
        ] {
            assert_eq!(End::of(&result, skipped, in_ci), end, "{result:?} {skipped} {in_ci}");
        }
    }

    #[test]
    fn the_summary_names_what_was_skipped() {
        let mut steps = Steps::default();
        let skipped = vec!["chromium is not installed".to_owned()];
        let log = Log { skipped, ..Log::default() };
        steps.taken.push(Step { name: "page", took: Duration::from_secs(2), end: End::Skipped, log });
        let table = steps.table();
        assert!(table.contains("SKIPPED     2.0 s  page\n"), "{table}");
        assert!(table.contains("skipped: chromium is not installed\n"), "{table}");
        assert!(steps.finish().is_ok());
    }

    #[test]
    fn closing_lines_of_runners_are_kept() {
        let nextest = "    PASS a\n────\n     Summary [   1.0s] 3 tests run: 2 passed, 1 failed, 1 skipped\n        \
            FAIL [   0.1s] consnap-tests::check a\nerror: test run failed\n";
        assert_eq!(log(Runner::Nextest, nextest, false).closing.len(), 3);
        let cargo = "running 3 tests\n...\ntest result: ok. 3 passed; 0 failed; 1 ignored\n\nrunning 0 tests\n\n\
            test result: ok. 0 passed; 0 failed; 0 ignored\n";
        assert_eq!(log(Runner::CargoTest, cargo, true).closing.len(), 2);
        let pytest = "..s.x\n=========== short test summary info ============\nSKIPPED [2] a.py:3: no go\nXFAIL a.py::b - c\n\
            4 passed, 1 skipped, 1 xfailed in 1.20s\n";
        let pytest = log(Runner::Pytest, pytest, true);
        assert_eq!((pytest.closing.len(), &*pytest.skipped), (4, &["[2] a.py:3: no go".to_owned()][..]));
        assert_eq!(log(Runner::Pytest, ".. 100%\n2 passed in 61.20s (0:01:01)\n", true).closing.len(), 1);
        let node = "✔ a (1ms)\n  ﹣ b (0.2ms) # SKIP\nℹ tests 2\nℹ suites 0\nℹ pass 1\nℹ fail 0\nℹ cancelled 0\n\
            ℹ skipped 1\nℹ todo 0\nℹ duration_ms 3\n";
        let node = log(Runner::Node, node, true);
        assert_eq!((node.closing.len(), &*node.skipped), (8, &["b (0.2ms) # SKIP".to_owned()][..]));
        let databases =
            "ok mariadb/ext4\nSKIPPED redis/xfs: no mkfs.xfs\nFAILED generic\n4 passed, 1 failed, 1 skipped\n";
        let databases = log(Runner::Databases, databases, false);
        assert_eq!((databases.closing.len(), &*databases.skipped), (2, &["redis/xfs: no mkfs.xfs".to_owned()][..]));
        let tap = "ok 1 - a # SKIP no browser\n# tests 1\n# pass 0\n# skipped 1\n";
        let tap = log(Runner::Node, tap, true);
        assert_eq!((tap.closing.len(), tap.skipped.len()), (3, 1));
    }

    #[test]
    fn a_long_end_is_cut() {
        let output = format!("ℹ tests 2\n{}", "✖ b\n".repeat(200));
        let closing = log(Runner::Node, &output, false).closing;
        assert_eq!(closing.len(), CLOSING_LINES + 1);
        assert_eq!(closing.last().map(String::as_str), Some("... and 141 more lines"));
    }
}
