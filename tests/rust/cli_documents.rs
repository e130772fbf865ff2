//! What the pages show was pasted from the real binary, and still is what it says: each `$ consnap` line is run, and its output
//! compared but for ids, times and the folder.

use std::path::Path;

use super::cli_crash::{accepted, consnap, wait_for};
use super::cli_run::Simulated;
use super::{Done, Place};

/// A command of a page with what it is said to answer.
struct Shown {
    line: String,
    answer: Vec<String>,
}

/// The commands of a page's console blocks, in order.
fn shown(page: &str) -> Vec<Shown> {
    let mut found: Vec<Shown> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        if let Some(language) = line.strip_prefix("```") {
            inside = language == "console";
        } else if inside {
            match (line.strip_prefix("$ "), found.last_mut()) {
                (Some(command), _) => found.push(Shown { line: command.to_owned(), answer: Vec::new() }),
                (None, Some(last)) => last.answer.push(line.to_owned()),
                (None, None) => panic!("an answer before any command: {line}"),
            }
        }
    }
    found
}

/// The first block of a language.
fn block(page: &str, language: &str) -> String {
    let (_, rest) = page.split_once(&format!("```{language}\n")).expect("a block");
    rest.split("```").next().unwrap_or_default().to_owned()
}

/// A line without what differs from run to run: ids, names of groups, times, durations.
fn steady(line: &str) -> String {
    // No blank stands after the marks of Chinese.
    let line = line.replace('；', "； ");
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut out = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|at| words.get(at)).copied().unwrap_or_default();
        let after = words.get(index + 1).copied().unwrap_or_default();
        let is_time = word.starts_with("20") && word.contains('T') && word.contains(':');
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let first_of_history = index == 0 && is_run_id(word) && words.len() > 6;
        let is_duration = is_number && (after.starts_with('s') && after.len() < 3 || after.starts_with('秒'));
        // A run's id may be all letters, and end a piece of code.
        let bare = word.trim_end_matches(['`', ';', ':', ',']);
        let is_run =
            is_run_id(bare) && ["rerun", "show", "resume", "release"].iter().any(|command| before.ends_with(command));
        if is_time || is_duration || is_run || first_of_history {
            out.push("#".to_owned());
        } else {
            out.push(without_ids(word));
        }
    }
    out.join(" ")
}

/// The words of a command line; what is quoted is one of them.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match (character, words.last_mut()) {
            ('"', _) => quoted = !quoted,
            (' ', _) if !quoted => words.push(String::new()),
            (_, Some(word)) => word.push(character),
            (_, None) => {}
        }
    }
    words
}

fn is_run_id(word: &str) -> bool {
    word.len() == 8 && word.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
}

/// A word whose long parts with digits, and the run's id in a group's name, are gone.
fn without_ids(word: &str) -> String {
    let mut out = String::new();
    let mut part = String::new();
    let end = |part: &mut String, out: &mut String| {
        let of_group = out.ends_with("try-") || out.ends_with("nightly-");
        let is_id = part.len() >= 8 && part.bytes().any(|byte| byte.is_ascii_digit());
        out.push_str(if of_group || is_id { "#" } else { part });
        part.clear();
    };
    for character in word.chars() {
        if character.is_ascii_alphanumeric() {
            part.push(character);
        } else {
            end(&mut part, &mut out);
            out.push(character);
        }
    }
    end(&mut part, &mut out);
    out
}

/// Where the commands of a page are run: a folder, a simulator, and whether the environment has its key.
struct Scene {
    place: Place,
    simulated: Simulated,
    time_scale: u32,
    with_key: bool,
}

impl Scene {
    /// A scenario without its first lines. Commands wait as fast as its day passes.
    fn new(time_scale: u32, scenario: &str) -> Self {
        let place = Place::new();
        let scenario = format!("version: 1\ntime_scale: {time_scale}\n{scenario}");
        let simulated = Simulated::start(&place, &scenario);
        Self { place, simulated, time_scale, with_key: true }
    }

    /// What `consnap simulate` plays.
    fn small() -> Self {
        Self { place: Place::new(), simulated: Simulated::small(), time_scale: 1, with_key: true }
    }

    fn without_key(self) -> Self {
        Self { with_key: false, ..self }
    }

