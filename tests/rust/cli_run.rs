//! Commands that talk to the service, against `consnap simulate`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::{Done, Place};

/// A simulator with its own port, ended with the test.
pub(super) struct Simulated {
    process: Child,
    pub(super) endpoint: String,
}

impl Simulated {
    pub(super) fn start(place: &Place, scenario: &str) -> Self {
        let path = place.file("scenario.yaml", scenario);
        Self::play(&["simulate", path.to_str().unwrap()])
    }

    /// The scenario that is played when none is given.
    pub(super) fn small() -> Self {
        Self::play(&["simulate"])
    }

    fn play(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_consnap"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let endpoint = ready["endpoint"].as_str().unwrap().to_owned();
        assert!(endpoint.starts_with("http://127.0.0.1:"), "{endpoint}");
        assert_eq!(
            (&ready["region"], &ready["access_key_id"], &ready["access_key_secret"]),
            (&json!("cn-hangzhou"), &json!("testid"), &json!("testsecret"))
        );
        Self { process, endpoint }
    }

    /// Of its process.
    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }

    /// What the simulator tells tests.
    pub(super) fn ask(&self, path: &str) -> Value {
        let authority = self.endpoint.trim_start_matches("http://");
        let mut stream = std::net::TcpStream::connect(authority).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n").unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        serde_json::from_str(reply.split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

impl Drop for Simulated {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// Runs a command with the simulator's key. It waits as fast as the day of the place's scenario passes.
pub(super) fn with_key(place: &Place, arguments: &[&str]) -> Done {
    let mut command = place.command(arguments);
    command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
    let scenario = std::fs::read_to_string(place.folder.path().join("scenario.yaml")).unwrap_or_default();
    if let Some(scale) = scenario.lines().find_map(|line| line.strip_prefix("time_scale: ")) {
        command.env("CONSNAP_TIME_SCALE", scale);
    }
    Done::of(command.output().unwrap())
}

/// Three fit instances; on the third the scripts are readable by others, so that it silently falls back.
const FLEET: &str = "\
version: 1
time_scale: 300
instances:
  - {id: i-bp1good000000000001, name: web-1, platform: linux, role: AppSnapshotRoleName}
  - {id: i-bp1good000000000002, name: win-1, platform: windows, role: AppSnapshotRoleName}
  - {id: i-bp1weak000000000001, name: \"\\e[31mdb-1\", platform: linux, role: AppSnapshotRoleName,
     guest: {pre_script: {mode: '0755'}}}
";

const GOOD: &str = "\
version: 1
regions: [cn-hangzhou]
targets: {ids: [i-bp1good000000000001, i-bp1good000000000002]}
instance_ram_role: AppSnapshotRoleName
group_name: nightly-{run}
linux: {pre_script_path: /tmp/prescript.sh, post_script_path: /tmp/postscript.sh, script_timeout_seconds: 60}
";

#[test]
fn a_run_is_planned_approved_run_shown_listed_and_verified() {
    let place = Place::new();
    let simulated = Simulated::start(&place, FLEET);
    let job = place.file("job.yaml", GOOD);
    let job = job.to_str().unwrap();
    let at = ["--endpoint", simulated.endpoint.as_str()];

    let plan = with_key(&place, &["plan", job, "--format", "json", at[0], at[1]]);
    assert_eq!(plan.exit, 0, "{}", plan.err);
    let plan = plan.json();
    assert_eq!((&plan["eligible"], &plan["set_aside"]), (&json!(2), &json!(0)));
    let hash = plan["hash"].as_str().unwrap();

    with_key(&place, &["run", job, "--approve", "0000", at[0], at[1]]).refuses(2, &["CE305", hash]);
    let history = place.run(&["history", "--format", "json"]).json();
    assert_eq!(history, json!([]), "a refused run leaves nothing behind");

    let run = with_key(&place, &["run", job, "--approve", hash, "--format", "json", at[0], at[1]]);
    assert_eq!(run.exit, 0, "{}{}", run.out, run.err);
    let report = run.json();
    assert_eq!(report["exit_status"], 0);
    let got: Vec<_> = report["instances"].as_array().unwrap().iter().map(|instance| &instance["got"]).collect();
    assert_eq!(got, ["application", "application"]);
    let id = report["run_id"].as_str().unwrap();

    let history = place.run(&["history", "--format", "json"]).json();
    assert_eq!((&history[0]["run_id"], &history[0]["ok"]), (&json!(id), &json!(2)));
    let shown = place.run(&["show", id, "--all"]);
    assert_eq!(shown.exit, 0, "{}", shown.err);
    for word in ["RESULT", "i-bp1good000000000001", "web-1", "tag+log", "2 of 2 instances", "Exit status 0."] {
        assert!(shown.out.contains(word), "{word}: {}", shown.out);
    }
    let folded = place.run(&["show", id]);
    assert!(!folded.out.contains("i-bp1good") || folded.out.contains("Longest hold"), "{}", folded.out);
    for again in ["verify", "resume"] {
        let done = with_key(&place, &[again, id, "--format", "json"]);
        assert_eq!(done.exit, 0, "{again}: {}", done.err);
        assert_eq!(done.json()["summary"]["ok"], 2, "{again}");
    }
    place.run(&["show", "nosuchrun"]).refuses(2, &["nosuchrun"]);
}

#[test]
fn a_silent_fall_back_is_weaker_and_hostile_names_stay_harmless() {
    let place = Place::new();
    let simulated = Simulated::start(&place, FLEET);
    let job = place.file("job.yaml", &GOOD.replace("i-bp1good000000000002", "i-bp1weak000000000001"));
    let done =
        with_key(&place, &["run", job.to_str().unwrap(), "--max-errors", "5", "--endpoint", &simulated.endpoint]);
    assert_eq!(done.exit, 1, "{}{}", done.out, done.err);
    for word in ["WEAKER", "i-bp1weak000000000001", "file_system", "1 of 2 instances", "Exit status 1."] {
        assert!(done.out.contains(word), "{word}: {}", done.out);
    }
    assert!(done.out.contains("  db-1  "), "{}", done.out);
    assert!(!done.out.contains('\u{1b}') && !done.err.contains('\u{1b}'));
    assert!(!done.out.contains("i-bp1good"), "rows that are fine are folded: {}", done.out);
}

#[test]
fn what_stands_against_a_run_is_said_before_anything_is_sent() {
    let place = Place::new();
    let job = place.file("job.yaml", GOOD);
    let job = job.to_str().unwrap();
    // A port nobody listens on.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = format!("http://{}", free.local_addr().unwrap());
    drop(free);

    place.run(&["run", job, "--endpoint", &dead]).refuses(3, &["CE201", "ALIBABA_CLOUD_ACCESS_KEY_ID"]);
    with_key(&place, &["run", job]).refuses(2, &["CE410", "--yes"]);
    with_key(&place, &["run", job, "--endpoint", &dead]).refuses(3, &["CE211", "refused the connection"]);
    let elsewhere = place.file("elsewhere.yaml", &GOOD.replace("cn-hangzhou", "cn-hangzou"));
    with_key(&place, &["plan", elsewhere.to_str().unwrap()]).refuses(2, &["cn-hangzou", "cn-hangzhou"]);
    let unknown = place.file("unknown.yaml", &format!("{GOOD}tagrets: {{}}\n"));
    with_key(&place, &["run", unknown.to_str().unwrap()]).refuses(2, &["unknown.yaml:7:1", "`tagrets`", "CE300"]);
    let nobody =
        place.file("nobody.yaml", &GOOD.replace("ids: [i-bp1good000000000001, i-bp1good000000000002]", "ids: []"));
    let done = with_key(&place, &["run", nobody.to_str().unwrap()]);
    done.refuses(2, &["nobody.yaml:3"]);
    with_key(&place, &["resume", "abcdefgh"]).refuses(2, &["abcdefgh"]);
}

#[test]
fn refusals_of_the_service_have_their_own_words() {
    let place = Place::new();
    let simulated = Simulated::start(&place, FLEET);
    let job = place.file("job.yaml", GOOD);
    let job = job.to_str().unwrap();
    let with = |id: &str, secret: &str, token: Option<&str>| {
        let mut command = place.command(&["run", job, "--endpoint", &simulated.endpoint]);
        command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", id).env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", secret);
        if let Some(token) = token {
            command.env("ALIBABA_CLOUD_SECURITY_TOKEN", token);
        }
        Done::of(command.output().unwrap())
    };
    with("testid", "wrongsecret", None).refuses(3, &["SignatureDoesNotMatch"]);
    with("nobody", "testsecret", None).refuses(3, &["InvalidAccessKeyId"]);
    let done = with("testid", "wrongsecret", None);
    assert!(!done.err.contains("wrongsecret"), "{}", done.err);
    let missing = place.file("missing.yaml", &GOOD.replace("i-bp1good", "i-bp1gone"));
    let done = with_key(&place, &["run", missing.to_str().unwrap(), "--endpoint", &simulated.endpoint]);
    done.refuses(2, &["CE302"]);
    let bounded = place.file("bounded.yaml", &GOOD.replace("000002]}", "000002], expect: {min: 3}}"));
    let done = with_key(&place, &["run", bounded.to_str().unwrap(), "--endpoint", &simulated.endpoint]);
    done.refuses(2, &["bounded.yaml:3"]);
}

#[test]
fn a_consnap_among_its_targets_refuses() {
    let place = Place::new();
    let simulated = Simulated::start(&place, FLEET);
    let job = place.file("job.yaml", GOOD);
    let plan = |more: &[&str]| {
        let mut command = place.command(&["plan", job.to_str().unwrap(), "--endpoint", &simulated.endpoint]);
        command.args(more).env("CONSNAP_OWN_INSTANCE", "i-bp1good000000000001");
        command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
        Done::of(command.output().unwrap())
    };
    plan(&[]).refuses(2, &["CE304", "--include-self"]);
    assert_eq!(plan(&["--include-self"]).exit, 0);
}

#[test]
fn a_scenario_that_cannot_be_played_names_its_line() {
    let place = Place::new();
    let scenario = place.file("scenario.yaml", "version: 1\ninstances:\n  - {id: i-a, plattform: linux}\n");
    place.run(&["simulate", scenario.to_str().unwrap()]).refuses(2, &["scenario.yaml:3:", "plattform", "CE501"]);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    place.run(&["simulate", "--port", &port]).refuses(2, &["CE502", &port]);
}

#[test]
fn the_demo_tells_the_truth() {
    let place = Place::new();
    let done = place.run(&["demo"]);
    assert_eq!(done.exit, 0, "{}{}", done.out, done.err);
    // The scenario has one of everything; a demo without it would show nothing.
    for word in ["URGENT", "FAILED", "WEAKER", "NOT RUN", "OK  ", "Exit status 5."] {
        assert!(done.out.contains(word), "{word}: {}", done.out);
    }
    assert!(!done.out.contains("`consnap show"), "the demo keeps no journal: {}", done.out);
    assert!(done.err.contains("verdicts equal what really happened"), "{}", done.err);
    assert!(done.err.contains("exit status 5"), "{}", done.err);
    assert_eq!(place.run(&["history", "--format", "json"]).json(), json!([]));
    let chinese = place.run(&["--lang", "zh", "demo", "--format", "json"]);
    assert_eq!((chinese.exit, &chinese.json()["exit_status"]), (0, &json!(5)), "{}", chinese.err);
}

#[test]
fn a_token_that_ended_is_told_from_a_wrong_one() {
    let place = Place::new();
    // The repeats take seconds: so slow that the service's clock does not run out of reach meanwhile.
    let slow = FLEET.replace("time_scale: 300", "time_scale: 20");
    let scenario = format!(
        "{slow}access_keys:\n  - {{id: testid, secret: testsecret, security_token: ours, expires_after_seconds: 0}}\n"
    );
    let simulated = Simulated::start(&place, &scenario);
    let job = place.file("job.yaml", GOOD);
    let with = |token: &str| {
        let mut command = place.command(&["run", job.to_str().unwrap(), "--endpoint", &simulated.endpoint]);
        command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
        Done::of(command.env("ALIBABA_CLOUD_SECURITY_TOKEN", token).output().unwrap())
    };
    with("ours").refuses(3, &["InvalidSecurityToken.Expired"]);
    with("other").refuses(3, &["InvalidSecurityToken.Malformed"]);
    assert_eq!(place.run(&["history", "--format", "json"]).json(), json!([]), "nothing was started, nothing is kept");
}

#[test]
fn the_journal_of_another_account_is_left_as_it_is() {
    let place = Place::new();
    let ours = Simulated::start(&place, FLEET);
    let job = place.file("job.yaml", GOOD);
    let run = with_key(&place, &["run", job.to_str().unwrap(), "--format", "json", "--endpoint", &ours.endpoint]);
    let report = run.json();
    let id = report["run_id"].as_str().unwrap();
    let theirs = Simulated::start(&place, &format!("account: '999'\n{FLEET}"));
    let shown = place.run(&["show", id, "--format", "json"]).json();
    for command in ["resume", "verify"] {
        let done = with_key(&place, &[command, id, "--endpoint", &theirs.endpoint]);
        done.refuses(2, &["CE306", "999", "1234567890123456"]);
    }
    let again = place.run(&["show", id, "--format", "json"]).json();
    assert_eq!(again["summary"], shown["summary"]);
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_consnap"));
    let mut child = command.args(["explain", "--help"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let done = Done::of(child.wait_with_output().unwrap());
    assert_eq!((done.exit, done.err.as_str()), (0, ""));
}
