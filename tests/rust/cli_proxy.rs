//! The real binary behind a proxy that meddles, and beside others of its kind: answers that no service wrote, secrets that come
//! back, two runs on one instance.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::cli_crash::message;
use super::cli_run::Simulated;
use super::{Done, Place};

const FLEET: &str = "\
version: 1
time_scale: 100
instances:
  - {id: i-bp1a0000000000000001, platform: linux, role: AppSnapshotRoleName}
";

/// The same with a plug-in that is at work for a minute.
const SLOW: &str = "\
version: 1
time_scale: 100
instances:
  - {id: i-bp1a0000000000000001, platform: linux, role: AppSnapshotRoleName, guest: {post_script: {path: /tmp/postscript.sh, millis: 120000}}}
";

fn job(name: &str) -> String {
    format!(
        "version: 1
regions: [cn-hangzhou]
targets: {{ids: [i-bp1a0000000000000001]}}
instance_ram_role: AppSnapshotRoleName
group_name: {name}-{{run}}
linux: {{pre_script_path: /tmp/prescript.sh, post_script_path: /tmp/postscript.sh, script_timeout_seconds: 300}}
run: {{canary: 0}}
"
    )
}

/// Stands between client and service. Its hands get each request with the number among those of its operation, and how to have
/// it carried out; they give the reply, or nothing: the connection is closed.
pub(super) struct Proxy {
    pub(super) endpoint: String,
    calls: Arc<Mutex<Vec<String>>>,
}

type Hands = dyn Fn(&str, usize, &str, &mut dyn FnMut() -> Vec<u8>) -> Vec<u8> + Send + Sync;

impl Proxy {
    pub(super) fn before(
        upstream: &str,
        hands: impl Fn(&str, usize, &str, &mut dyn FnMut() -> Vec<u8>) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        let upstream = upstream.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let calls: Arc<Mutex<Vec<String>>> = Arc::default();
        let (counted, hands): (_, Arc<Hands>) = (Arc::clone(&calls), Arc::new(hands));
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (upstream, counted, hands) = (upstream.clone(), Arc::clone(&counted), Arc::clone(&hands));
                std::thread::spawn(move || pass(client, &upstream, &counted, &*hands));
            }
        });
        Self { endpoint, calls }
    }

    pub(super) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    pub(super) fn count(&self, operation: &str) -> usize {
        self.calls.lock().unwrap().iter().filter(|call| *call == operation).count()
    }
}

fn pass(mut client: TcpStream, upstream: &str, calls: &Mutex<Vec<String>>, hands: &Hands) -> Option<()> {
    let mut service = TcpStream::connect(upstream).ok()?;
    loop {
        let request = message(&mut client)?;
        let text = String::from_utf8_lossy(&request).into_owned();
        let operation = text.lines().find_map(|line| line.strip_prefix("x-acs-action: ")).unwrap_or("-").to_owned();
        let nth = {
            let mut calls = calls.lock().unwrap();
            calls.push(operation.clone());
            calls.iter().filter(|call| **call == operation).count()
        };
        let reply = hands(&operation, nth, &text, &mut || {
            service.write_all(&request).unwrap();
            message(&mut service).unwrap()
        });
        if reply.is_empty() {
            return None;
        }
        client.write_all(&reply).ok()?;
    }
}

