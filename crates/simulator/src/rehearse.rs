//! Operation `simulate`: a job against a scenario, in memory and in virtual time. Hours pass in milliseconds.

use consnap_core::check::{CheckContext, Checker};
use consnap_core::diagnostics::error::{Error, ErrorKind};
use consnap_core::diagnostics::finding::RenderedFinding;
use consnap_core::ecs::credentials::{Credential, Secret};
use consnap_core::input::job;
use consnap_core::report::{Report, TimelineSpan, timeline};
use consnap_core::run::session::{Goal, Numbered, Session, Setup};
use consnap_core::{Finding, Lang, Time};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Ended, InstanceTruth, MemoryDriver, Onward, Scenario, Simulator};

/// The name of the operation.
pub const NAME: &str = "simulate";

/// The largest scenario a rehearsal takes.
const MOST_INSTANCES: u32 = 10_000;

/// A job and what it meets.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SimulateInput {
    /// The job document.
    pub job: Value,
    /// The scenario: instances and faults. The small one of `consnap simulate` without it.
    #[serde(default)]
    pub scenario: Option<Value>,
    /// When the run begins.
    pub now: Time,
    /// The run's id, 8 characters.
    #[serde(default)]
    pub run_id: Option<String>,
    /// The language of words.
    #[serde(default)]
    pub lang: Lang,
}

/// What would happen.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SimulateOutput {
    /// Every event of the run, in order.
    pub events: Vec<Value>,
    /// The same in plain words, phase by phase.
    pub timeline: Vec<TimelineSpan>,
    /// The report as the run would give it.
    pub report: Value,
    /// What really happened in the simulated guests, known here only.
    pub truth: Vec<Value>,
    /// `done`; `refused` for a job that `check` refuses, of which nothing was started; or `stuck` for a defect of consnap.
    pub ended: &'static str,
    /// When the run ended.
    pub ended_at: Time,
    /// About job and scenario.
    pub findings: Vec<RenderedFinding>,
}

/// Carries out `simulate` on a JSON object, as `consnap_core::operations::run` does its operations.
///
/// # Errors
///
/// `CE102` for an input or a scenario that cannot be read.
pub fn run(input: Value) -> Result<Value, Error> {
    let input = SimulateInput::deserialize(input).map_err(|error| unreadable(&error.to_string()))?;
    serde_json::to_value(simulate(&input)?).map_err(|error| unreadable(&error.to_string()))
}

/// The JSON Schemas of the operation: `{input, output}`, as `consnap_core::operations::schema` gives those of its own.
#[cfg(feature = "schema")]
pub fn schema() -> Value {
    let output = schemars::generate::SchemaSettings::draft2020_12().for_serialize().into_generator();
    json!({
        "operation": NAME,
        "input": schemars::schema_for!(SimulateInput),
        "output": output.into_root_schema_for::<SimulateOutput>(),
    })
}