    fn command(&self, arguments: &[&str]) -> assert_cmd::Command {
        let mut command = self.place.command(arguments);
        command
            .env("CONSNAP_ENDPOINT", &self.simulated.endpoint)
            .env("CONSNAP_TIME_SCALE", self.time_scale.to_string());
        if self.with_key {
            command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid");
            command.env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
        }
        command
    }
}

/// Runs the commands of a page and compares. Files that it shows with `cat` are written first. What a command refuses is on
/// standard error: there it is looked for when the page shows something and standard output has nothing.
fn hold(name: &str, scene: &Scene) -> usize {
    hold_those(name, scene, |_| true)
}

/// The same for those of the lines that speak of one scene.
fn hold_those(name: &str, scene: &Scene, is_meant: impl Fn(&str) -> bool) -> usize {
    let place = &scene.place;
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)).unwrap();
    let home = place.folder.path().to_str().unwrap();
    let runs = || -> Vec<String> {
        let history = place.run(&["history", "--format", "json"]).json();
        let runs = history.as_array().into_iter().flatten();
        runs.filter_map(|run| run["run_id"].as_str()).map(str::to_owned).collect()
    };
    let newest = || runs().into_iter().next().unwrap_or_default();
    // The run a page speaks of is the last one of this place.
    let mut last_run = newest();
    let mut held = 0;
    for Shown { line, mut answer } in shown(&page).into_iter().filter(|shown| is_meant(&shown.line)) {
        let words = words(&line);
        match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["cat", file] => {
                let path = place.folder.path().join(file.trim_start_matches("~/"));
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, answer.join("\n")).unwrap();
            }
            ["consnap", "simulate"] | ["export", ..] => {}
            ["consnap", arguments @ ..] => {
                let arguments: Vec<&str> = match arguments {
                    [of @ ("show" | "resume" | "rerun" | "release"), _, rest @ ..] => {
                        [*of, last_run.as_str()].iter().chain(rest).copied().collect()
                    }
                    other => other.to_vec(),
                };
                let mut command = scene.command(&arguments);
                if name.starts_with("zh/") || name.ends_with(".zh-CN.md") {
                    command.env("LC_ALL", "zh_CN.UTF-8");
                }
                let done = Done::of(command.output().unwrap());
                let said = if done.out.is_empty() && !answer.is_empty() { &done.err } else { &done.out };
                // An id of letters alone would pass for a word.
                let said =
                    runs().iter().fold(said.replace(home, "/home/ops"), |said, run| said.replace(run, "a1b2c3d4"));
                let mut got: Vec<String> = said.lines().map(steady).collect();
                if answer.last().is_some_and(|line| line == "...") {
                    answer.pop();
                    got.truncate(answer.len());
                }
                let wanted: Vec<String> = answer.iter().map(|line| steady(line)).collect();
                assert_eq!(got, wanted, "docs/{name}: `{line}`\n{}{}", done.out, done.err);
                held += 1;
                if arguments.first() == Some(&"run") {
                    last_run = newest();
                }
            }
            _ => panic!("docs/{name}: what is `{line}`?"),
        }
    }
    held
}

#[test]
fn the_first_run_goes_as_its_page_says() {
    for name in ["first-run.md", "zh/first-run.md"] {
        let scene = Scene::small();
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        scene.place.file("job.yaml", &block(&std::fs::read_to_string(docs.join(name)).unwrap(), "yaml"));
        assert_eq!(hold(name, &scene), 8, "{name}");
    }
}

/// The job of most pages, for these instances.
fn job(ids: &[&str], more: &str) -> String {
    format!(
        "version: 1\nregions: [cn-hangzhou]\ntargets: {{ids: [{}]}}\ninstance_ram_role: AppSnapshotRoleName\ngroup_name: nightly-{{run}}\n\
         linux: {{pre_script_path: /tmp/prescript.sh, post_script_path: /tmp/postscript.sh, script_timeout_seconds: 60}}\n{more}\n",
        ids.join(", ")
    )
}

#[test]
fn the_readme_shows_a_silent_fall_back() {
    for name in ["../README.md", "../README.zh-CN.md"] {
        let scene = Scene::new(
            300,
            "\
instances:
  - {id: i-bp1linux000000000002, name: db-2, role: AppSnapshotRoleName, guest: {pre_script: {mode: '0755'}}}
",
        );
        scene.place.file("job.yaml", &job(&["i-bp1linux000000000002"], ""));
        assert_eq!(hold(name, &scene), 1, "{name}");
    }
}

