//! The question before the first start, as a person meets it: on a terminal, toward an endpoint that is not this machine's.

use std::borrow::Cow;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use consnap_core::Time;
use consnap_core::base::http::HttpRequest;
use consnap_simulator::scenario::{InstanceSpec, Scenario};
use consnap_simulator::{Arrival, Service as _, Simulator};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::cli_crash::message;
use super::{Done, JOB, Place};

/// The region's own endpoints behind a proxy: the service in this process, with the service's names in a certificate.
struct Region {
    simulator: Arc<Mutex<Simulator>>,
    proxy: String,
    certificate: String,
}

impl Region {
    fn start(scenario: Scenario) -> Self {
        let made = rcgen::generate_simple_self_signed(["*.aliyuncs.com".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let (config, simulator) = (Arc::new(config), Arc::new(Mutex::new(Simulator::new(scenario))));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = format!("http://{}", listener.local_addr().unwrap());
        let service = Arc::clone(&simulator);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (config, service) = (Arc::clone(&config), Arc::clone(&service));
                std::thread::spawn(move || tunnel(client, config, &service));
            }
        });
        Self { simulator, proxy, certificate: made.cert.pem() }
    }

    fn calls(&self, operation: &str) -> u64 {
        self.simulator.lock().unwrap().call_counts().get(operation).copied().unwrap_or_default()
    }
}

/// A tunnel that somebody asked a proxy for, and the service at its end.
fn tunnel(mut client: TcpStream, config: Arc<ServerConfig>, service: &Mutex<Simulator>) -> Option<()> {
    message(&mut client).filter(|head| head.starts_with(b"CONNECT "))?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
    let mut stream = StreamOwned::new(ServerConnection::new(config).ok()?, client);
    loop {
        let request = read(&message(&mut stream)?);
        let now = Time::EPOCH.plus(SystemTime::now().duration_since(UNIX_EPOCH).unwrap());
        let Arrival::Reply(reply) = service.lock().unwrap().handle(now, &request).what else { return None };
        let mut head = format!("HTTP/1.1 {} -\r\ncontent-length: {}\r\n", reply.status, reply.body.len());
        for (name, value) in reply.headers.iter().filter(|(name, _)| name != "content-length") {
            head.extend([name, ": ", value.as_str(), "\r\n"]);
        }
        stream.write_all(&[head.as_bytes(), b"\r\n", &reply.body].concat()).ok()?;
        stream.flush().ok()?;
    }
}

fn read(message: &[u8]) -> HttpRequest {
    let end = message.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&message[..end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap().split(' ').map(str::to_owned);
    let (method, target) = (first.next().unwrap(), first.next().unwrap());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let headers = lines.filter_map(|line| line.split_once(": "));
    HttpRequest {
        method: method.into(),
        path: path.to_owned().into(),
        query: query.to_owned(),
        headers: headers.map(|(name, value)| (Cow::Owned(name.to_lowercase()), value.to_owned())).collect(),
        body: message[end + 4..].to_vec(),
    }
}

/// The binary on a terminal of its own, as the process that a person's Ctrl-C reaches.
struct Terminal {
    process: Child,
    shown: mpsc::Receiver<Vec<u8>>,
    text: String,
}

/// What a terminal with a program on it does: standard input is the keyboard, standard output the screen.
const TERMINAL: &str = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

impl Terminal {
    fn open(place: &Place, region: &Region, arguments: &[&str]) -> Self {
        let mut process = Command::new("python3")
            .args(["-c", TERMINAL, env!("CARGO_BIN_EXE_consnap")])
            .args(arguments)
            .args(["--ca-file", place.file("ca.pem", &region.certificate).to_str().unwrap()])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", place.folder.path())
            .env("HTTPS_PROXY", &region.proxy)
            .env("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
            .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid")
            .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret")
            .current_dir(place.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut screen = process.stdout.take().unwrap();
        let (seen, shown) = mpsc::channel();
        std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(count) = screen.read(&mut chunk) {
                if count == 0 || seen.send(chunk[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { process, shown, text: String::new() }
    }

    /// Waits until the screen shows something.
    fn wait_for(&mut self, words: &str) {
        while !self.text.contains(words) {
            let chunk = self.shown.recv_timeout(Duration::from_mins(1));
            let chunk = chunk.unwrap_or_else(|error| panic!("`{words}` is not shown ({error}): {}", self.text));
            self.text.push_str(&String::from_utf8_lossy(&chunk));
        }
    }

    fn press(&mut self, keys: &[u8]) {
        let keyboard = self.process.stdin.as_mut().unwrap();
        keyboard.write_all(keys).unwrap();
        keyboard.flush().unwrap();
    }

    /// Exit status and screen, once the program has left.
    fn left(mut self) -> (Option<i32>, String) {
        while let Ok(chunk) = self.shown.recv_timeout(Duration::from_mins(1)) {
            self.text.push_str(&String::from_utf8_lossy(&chunk));
        }
        (self.process.wait().unwrap().code(), std::mem::take(&mut self.text))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Ctrl-C at the question leaves at once, as a no does; nothing is started and no record of a run stays.
#[test]
fn an_interrupt_at_the_question_starts_nothing_and_leaves_no_record() {
    if Command::new("python3").args(["-c", "import pty"]).output().is_err() {
        return super::skipped::skipped("python3 is not installed: it plays the terminal");
    }
    for keys in [&b"\x03"[..], b"n\n"] {
        let mut scenario = Scenario::empty();
        scenario.instances.push(InstanceSpec {
            id: "i-bp1linux000000000001".to_owned(),
            role: Some("AppSnapshotRoleName".to_owned()),
            ..InstanceSpec::default()
        });
        let (place, region) = (Place::new(), Region::start(scenario));
        place.file("job.yaml", JOB);
        let mut terminal = Terminal::open(&place, &region, &["run", "job.yaml"]);
        terminal.wait_for("start? [y/N]");
        terminal.press(keys);
        let (exit, screen) = terminal.left();
        assert_eq!(exit, Some(2), "{screen}");
        assert!(screen.contains("nothing was started"), "{screen}");
        assert!(region.calls("DescribeInstances") > 0, "the plan was made");
        assert_eq!(region.calls("RunCommand"), 0, "{screen}");
        let history = Done::of(place.command(&["history", "--format", "json"]).output().unwrap());
        assert_eq!(history.json(), serde_json::json!([]), "{}", history.out);
        assert!(!place.folder.path().join(".local/state/consnap").read_dir().is_ok_and(|mut runs| runs.any(|_| true)));
    }
}