/// What a gateway says in its own name.
pub(super) fn page(status: &str) -> Vec<u8> {
    let body = "<html><body>the gateway knows better</body></html>";
    format!("HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// A reply with another body.
pub(super) fn with_body(reply: &[u8], change: impl FnOnce(Value) -> String) -> Vec<u8> {
    let text = String::from_utf8_lossy(reply).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let body = change(serde_json::from_str(body).unwrap());
    let head: Vec<&str> = head.lines().filter(|line| !line.to_lowercase().starts_with("content-length")).collect();
    format!("{}\r\ncontent-length: {}\r\n\r\n{body}", head.join("\r\n"), body.len()).into_bytes()
}

fn consnap(place: &Place, endpoint: &str, arguments: &[&str]) -> Command {
    super::cli_crash::consnap(place, endpoint, arguments)
}

fn run(place: &Place, endpoint: &str, arguments: &[&str]) -> Done {
    Done::of(consnap(place, endpoint, arguments).output().unwrap())
}

fn groups(simulated: &Simulated) -> usize {
    simulated.ask("/__consnap/truth")[0]["groups"].as_array().unwrap().len()
}

#[test]
fn a_gateway_that_answers_a_start_in_its_own_name_refuses_nothing() {
    for status in ["403 Forbidden", "200 OK", "502 Bad Gateway"] {
        for carried_out in [true, false] {
            let place = Place::new();
            let simulated = Simulated::start(&place, FLEET);
            place.file("job.yaml", &job("nightly"));
            let proxy = Proxy::before(&simulated.endpoint, move |operation, nth, _, service| {
                if operation != "RunCommand" || nth > 1 {
                    return service();
                }
                if carried_out {
                    service();
                }
                page(status)
            });
            let done = run(&place, &proxy.endpoint, &["run", "job.yaml", "--format", "json"]);
            let what = format!("{status}, carried out {carried_out}: {}{}", done.out, done.err);
            assert_eq!(done.exit, 0, "{what}");
            assert_eq!((groups(&simulated), done.json()["summary"]["ok"].as_u64()), (1, Some(1)), "{what}");
            // What was carried out is found, not sent again.
            assert_eq!(proxy.count("RunCommand"), if carried_out { 1 } else { 2 }, "{what}");
        }
    }
}

#[test]
fn one_answer_of_a_gateway_to_a_question_stops_nothing() {
    for operation in
        ["GetCallerIdentity", "DescribeInstances", "DescribeDisks", "DescribeInvocations", "DescribeSnapshotGroups"]
    {
        let place = Place::new();
        let simulated = Simulated::start(&place, FLEET);
        place.file("job.yaml", &job("nightly"));
        let proxy = Proxy::before(&simulated.endpoint, move |asked, nth, _, service| {
            if asked == operation && nth == 1 { page("403 Forbidden") } else { service() }
        });
        let done = run(&place, &proxy.endpoint, &["run", "job.yaml", "--format", "json"]);
        assert_eq!(done.exit, 0, "{operation}: {}{}", done.out, done.err);
        assert!(proxy.count(operation) > 1, "{operation}");
    }
}

/// All ways in which a secret comes back here, none of which may be kept or shown.
fn forms(secret: &str) -> Vec<String> {
    let percent = secret.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
    let escaped = secret.chars().fold(String::new(), |text, char| format!("{text}\\u{:04x}", u32::from(char)));
    vec![secret.to_owned(), percent, escaped, STANDARD.encode(secret), STANDARD.encode(format!("token={secret}"))]
}

/// Everything below a folder.
fn kept(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(kept(&path));
        } else {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            found.push((path.display().to_string(), text));
        }
    }
    found
}

#[test]
fn a_secret_that_comes_back_in_every_reply_is_kept_nowhere() {
    let place = Place::new();
    let simulated =
        Simulated::start(&place, &format!("{FLEET}roles: [{{name: AppSnapshotRoleName}}, {{name: ops}}]\n"));
    place.file("job.yaml", &job("nightly"));
    let issued = simulated.ask("/__consnap/credentials/ops");
    let of = |name: &str| issued[name].as_str().unwrap().to_owned();
    let (id, secret, token) = (of("AccessKeyId"), of("AccessKeySecret"), of("SecurityToken"));
    let secrets: Vec<String> = forms(&secret).into_iter().chain(forms(&token)).collect();
    let echoed = secrets.clone();
    let proxy = Proxy::before(&simulated.endpoint, move |operation, nth, _, service| {
        let reply = service();
        // An error once in a while, with the secrets in its message.
        if operation == "DescribeDisks" && nth == 1 {
            let body = serde_json::json!({"RequestId": "r", "Code": "InternalError", "Message": echoed.join(" ")});
            let body = body.to_string();
            return format!(
                "HTTP/1.1 500 Oh\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
            .into_bytes();
        }
        with_body(&reply, |mut body| {
            body["Echo"] = echoed.iter().cloned().map(Value::from).collect();
            // Where consnap reads, too.
            for pointer in ["/Invocations/Invocation/0/InvokeInstances/InvokeInstance/0/ErrorInfo", "/Arn"] {
                if let Some(text) = body.pointer_mut(pointer) {
                    *text = Value::from(echoed.join(" "));
                }
            }
            body.to_string()
        })
    });
    let with_token = |arguments: &[&str]| {
        let mut command = consnap(&place, &proxy.endpoint, arguments);
        command
            .env("ALIBABA_CLOUD_ACCESS_KEY_ID", &id)
            .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", &secret)
            .env("ALIBABA_CLOUD_SECURITY_TOKEN", &token);
        Done::of(command.output().unwrap())
    };
    let done = with_token(&["run", "job.yaml", "--format", "json"]);
    assert_eq!(done.exit, 0, "{}{}", done.out, done.err);
    let run_id = done.json()["run_id"].as_str().unwrap().to_owned();
    let shown: Vec<Done> = [
        vec!["whoami"],
        vec!["plan", "job.yaml"],
        vec!["show", &run_id],
        vec!["show", &run_id, "--format", "html"],
        vec!["doctor", "--region", "cn-hangzhou"],
    ]
    .iter()
    .map(|arguments| with_token(arguments))
    .chain([done])
    .collect();
    let files = kept(place.folder.path());
    assert!(files.iter().any(|(name, text)| name.ends_with("replies.jsonl") && text.contains("Echo")), "{files:?}");
    for secret in &secrets {
        for (name, text) in &files {
            assert!(!text.contains(secret.as_str()), "{secret} lies in {name}");
        }
        for done in &shown {
            assert!(!done.out.contains(secret.as_str()) && !done.err.contains(secret.as_str()), "{secret} is shown");
        }
    }
}

/// A reply as it is, in chunks so small that each secret in it is cut.
fn in_chunks(reply: &[u8], header: &str) -> Vec<u8> {
    let end = reply.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&reply[..end]).into_owned();
    let kept = head.lines().filter(|line| !line.to_lowercase().starts_with("content-length"));
    let mut out = kept.collect::<Vec<_>>().join("\r\n").into_bytes();
    out.extend_from_slice(format!("\r\nx-echo: {header}\r\ntransfer-encoding: chunked\r\n\r\n").as_bytes());
    for chunk in reply[end + 4..].chunks(7) {
        out.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        out.extend_from_slice(chunk);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"0\r\n\r\n");
    out
}

