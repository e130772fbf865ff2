//! Reads a scenario: never fails, names the place of everything it cannot use.

use std::collections::BTreeSet;

use consnap_core::Finding;
use consnap_core::diagnostics::messages::{errors, parameters};
use consnap_core::ecs::api::Operation;
use consnap_core::input::document::{Null, clean};
use serde_json::{Value, json};

use super::shape::KEYS;
use super::{ApiFault, Fleet, Scenario};

impl Scenario {
    /// Reads a scenario document. What is left out keeps its usual value; without `instances` and `fleets` there are none.
    /// What cannot be used is a finding; with a finding that blocks, the scenario is not what its author meant.
    pub fn read(document: &Value) -> (Self, Vec<Finding>) {
        let (kept, mut findings) = clean(document, KEYS, Null::Advice);
        let mut whole = serde_json::to_value(Self::empty()).unwrap_or_else(|_| json!({}));
        if let (Some(Value::Object(kept)), Some(whole)) = (kept, whole.as_object_mut()) {
            whole.extend(kept);
        }
        let scenario = serde_json::from_value(whole).unwrap_or_else(|error| {
            findings.push(Finding::new(&parameters::UNREADABLE, "").with("detail", error.to_string()));
            Self::empty()
        });
        scenario.judge(&mut findings);
        (scenario, findings)
    }

    /// What types cannot say.
    fn judge(&self, findings: &mut Vec<Finding>) {
        if self.access_keys.is_empty() {
            findings.push(Finding::new(&errors::SCENARIO_NO_KEY, "/access_keys"));
        }
        self.judge_instances(findings);
        for (position, fault) in self.api_faults.iter().enumerate() {
            let place = format!("/api_faults/{position}");
            if let Some(operation) = &fault.operation {
                judge_operation(operation, format!("{place}/operation"), findings);
            }
            if let Some(instance) = &fault.instance {
                self.judge_pattern(instance, format!("{place}/instance"), findings);
            }
            judge_effects(fault, place, findings);
        }
        for (position, fault) in self.guest_faults.iter().enumerate() {
            for (at, instance) in fault.instances.iter().enumerate() {
                self.judge_pattern(instance, format!("/guest_faults/{position}/instances/{at}"), findings);
            }
        }
        for (position, group) in self.groups.iter().enumerate() {
            self.judge_pattern(&group.instance, format!("/groups/{position}/instance"), findings);
        }
        for name in self.rate_limits.keys().filter(|name| *name != "*") {
            judge_operation(name, format!("/rate_limits/{name}"), findings);
        }
        for (position, key) in self.access_keys.iter().enumerate() {
            for (at, name) in key.refused_operations.iter().enumerate() {
                judge_operation(name, format!("/access_keys/{position}/refused_operations/{at}"), findings);
            }
        }
        for (position, role) in self.roles.iter().enumerate() {
            for (at, name) in role.refused_operations.iter().enumerate() {
                judge_operation(name, format!("/roles/{position}/refused_operations/{at}"), findings);
            }
        }
        self.judge_role(self.own_machine.role.as_deref(), "/own_machine/role".to_owned(), findings);
    }

    fn judge_instances(&self, findings: &mut Vec<Finding>) {
        let mut seen = BTreeSet::new();
        for (position, spec) in self.instances.iter().enumerate() {
            let place = format!("/instances/{position}");
            if spec.id.is_empty() {
                findings.push(Finding::new(&parameters::MISSING_KEY, place.clone()).with("key", "id"));
            } else if !seen.insert(spec.id.as_str()) {
                let finding = Finding::new(&errors::SCENARIO_INSTANCE_TWICE, format!("{place}/id"));
                findings.push(finding.with("instance", spec.id.clone()));
            }
            self.judge_role(spec.role.as_deref(), format!("{place}/role"), findings);
        }
        for (position, fleet) in self.fleets.iter().enumerate() {
            let role = fleet.template.role.as_deref();
            self.judge_role(role, format!("/fleets/{position}/template/role"), findings);
        }
    }

    fn judge_role(&self, role: Option<&str>, place: String, findings: &mut Vec<Finding>) {
        if let Some(role) = role
            && !self.roles.iter().any(|known| known.name == role)
        {
            findings.push(Finding::new(&errors::SCENARIO_UNKNOWN_ROLE, place).with("role", role));
        }
    }

    /// A pattern that means no instance is most likely misspelled.
    fn judge_pattern(&self, pattern: &str, place: String, findings: &mut Vec<Finding>) {
        let beginning = pattern.strip_suffix('*');
        let means = |id: &str| beginning.map_or(id == pattern, |beginning| id.starts_with(beginning));
        let in_fleet = |fleet: &Fleet| fleet.has(beginning.unwrap_or(pattern), beginning.is_some());
        if !self.instances.iter().any(|spec| means(&spec.id)) && !self.fleets.iter().any(in_fleet) {
            findings.push(Finding::new(&errors::SCENARIO_UNKNOWN_INSTANCE, place).with("instance", pattern));
        }
    }
}

fn judge_operation(name: &str, place: String, findings: &mut Vec<Finding>) {
    if Operation::ALL.iter().any(|operation| operation.name() == name) {
        return;
    }
    let known = Operation::ALL.map(|operation| format!("`{}`", operation.name())).join(", ");
    findings.push(Finding::new(&errors::SCENARIO_OPERATION, place).with("operation", name).with("known", known));
}