#[test]
fn verdicts_read_as_their_page_says() {
    verdicts_read_as_in("reading-a-verdict.md");
}

#[test]
fn verdicts_read_as_their_page_says_in_chinese() {
    verdicts_read_as_in("zh/reading-a-verdict.md");
}

fn verdicts_read_as_in(page: &str) {
    let scene = Scene::new(
        300,
        "\
instances:
  - {id: i-bp1linux000000000001, name: db-1, platform: linux, role: AppSnapshotRoleName}
  - {id: i-bp1windows0000000001, name: app-1, platform: windows, role: AppSnapshotRoleName}
  - {id: i-bp1linux000000000002, name: db-2, role: AppSnapshotRoleName, guest: {pre_script: {mode: '0755'}}}
  - {id: i-bp1linux000000000003, name: db-3, platform: linux, role: AppSnapshotRoleName}
  - {id: i-bp1linux000000000004, name: old-1, platform: linux, role: AppSnapshotRoleName, status: Stopped}
guest_faults:
  - {instances: [i-bp1linux000000000003], nth: 1, exit_code: 4}
",
    );
    scene.place.file(
        "job.yaml",
        &job(
            &[
                "i-bp1linux000000000001",
                "i-bp1windows0000000001",
                "i-bp1linux000000000002",
                "i-bp1linux000000000003",
                "i-bp1linux000000000004",
            ],
            "run: {max_errors: 5}",
        ),
    );
    assert_eq!(hold(page, &scene), 2);
}

#[test]
fn an_alarm_is_worked_off_as_its_page_says() {
    for page in ["alarm.md", "zh/alarm.md"] {
        let scene = Scene::new(
            300,
            "\
instances:
  - {id: i-bp1linux000000000001, name: db-1, platform: linux, role: AppSnapshotRoleName}
  - {id: i-bp1linux000000000003, name: db-3, platform: linux, role: AppSnapshotRoleName}
guest_faults:
  - {instances: [i-bp1linux000000000003], nth: 1, exit_code: 12}
",
        );
        scene.place.file("job.yaml", &job(&["i-bp1linux000000000001", "i-bp1linux000000000003"], ""));
        let done = Done::of(scene.command(&["run", "job.yaml"]).output().unwrap());
        assert_eq!(done.exit, 5, "{}", done.err);
        assert_eq!(hold(page, &scene), 3, "{page}");
    }
}

/// Whoever is woken by an alarm finds each way in which a guest may be left held, on both pages.
#[test]
fn every_end_that_may_hold_a_guest_stands_on_the_pages_of_the_alarm() {
    use consnap_core::catalog::codes::Layer;
    use consnap_core::catalog::{exit_codes, statuses, task_errors};
    let numbers = exit_codes::rows()
        .filter(|row| row.outcome.held && matches!(row.outcome.layer, Layer::Plugin | Layer::Launcher))
        .map(|row| row.number.to_string());
    let finished = statuses::ROWS.iter().filter(|row| row.finished && row.outcome.held);
    let errors = task_errors::ROWS.iter().filter(|row| row.held);
    let names = finished.map(|row| row.outcome.name.to_owned()).chain(errors.map(|row| row.name.to_owned()));
    let all: Vec<String> = numbers.chain(names.map(|name| format!("`{name}`"))).collect();
    assert!(all.len() > 10, "{all:?}");
    for page in [include_str!("../../docs/alarm.md"), include_str!("../../docs/zh/alarm.md")] {
        let table: String = page.lines().filter(|line| line.starts_with('|')).collect();
        let parts: Vec<&str> = table.split([' ', ',', ':', '|', '，', '、', '：', '（', '）', '(', ')']).collect();
        for end in &all {
            assert!(parts.contains(&end.as_str()), "{end} is missing");
        }
    }
}

#[test]
fn a_broken_run_goes_on_as_its_page_says() {
    a_broken_run_goes_on_as_in("resume.md");
}

#[test]
fn a_broken_run_goes_on_as_its_page_says_in_chinese() {
    a_broken_run_goes_on_as_in("zh/resume.md");
}