/// Puts words behind every text of a reply.
fn in_every_text(value: &mut Value, words: &str) {
    match value {
        Value::String(text) => *text = format!("{text} {words}"),
        Value::Array(all) => all.iter_mut().for_each(|one| in_every_text(one, words)),
        Value::Object(members) => members.values_mut().for_each(|one| in_every_text(one, words)),
        _ => {}
    }
}

/// One call of each operation is answered with the secrets in every text of its reply, or of an error; whatever comes of the
/// run, they lie in no file and are said nowhere.
#[test]
fn a_secret_in_every_field_of_a_reply_is_kept_nowhere() {
    let operations = [
        "GetCallerIdentity",
        "DescribeInstances",
        "DescribeDisks",
        "DescribeCloudAssistantStatus",
        "DescribeInstanceRamRole",
        "DescribeInvocations",
        "RunCommand",
        "DescribeSnapshotGroups",
        "DescribeSnapshots",
    ];
    let kinds = operations.iter().flat_map(|operation| [false, true].map(|refused| (*operation, refused)));
    let turn = Mutex::new(kinds.collect::<Vec<_>>());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while let Some((operation, refused)) = { turn.lock().unwrap().pop() } {
                    echoed_in_every_field(operation, refused);
                }
            });
        }
    });
}

fn echoed_in_every_field(of: &'static str, refused: bool) {
    let place = Place::new();
    let scenario = format!(
        "{}service: {{tags_in_groups: false}}\nroles: [{{name: AppSnapshotRoleName}}, {{name: ops}}]\n",
        FLEET.replace("100", "400")
    );
    let simulated = Simulated::start(&place, &scenario);
    place.file("job.yaml", &job("nightly"));
    let issued = simulated.ask("/__consnap/credentials/ops");
    let text = |name: &str| issued[name].as_str().unwrap().to_owned();
    let (id, secret, token) = (text("AccessKeyId"), text("AccessKeySecret"), text("SecurityToken"));
    let secrets: Vec<String> = forms(&secret).into_iter().chain(forms(&token)).collect();
    let (words, header) = (secrets.join(" "), secret.clone());
    let proxy = Proxy::before(&simulated.endpoint, move |operation, nth, _, service| {
        let reply = service();
        if operation != of || nth > 1 {
            return reply;
        }
        let mut status = String::from("HTTP/1.1 200 OK");
        let changed = with_body(&reply, |mut body| {
            if refused {
                status = String::from("HTTP/1.1 500 Oh");
                body = serde_json::json!({"RequestId": "r", "Code": "InternalError", "Message": "m", "HostId": "h",
                    "Recommend": "r", "AccessDeniedDetail": {"AuthAction": "a"}});
            }
            in_every_text(&mut body, &words);
            body.to_string()
        });
        let (_, rest) = changed.split_at(changed.iter().position(|byte| *byte == b'\r').unwrap());
        in_chunks(&[status.as_bytes(), rest].concat(), &header)
    });
    let mut command = consnap(
        &place,
        &proxy.endpoint,
        &["run", "job.yaml", "--report", "run.html", "--report", "run.json", "--metrics-file", "run.prom"],
    );
    command
        .env("CONSNAP_TIME_SCALE", "400")
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", &id)
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", &secret)
        .env("ALIBABA_CLOUD_SECURITY_TOKEN", &token);
    let done = Done::of(command.output().unwrap());
    assert!(proxy.count(of) > 0, "{of} is not called: {}{}", done.out, done.err);
    let mut sinks = kept(place.folder.path());
    sinks.extend([("standard output".to_owned(), done.out), ("standard error".to_owned(), done.err)]);
    for secret in &secrets {
        for (name, text) in &sinks {
            assert!(!text.contains(secret.as_str()), "{of}, refused {refused}: {secret} in {name}");
        }
    }
}

