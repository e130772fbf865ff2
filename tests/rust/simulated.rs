//! Calls to the simulator in process and in virtual time, signed like real ones.

use consnap_core::Time;
use consnap_core::base::http::{HttpReply, HttpRequest};
use consnap_core::ecs::api::{ApiCall, Operation};
use consnap_core::ecs::credentials::{Credential, Secret};
use consnap_core::ecs::sign::{SignatureVersion, sign_call};
use consnap_simulator::{Answer, Arrival, Scenario, Service, Simulator};
use serde_json::Value;

/// The sample command of the vendor's document for Linux.
pub const LINUX_COMMAND: &str = "acs-plugin-manager --exec --plugin app-snapshot-plugin --params=-RamRoleName=\"AppSnapshotRoleName\",-InstantAccess=true,-EnableFsFreeze=true,-TimeoutInSeconds=30,-PreScriptPath=\"/tmp/prescript.sh\",-PostScriptPath=\"/tmp/postscript.sh\",-InstantAccessRentationDays=1,-ExcludeDiskId=\"\",-Name=\"LinuxApp1\"";

/// The sample command of the vendor's document for Windows.
pub const WINDOWS_COMMAND: &str = "acs-plugin-manager --exec --plugin app-snapshot-plugin-win --params=-RamRoleName=\"AppSnapshotRoleName\",-InstantAccess=true,-EnableWriters=true,-Description=\"AppSnapshot\",-InstantAccessRentationDays=1,-ExcludeDiskId=\"\",-Name=\"APPSnapshot-1\"";

/// A client with a clock of its own.
pub struct Api {
    /// The service.
    pub simulator: Simulator,
    /// The clock, in milliseconds after [`Api::START`].
    pub millis: i64,
    /// Who signs.
    pub credential: Credential,
    /// How.
    pub version: SignatureVersion,
    nonces: u64,
}

impl Api {
    /// When the clock starts: 2026-03-04T05:06:07Z.
    pub const START: i64 = 1_772_600_767_000;

    /// A client of a scenario.
    pub fn new(scenario: Scenario) -> Self {
        Self {
            simulator: Simulator::new(scenario),
            millis: 0,
            credential: credential("testid", "testsecret"),
            version: SignatureVersion::V3,
            nonces: 0,
        }
    }

    /// The client's clock.
    pub fn now(&self) -> Time {
        Time::from_millis(Self::START + self.millis)
    }

    /// Lets time pass.
    pub fn wait(&mut self, seconds: i64) {
        self.millis += seconds * 1000;
    }

    /// Signs a call.
    pub fn request(&mut self, operation: Operation, parameters: &[(&str, &str)]) -> HttpRequest {
        self.nonces += 1;
        let mut call = ApiCall { operation, region: "cn-hangzhou".to_owned(), parameters: Vec::new() };
        if operation != Operation::GetCallerIdentity && !parameters.iter().any(|(name, _)| *name == "RegionId") {
            call.parameters.push(("RegionId".into(), "cn-hangzhou".to_owned()));
        }
        call.parameters.extend(parameters.iter().map(|(name, value)| ((*name).to_owned().into(), (*value).to_owned())));
        let nonce = format!("nonce-{}", self.nonces);
        sign_call(&call, "ecs.cn-hangzhou.aliyuncs.com", &self.credential, self.now(), &nonce, self.version)
    }

    /// Sends a call as it is.
    pub fn send(&mut self, request: &HttpRequest) -> Answer {
        let now = self.now();
        self.simulator.handle(now, request)
    }

    /// Calls and gives the reply.
    pub fn reply(&mut self, operation: Operation, parameters: &[(&str, &str)]) -> HttpReply {
        let request = self.request(operation, parameters);
        match self.send(&request).what {
            Arrival::Reply(reply) => reply,
            other => panic!("{}: {other:?}", operation.name()),
        }
    }

    /// Calls and gives the body of a good reply.
    pub fn ok(&mut self, operation: Operation, parameters: &[(&str, &str)]) -> Value {
        let reply = self.reply(operation, parameters);
        let body: Value = serde_json::from_slice(&reply.body).expect("a JSON body");
        assert_eq!(reply.status, 200, "{}: {body}", operation.name());
        body
    }

    /// Calls and gives status and code of an error.
    pub fn refused(&mut self, operation: Operation, parameters: &[(&str, &str)]) -> (u16, String) {
        let reply = self.reply(operation, parameters);
        let body: Value = serde_json::from_slice(&reply.body).expect("a JSON body");
        assert_ne!(reply.status, 200, "{}: {body}", operation.name());
        (reply.status, body["Code"].as_str().expect("a code").to_owned())
    }

    /// Runs a command on instances and gives the invocation's id.
    pub fn run(&mut self, kind: &str, command: &str, timeout: &str, instances: &[&str]) -> String {
        let names: Vec<String> = (1..=instances.len()).map(|number| format!("InstanceId.{number}")).collect();
        let mut parameters = vec![("Type", kind), ("CommandContent", command), ("Timeout", timeout)];
        parameters.extend(names.iter().map(String::as_str).zip(instances.iter().copied()));
        let body = self.ok(Operation::RunCommand, &parameters);
        body["InvokeId"].as_str().expect("an id").to_owned()
    }

    /// The results of an invocation, with plain output.
    pub fn results(&mut self, invoke_id: &str) -> Vec<Value> {
        let body = self.ok(
            Operation::DescribeInvocationResults,
            &[("InvokeId", invoke_id), ("ContentEncoding", "PlainText"), ("MaxResults", "50")],
        );
        list(&body, "/Invocation/InvocationResults/InvocationResult")
    }

    /// The only result of an invocation.
    pub fn result(&mut self, invoke_id: &str) -> Value {
        let mut results = self.results(invoke_id);
        assert_eq!(results.len(), 1, "{results:?}");
        results.remove(0)
    }

    /// The groups of an instance.
    pub fn groups(&mut self, instance: &str) -> Vec<Value> {
        let body = self.ok(Operation::DescribeSnapshotGroups, &[("InstanceId", instance), ("MaxResults", "100")]);
        list(&body, "/SnapshotGroups/SnapshotGroup")
    }

    /// The snapshots of an instance.
    pub fn snapshots(&mut self, instance: &str) -> Vec<Value> {
        let body = self.ok(Operation::DescribeSnapshots, &[("InstanceId", instance), ("MaxResults", "100")]);
        list(&body, "/Snapshots/Snapshot")
    }
}

/// A key without a token.
pub fn credential(id: &str, secret: &str) -> Credential {
    Credential {
        access_key_id: id.to_owned(),
        access_key_secret: Secret::new(secret),
        security_token: None,
        expires_at: None,
        source: "test".to_owned(),
    }
}

/// The list at a place of a body.
pub fn list(body: &Value, place: &str) -> Vec<Value> {
    body.pointer(place).and_then(Value::as_array).unwrap_or_else(|| panic!("no list at {place} in {body}")).clone()
}

/// Keys of the tags of a snapshot as `DescribeSnapshots` gives them, without the service's own.
pub fn tag_keys(snapshot: &Value) -> Vec<String> {
    list(snapshot, "/Tags/Tag").iter().map(|tag| tag["TagKey"].as_str().unwrap_or_default().to_owned()).collect()
}