fn a_broken_run_goes_on_as_in(page: &str) {
    let scene = Scene::new(
        20,
        "\
instances:
  - {id: i-bp1linux000000000001, name: db-1, platform: linux, role: AppSnapshotRoleName}
  - {id: i-bp1linux000000000002, name: db-2, platform: linux, role: AppSnapshotRoleName}
  - {id: i-bp1linux000000000003, name: db-3, platform: linux, role: AppSnapshotRoleName}
",
    );
    scene
        .place
        .file("job.yaml", &job(&["i-bp1linux000000000001", "i-bp1linux000000000002", "i-bp1linux000000000003"], ""));
    let mut process = consnap(&scene.place, &scene.simulated.endpoint, &["run", "job.yaml", "--yes"])
        .env("CONSNAP_TIME_SCALE", "1")
        .spawn()
        .unwrap();
    wait_for(|| accepted(&scene.place));
    // The first look at the command comes three seconds after its start: this is in the middle of it.
    process.kill().unwrap();
    process.wait().unwrap();
    assert_eq!(hold(page, &scene), 5);
    let counts = || scene.simulated.ask("/__consnap/requests")["counts"].clone();
    let before = counts();
    assert_eq!(before["RunCommand"], 2);
    // One call more, whose credentials these are, and the same report.
    let run = scene.place.run(&["history", "--format", "json"]).json()[0]["run_id"].as_str().unwrap().to_owned();
    let again = Done::of(scene.command(&["resume", &run]).output().unwrap());
    assert_eq!(again.exit, 0, "{}{}", again.out, again.err);
    let mut expected = before;
    expected["GetCallerIdentity"] = (expected["GetCallerIdentity"].as_u64().unwrap() + 1).into();
    assert_eq!(counts(), expected);
}

#[test]
fn evidence_is_left_as_its_page_says() {
    let scene = Scene::new(
        300,
        "\
instances:
  - {id: i-bp1linux000000000001, name: db-1, platform: linux, role: AppSnapshotRoleName}
  - {id: i-bp1windows0000000001, name: app-1, platform: windows, role: AppSnapshotRoleName}
  - {id: i-bp1linux000000000002, name: db-2, role: AppSnapshotRoleName, guest: {pre_script: {mode: '0755'}}}
",
    );
    scene.place.file(
        "job.yaml",
        &job(&["i-bp1linux000000000001", "i-bp1windows0000000001", "i-bp1linux000000000002"], "run: {max_errors: 5}"),
    );
    assert_eq!(hold("evidence.md", &scene), 1);
    let figures = std::fs::read_to_string(scene.place.folder.path().join("consnap.prom")).unwrap();
    let page = include_str!("../../docs/evidence.md");
    for line in page.lines().filter(|line| line.starts_with("consnap_") && !line.contains("==")) {
        let (series, _) = line.rsplit_once(' ').unwrap();
        assert!(figures.lines().any(|own| own.starts_with(series)), "{series}");
    }
}

#[test]
fn credentials_are_had_as_their_page_says() {
    for name in ["credentials.md", "zh/credentials.md"] {
        let scene = Scene::new(
            1,
            "\
roles: [{name: SnapshotOperator, refused_operations: [DescribeSnapshotGroups]}, {name: Machine}]
own_machine: {role: Machine}
instances: [{id: i-bp1linux000000000001}]
",
        );
        assert_eq!(hold(name, &scene.without_key()), 3, "{name}");
    }
}

#[test]
fn policies_are_judged_as_their_page_says() {
    for name in ["policies.md", "zh/policies.md"] {
        assert_eq!(hold(name, &Scene::small().without_key()), 3, "{name}");
    }
}

#[test]
fn an_audit_reads_as_its_page_says() {
    let scene = Scene::new(
        20,
        "\
instances:
  - {id: i-bp1linux000000000001, name: db-1}
  - {id: i-bp1linux000000000002, name: db-2, disks: [{}, {id: d-bp1newdata0000000001}]}
  - {id: i-bp1linux000000000003, name: db-3}
  - {id: i-bp1linux000000000004, name: db-4}
  - {id: i-bp1linux000000000009, name: bastion}
groups:
  - {instance: i-bp1linux000000000001, name: nightly, age_seconds: 32600}
  - {instance: i-bp1linux000000000002, name: nightly, age_seconds: 32600, missing_disk: true}
  - {instance: i-bp1linux000000000003, name: nightly, age_seconds: 119000}
  - {instance: i-bp1linux000000000003, name: nightly, age_seconds: 32600, consistency: file_system}
  - {instance: i-bp1linux000000000004, name: nightly, age_seconds: 32600}
",
    );
    scene.place.file(
        "nightly.yaml",
        &job(
            &["i-bp1linux000000000001", "i-bp1linux000000000002", "i-bp1linux000000000003", "i-bp1linux000000000004"],
            "",
        ),
    );
    assert_eq!(hold("audit.md", &scene), 1);
}