#[test]
fn of_two_jobs_on_one_machine_one_starts() {
    let place = Place::new();
    let simulated = Simulated::start(&place, SLOW);
    let started: Vec<_> = ["one", "two", "three"]
        .iter()
        .map(|name| {
            let file = format!("{name}.yaml");
            place.file(&file, &job(name));
            consnap(&place, &simulated.endpoint, &["run", &file, "--format", "json"]).spawn().unwrap()
        })
        .collect();
    let mut exits = Vec::new();
    for child in started {
        let done = Done::of(child.wait_with_output().unwrap());
        if done.exit != 0 {
            let code = done.json()["instances"][0]["why"]["code"].as_str().unwrap().to_owned();
            assert!(["CS386", "CS388"].contains(&code.as_str()), "{code} {}", done.out);
        }
        exits.push(done.exit);
    }
    exits.sort_unstable();
    assert_eq!(exits, [0, 1, 1]);
    assert_eq!(groups(&simulated), 1);
}

#[test]
fn another_machine_sees_the_plug_in_at_work_and_waits_when_asked_to() {
    let (here, there) = (Place::new(), Place::new());
    let simulated = Simulated::start(&here, SLOW);
    here.file("job.yaml", &job("here"));
    there.file("job.yaml", &job("there"));
    let first = consnap(&here, &simulated.endpoint, &["run", "job.yaml", "--format", "json"]).spawn().unwrap();
    super::cli_crash::wait_for(|| (simulated.ask("/__consnap/truth")[0]["started"] == 1).then_some(()));
    let refused = run(&there, &simulated.endpoint, &["run", "job.yaml", "--format", "json"]);
    assert_eq!(refused.exit, 1, "{}{}", refused.out, refused.err);
    assert_eq!(refused.json()["instances"][0]["why"]["code"], "CS386", "{}", refused.out);
    let waited = run(&there, &simulated.endpoint, &["run", "job.yaml", "--format", "json", "--wait"]);
    assert_eq!(waited.exit, 0, "{}{}", waited.out, waited.err);
    let first = Done::of(first.wait_with_output().unwrap());
    assert_eq!((first.exit, groups(&simulated)), (0, 2), "{}{}", first.out, first.err);
}

#[test]
fn the_simulator_answers_this_machine_alone_and_leaves_no_core() {
    let place = Place::new();
    let simulated = Simulated::start(&place, FLEET);
    let authority = simulated.endpoint.trim_start_matches("http://");
    let port = authority.rsplit_once(':').unwrap().1;
    let status = |head: &str| {
        let mut stream = TcpStream::connect(authority).unwrap();
        write!(stream, "{head}content-length: 0\r\n\r\n").unwrap();
        let reply = message(&mut stream).unwrap();
        String::from_utf8_lossy(&reply[9..12]).into_owned()
    };
    let path = "/__consnap/reset";
    assert_eq!(status(&format!("POST {path} HTTP/1.1\r\nhost: {authority}\r\n")), "200");
    assert_eq!(status(&format!("POST {path} HTTP/1.1\r\nhost: localhost:{port}\r\n")), "200");
    for host in [format!("rebound.example:{port}"), format!("127.0.0.1.example:{port}"), "localhost.example".to_owned()]
    {
        assert_eq!(status(&format!("POST {path} HTTP/1.1\r\nhost: {host}\r\n")), "403", "{host}");
    }
    let other = "origin: http://page.example\r\n";
    assert_eq!(status(&format!("POST {path} HTTP/1.1\r\nhost: {authority}\r\n{other}")), "403");
    let other = "sec-fetch-site: cross-site\r\n";
    assert_eq!(status(&format!("POST {path} HTTP/1.1\r\nhost: {authority}\r\n{other}")), "403");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", simulated.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().rev().nth(2), Some("0"), "{core}");
}
