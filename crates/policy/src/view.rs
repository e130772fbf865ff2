//! What expressions see of a job, of the facts of an instance and of a plan.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use consnap_core::catalog::parameters::{self, ParameterKind};
use consnap_core::input::document::{Key, Shape};
use consnap_core::input::job::{self, Job};

/// The job with the defaults of consnap, and those of the plug-ins where it leaves a number or a switch out.
pub(super) fn job(job: &Job) -> Value {
    let mut view = serde_json::to_value(job).unwrap_or_default();
    fill(&mut view, job::KEYS);
    for row in parameters::ROWS {
        let (Some(default), Some((section, key))) = (row.default, section_and_key(row.key)) else { continue };
        let default = match row.kind {
            ParameterKind::Boolean => default.parse().ok().map(Value::Bool),
            ParameterKind::Integer => default.parse::<i64>().ok().map(Value::from),
            // A path the plug-in would look at is no path the job names.
            ParameterKind::Text => None,
        };
        let members = view.get_mut(section).and_then(Value::as_object_mut);
        if let (Some(default), Some(members)) = (default, members) {
            members.entry(key).or_insert(default);
        }
    }
    view
}

/// A list or mapping the job leaves out is empty, not unknown.
fn fill(view: &mut Value, keys: &'static [Key]) {
    let Some(members) = view.as_object_mut() else { return };
    for key in keys {
        match &key.shape {
            Shape::List(_) => {
                members.entry(key.name).or_insert_with(|| json!([]));
            }
            Shape::TextMap | Shape::Map(_) => {
                members.entry(key.name).or_insert_with(|| json!({}));
            }
            Shape::Object(inner) => {
                if let Some(member) = members.get_mut(key.name) {
                    fill(member, inner);
                }
            }
            _ => {}
        }
    }
}

/// `/linux/freeze_timeout_seconds` in its parts; members of the document itself have no default of weight.
fn section_and_key(pointer: &str) -> Option<(&str, &str)> {
    pointer.strip_prefix('/')?.split_once('/')
}

/// A plan as expressions see it.
#[derive(Clone, Debug, Default)]
pub(super) struct PlanView {
    /// Without any instance.
    pub(super) fleet: Option<Value>,
    /// By instance.
    pub(super) instances: BTreeMap<String, Value>,
}

impl PlanView {
    /// From a plan as `plan` gives it.
    pub(super) fn of(plan: &Value) -> Self {
        let list = |key: &str| plan.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let text = |of: &Value, key: &str| of.get(key).and_then(Value::as_str).map(str::to_owned);
        let mut regions: Vec<String> = Vec::new();
        let (mut longest, mut attached) = (0u64, 0usize);
        let mut commands: BTreeMap<&str, (Option<&Value>, Option<&Value>)> = BTreeMap::new();
        for call in list("calls") {
            regions.extend(text(call, "region").filter(|region| !regions.contains(region)));
            let ids = call.get("instances").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            if call.get("operation").and_then(Value::as_str) == Some("RunCommand") {
                longest = longest.max(call.get("timeout_seconds").and_then(Value::as_u64).unwrap_or(0));
                for id in ids.iter().filter_map(Value::as_str) {
                    commands.insert(id, (call.get("command"), call.get("timeout_seconds")));
                }
            } else {
                attached = attached.saturating_add(ids.len());
            }
        }
        let mut instances = BTreeMap::new();
        for planned in list("instances") {
            let Some(id) = text(planned, "instance_id") else { continue };
            let mut view = Map::new();
            for key in ["starts", "platform", "predicted_consistency", "expected_disks"] {
                view.extend(
                    planned.get(key).filter(|value| !value.is_null()).map(|value| (key.to_owned(), value.clone())),
                );
            }
            if let Some((command, timeout)) = commands.get(id.as_str()) {
                view.extend(command.map(|command| ("command".to_owned(), command.clone())));
                view.extend(timeout.map(|timeout| ("timeout_seconds".to_owned(), timeout.clone())));
            }
            let findings = planned.get("findings").and_then(Value::as_array).into_iter().flatten();
            let codes: Vec<Value> = findings.filter_map(|finding| finding.get("code").cloned()).collect();
            view.insert("findings".to_owned(), codes.into());
            instances.insert(id, Value::Object(view));
        }
        let mut fleet = json!({
            "instances": list("instances").len(), "regions": regions, "longest_timeout_seconds": longest,
            "roles_to_attach": attached,
        });
        if let Some(fleet) = fleet.as_object_mut() {
            for key in ["group_name", "account_id", "eligible", "set_aside"] {
                fleet.extend(
                    plan.get(key).filter(|value| !value.is_null()).map(|value| (key.to_owned(), value.clone())),
                );
            }
        }
        Self { fleet: plan.is_object().then_some(fleet), instances }
    }

    /// What is said of the whole, with what is said of one instance.
    pub(super) fn for_instance(&self, id: &str) -> Option<Value> {
        let mut view = self.fleet.clone()?;
        if let (Some(view), Some(instance)) = (view.as_object_mut(), self.instances.get(id)) {
            view.insert("instance".to_owned(), instance.clone());
        }
        Some(view)
    }
}