#[test]
fn a_clean_up_reads_as_its_page_says() {
    let nights = [("aaaa0001", 32_600), ("77c01d2e", 119_000), ("5b20f9aa", 205_400)];
    let group = |instance: &str, (run, age): (&str, u32), more: &str| {
        format!(
            "  - {{instance: {instance}, name: nightly-{run}, age_seconds: {age}, tags: {{'consnap:run': '{run}'{more}}}"
        )
    };
    let (one, two) = ("i-bp1linux000000000001", "i-bp1linux000000000002");
    let groups = [
        group(one, nights[0], "") + "}",
        group(two, nights[0], "") + "}",
        group(one, nights[1], "") + "}",
        group(two, nights[1], "") + ", consistency: file_system}",
        group(one, nights[2], "") + "}",
        group(two, nights[2], "") + "}",
        group(one, ("held0001", 9_000_000), ", 'consnap:hold': ''") + "}",
        group(two, ("image001", 9_000_000), "") + ", usage: image}",
        format!("  - {{instance: {one}, name: by-hand, age_seconds: 9000000}}"),
    ];
    let instances = format!("instances:\n  - {{id: {one}}}\n  - {{id: {two}}}\n");
    let scene = Scene::new(20, &format!("{instances}groups:\n{}\n", groups.join("\n")));
    assert_eq!(hold("prune.md", &scene), 1);
}

#[test]
fn guests_are_looked_into_as_their_page_says() {
    let guest = |n: u32, more: &str| {
        format!("  - {{id: i-bp1db0000000000000{n}, name: db-{n}, role: AppSnapshotRoleName, {more}}}\n")
    };
    let scripts = |more: &str| {
        format!(
            "guest: {{pre_script: {{path: /opt/consnap/pre.sh{more}}}, post_script: {{path: /opt/consnap/post.sh}}}}"
        )
    };
    let frozen = scripts("").replace("guest: {", "guest: {freezer_running: true, ");
    let instances = [guest(1, &scripts("")), guest(2, &scripts(", mode: '0755'")), guest(3, &frozen)].concat();
    let scene = Scene::new(300, &format!("instances:\n{instances}"));
    scene.place.file(
        "job.yaml",
        &job_of_probe(3, "pre_script_path: /opt/consnap/pre.sh, post_script_path: /opt/consnap/post.sh"),
    );
    let of_look = |line: &str| line.contains("check job.yaml --probe");
    assert_eq!(hold_those("probe.md", &scene, of_look), 1);

    let bare = "guest: {pre_script: {exists: false}, post_script: {exists: false}}";
    let sealed = "guest: {pre_script: {exists: false}, post_script: {exists: false}, mounts: [{target: /, file_system: xfs, disks: [0], options: 'rw,noexec'}]}";
    let instances = [guest(1, bare), guest(2, sealed)].concat();
    let scene = Scene::new(300, &format!("instances:\n{instances}"));
    scene.place.file("job.yaml", &job_of_probe(2, "upload: {pre: ./pre.sh, post: ./post.sh}"));
    scene.place.file("pre.sh", "#!/bin/sh\nexec /opt/app/lock\n");
    scene.place.file("post.sh", "#!/bin/sh\nexec /opt/app/unlock\n");
    let of_upload = |line: &str| line == "consnap plan job.yaml" || line == "consnap run job.yaml --yes";
    assert_eq!(hold_those("probe.md", &scene, of_upload), 2);
}

fn job_of_probe(instances: u32, linux: &str) -> String {
    let ids: Vec<String> = (1..=instances).map(|n| format!("i-bp1db0000000000000{n}")).collect();
    format!(
        "version: 1\nregions: [cn-hangzhou]\ntargets: {{ids: [{}]}}\ninstance_ram_role: AppSnapshotRoleName\ngroup_name: nightly-{{run}}\n\
         linux: {{{linux}, script_timeout_seconds: 60, freeze_timeout_seconds: 10}}\nrun: {{canary: 0}}\n",
        ids.join(", ")
    )
}