/// A fault does one thing; late and something else is one thing too, and so is an error page.
fn judge_effects(fault: &ApiFault, place: String, findings: &mut Vec<Finding>) {
    let effects: Vec<&str> = [
        ("throttle", fault.throttle.is_some()),
        ("error", fault.error.is_some()),
        ("connection_closed", fault.connection_closed.is_some()),
        ("silence", fault.silence.is_some()),
        ("listing", fault.listing.is_some()),
        ("results", fault.results.is_some()),
        ("html", fault.html.is_some() && fault.error.is_none()),
    ]
    .into_iter()
    .filter_map(|(name, given)| given.then_some(name))
    .collect();
    let quoted = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if effects.len() > 1 {
        let finding = Finding::new(&errors::SCENARIO_EFFECTS, place);
        findings.push(finding.with("effects", quoted(&effects)));
    } else if effects.is_empty() && fault.latency_millis.is_none() {
        let known =
            ["latency_millis", "throttle", "error", "connection_closed", "silence", "listing", "results", "html"];
        findings.push(Finding::new(&errors::SCENARIO_EFFECT, place).with("known", quoted(&known)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use consnap_core::Severity;

    fn codes(document: &Value) -> Vec<(String, String)> {
        let (_, findings) = Scenario::read(document);
        findings.iter().map(|finding| (finding.code().to_owned(), finding.place.clone().into_owned())).collect()
    }

    #[test]
    fn a_scenario_reads_back_as_it_was_written() {
        for scenario in [Scenario::default(), Scenario::empty(), super::super::demo_scenario()] {
            let document = serde_json::to_value(&scenario).unwrap();
            let (again, findings) = Scenario::read(&document);
            assert_eq!(findings, vec![]);
            assert_eq!(again, scenario);
        }
    }

    #[test]
    fn little_is_enough() {
        let (scenario, findings) = Scenario::read(&json!({"instances": [{"id": "i-bp1a"}]}));
        assert_eq!(findings, vec![]);
        assert_eq!(scenario.instances[0].status, "Running");
        assert_eq!(scenario.access_keys[0].id, "testid");
    }

    #[test]
    fn findings_name_their_place() {
        for (document, code, place) in [
            (json!({"instanses": []}), "CS102", "/instanses"),
            (json!({"time_scale": 0}), "CS133", "/time_scale"),
            (json!({"time_scale": "fast"}), "CS103", "/time_scale"),
            (json!({"version": 2}), "CS133", "/version"),
            (json!({"instances": [{"id": "i-a"}, {"name": "x"}]}), "CS104", "/instances/1"),
            (json!({"instances": [{"id": "i-a"}, {"id": "i-a"}]}), "CE503", "/instances/1/id"),
            (
                json!({"instances": [{"id": "i-a", "disks": [{"size_gib": "big"}]}]}),
                "CS103",
                "/instances/0/disks/0/size_gib",
            ),
            (
                json!({"instances": [{"id": "i-a", "guest": {"language": "fr"}}]}),
                "CS105",
                "/instances/0/guest/language",
            ),
            (json!({"instances": [{"id": "i-a", "role": "R"}]}), "CE508", "/instances/0/role"),
            (json!({"fleets": [{"count": 2, "template": {"role": "R"}}]}), "CE508", "/fleets/0/template/role"),
            (json!({"api_faults": [{"operation": "RunComand", "html": "x"}]}), "CE504", "/api_faults/0/operation"),
            (json!({"api_faults": [{"probability": 1.5, "html": "x"}]}), "CS133", "/api_faults/0/probability"),
            (json!({"api_faults": [{"nth": 1}]}), "CE505", "/api_faults/0"),
            (json!({"api_faults": [{"html": "x", "silence": "after_effect"}]}), "CE506", "/api_faults/0"),
            (
                json!({"guest_faults": [{"instances": ["i-b*"], "exit_code": 12}]}),
                "CE507",
                "/guest_faults/0/instances/0",
            ),
            (json!({"rate_limits": {"DescribeMoon": {"calls": 1}}}), "CE504", "/rate_limits/DescribeMoon"),
            (json!({"rate_limits": {"*": {"calls": 0}}}), "CS133", "/rate_limits/*/calls"),
            (json!({"access_keys": []}), "CE509", "/access_keys"),
        ] {
            assert_eq!(codes(&document), [(code.to_owned(), place.to_owned())], "{document}");
        }
        assert_eq!(
            codes(
                &json!({"fleets": [{"id_prefix": "i-bp1web"}], "guest_faults": [{"instances": ["i-bp1web00000000000001", "i-bp1*"]}]})
            ),
            []
        );
        for nobody in ["i-bp1web00000000000002", "i-bp1web1", "i-bp1web00000000000001x", "i-bp1web1*", "i-bp2*"] {
            let document = json!({"fleets": [{"id_prefix": "i-bp1web"}], "guest_faults": [{"instances": [nobody], "offline": true}]});
            assert_eq!(codes(&document), [("CE507".to_owned(), "/guest_faults/0/instances/0".to_owned())], "{nobody}");
        }
    }

    #[test]
    fn a_fault_for_nobody_blocks() {
        let (_, findings) = Scenario::read(&json!({"guest_faults": [{"instances": ["i-b"], "offline": true}]}));
        assert_eq!(findings.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [Severity::Error]);
    }

    #[test]
    fn no_document_is_a_finding() {
        for document in [json!(null), json!([]), json!("x"), json!(3)] {
            assert_eq!(codes(&document).len(), 1, "{document}");
        }
    }
}