/// Plays a job against a scenario.
///
/// # Errors
///
/// `CE102` for a scenario that cannot be read or is too large.
pub fn simulate(input: &SimulateInput) -> Result<SimulateOutput, Error> {
    let scenario = match &input.scenario {
        None | Some(Value::Null) => Scenario::default(),
        Some(given) => Scenario::deserialize(given).map_err(|error| unreadable(&format!("`scenario`: {error}")))?,
    };
    let fleet = scenario.fleets.iter().fold(0u32, |sum, fleet| sum.saturating_add(fleet.count));
    if fleet > MOST_INSTANCES {
        return Err(unreadable(&format!("`scenario`: more than {MOST_INSTANCES} instances")));
    }
    let (job, mut findings) = job::read(&input.job);
    let reading_findings = findings.clone();
    let context = CheckContext { as_of: None, now: Some(input.now) };
    for finding in Checker::new(&job, &context).job_findings(None) {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    let refused = findings.iter().any(Finding::blocks);
    let key = scenario.access_keys.first().cloned().unwrap_or_default();
    let credential = Credential {
        access_key_id: key.id,
        access_key_secret: Secret::new(key.secret),
        security_token: key.security_token.map(Secret::new),
        expires_at: None,
        source: "scenario".to_owned(),
    };
    let run_id = input.run_id.clone().unwrap_or_else(|| "rehearse".to_owned());
    let mut setup = Setup::new(job, run_id, scenario.seed, Goal::Run);
    setup.reading_findings = reading_findings;
    let mut session = Session::new(setup, input.now);
    let mut simulator = Simulator::new(scenario);
    let mut driver = MemoryDriver::new(input.now, credential);
    let mut events = Vec::new();
    let ended = driver.run(&mut session, &mut simulator, |new| {
        events.extend_from_slice(new);
        Onward::Go
    });
    let as_json = |event: &Numbered| {
        let mut value = serde_json::to_value(event).unwrap_or_default();
        in_words(&mut value, input.lang);
        value
    };
    let report = Report::of(session.state(), session.error(), session.calls_sent(), input.lang);
    Ok(SimulateOutput {
        events: events.iter().map(as_json).collect(),
        timeline: timeline(&events, input.lang),
        report: serde_json::to_value(report).unwrap_or_default(),
        truth: simulator.truth_at(driver.now).iter().map(truth).collect(),
        ended: match ended {
            Ended::Stuck => "stuck",
            _ if refused => "refused",
            _ => "done",
        },
        ended_at: driver.now,
        findings: findings.iter().map(|finding| finding.render(input.lang)).collect(),
    })
}

/// Findings of an event in words: the journal keeps codes and values only.
fn in_words(event: &mut Value, lang: Lang) {
    let Some(members) = event.as_object_mut() else { return };
    for key in ["why", "set_aside"] {
        let Some(member) = members.get_mut(key).filter(|member| member.get("code").is_some()) else { continue };
        if let Ok(finding) = Finding::deserialize(&*member) {
            *member = json!(finding.render(lang));
        }
    }
}

fn truth(truth: &InstanceTruth) -> Value {
    serde_json::to_value(truth).unwrap_or_default()
}

fn unreadable(reason: &str) -> Error {
    Error::new(ErrorKind::Input, &consnap_core::diagnostics::messages::errors::UNREADABLE_INPUT)
        .with("operation", NAME)
        .with("reason", reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_check_refuses_starts_nothing() {
        let job = json!({"version": 1, "targets": {"ids": ["i-bp1linux000000000001"]}, "regions": ["cn-hangzhou"],
            "instance_ram_role": "AppSnapshotRoleName", "group_name": "n-{run}",
            "linux": {"pre_script_path": "/tmp/prescript.sh", "post_script_path": "/tmp/postscript.sh"},
            "run": {"attach_role": "if_missing"}});
        let wrong = [
            ("/foo", json!(1)),
            ("/linux/foo", json!(1)),
            ("/linux/script_timeout_seconds", json!("60s")),
            ("/linux/pre_script_path", json!("x/pre.sh")),
            ("/accept", json!(5)),
            ("/targets", json!({})),
            ("/group_name", json!("")),
        ];
        for (place, value) in wrong {
            let mut job = job.clone();
            let (parent, key) = place.rsplit_once('/').unwrap();
            job.pointer_mut(parent).unwrap()[key] = value;
            let output = run(json!({"job": job, "now": "2027-01-31T02:00:00Z"})).unwrap();
            assert_eq!(output["ended"], "refused", "{place}");
            // Nothing was sent.
            assert_eq!(output["report"]["exit_status"], 2, "{place}: {:#}", output["report"]);
            assert_eq!(output["report"]["instances"], json!([]), "{place}");
            let blocks = |finding: &&Value| finding["severity"] == "error" && finding.get("accepted").is_none();
            assert!(output["findings"].as_array().unwrap().iter().any(|finding| blocks(&finding)), "{place}");
        }
    }

    #[test]
    fn a_job_is_played_to_its_end() {
        let output = run(json!({
            "job": {"version": 1, "targets": {"ids": ["i-bp1linux000000000001"]}, "regions": ["cn-hangzhou"],
                "instance_ram_role": "AppSnapshotRoleName", "group_name": "n-{run}",
                "linux": {"pre_script_path": "/tmp/prescript.sh", "post_script_path": "/tmp/postscript.sh"},
                "run": {"attach_role": "if_missing"}},
            "now": "2027-01-31T02:00:00Z",
        }))
        .unwrap();
        assert_eq!(output["ended"], "done");
        assert!(output["events"].as_array().unwrap().len() > 5, "{output:#}");
        assert_eq!(output["report"]["instances"].as_array().unwrap().len(), 1, "{:#}", output["report"]);
        let phases: Vec<_> =
            output["timeline"].as_array().unwrap().iter().map(|stretch| stretch["phase"].as_str().unwrap()).collect();
        assert_eq!((phases.first(), phases.last()), (Some(&"identity"), Some(&"ended")), "{phases:?}");
        assert!(run(json!({"job": {}, "now": "2027-01-31T02:00:00Z", "scenario": {"nothing": 1}})).is_err());
    }
}
