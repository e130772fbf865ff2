//! Judges a policy: what it lacks, and what it allows without need.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::document::{self, Statement};
use super::pattern::{is_everything, is_wide, matches};
use super::{PolicyKind, Wanted};
use crate::catalog::ram::{self, ActionRow, Extra};
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::permissions as rows;

/// What came of a look at a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// What it was taken for.
    pub kind: PolicyKind,
    /// Actions it must allow and does not.
    pub missing: Vec<&'static str>,
    /// Actions of which the document alone does not tell: allowed or denied under conditions, or for some resources.
    pub unclear: Vec<&'static str>,
    /// What is wrong, or wider than needed.
    #[serde(skip)]
    pub findings: Vec<Finding>,
}

/// Judges a policy document. Without `kind` it is taken for what it looks like: one with a principal for a trust policy, one
/// that speaks of `ecs:RunCommand` for the operator's, any other for the instances' role.
///
/// What cannot be decided from the document alone (conditions, resources) is said and never counts as fine.
pub fn check(document: &Value, kind: Option<PolicyKind>, wanted: &Wanted) -> Judged {
    let mut findings = Vec::new();
    let statements = document::read(document, &mut findings);
    let kind = kind.unwrap_or_else(|| likely(statements.as_deref().unwrap_or_default()));
    let Some(statements) = statements else {
        return Judged {
            kind,
            missing: kind.actions(wanted).map(|row| row.action).collect(),
            unclear: Vec::new(),
            findings,
        };
    };
    if kind == PolicyKind::Trust {
        let missing = trust(&statements, &mut findings);
        let conditional = findings.iter().any(|finding| finding.row == &rows::ACTION_CONDITIONAL);
        let unclear = if conditional && missing.is_empty() { vec![ram::ASSUME_ROLE] } else { Vec::new() };
        return Judged { kind, missing, unclear, findings };
    }
    let (mut missing, mut unclear) = (Vec::new(), Vec::new());
    for row in kind.actions(wanted) {
        match allowed(row, &statements, wanted, &mut findings) {
            Some(true) => {}
            Some(false) => missing.push(row.action),
            None => unclear.push(row.action),
        }
    }
    width(kind, &statements, wanted, &mut findings);
    Judged { kind, missing, unclear, findings }
}

fn likely(statements: &[Statement]) -> PolicyKind {
    let says = |action: &str| {
        statements.iter().any(|statement| statement.actions.iter().any(|(pattern, _)| pattern == action))
    };
    if statements.iter().any(|statement| !statement.principals.is_empty()) {
        PolicyKind::Trust
    } else if says("ecs:RunCommand") {
        PolicyKind::Operator
    } else {
        PolicyKind::Instance
    }
}

/// Whether an action is allowed, `None` where the document alone does not tell; if not, or not for sure, the finding that
/// says why.
fn allowed(row: &ActionRow, statements: &[Statement], wanted: &Wanted, findings: &mut Vec<Finding>) -> Option<bool> {
    let action = row.action;
    let finding = |row: &'static crate::diagnostics::finding::MessageRow, place: &str| {
        Finding::new(row, place.to_owned()).with("action", action)
    };
    let speaks = |statement: &&Statement| {
        statement.actions.iter().any(|(pattern, _)| matches(pattern, action)) != statement.all_actions_but
    };
    let needed = wanted.worked_on(row.works_on);
    let mut doubt = None;
    for statement in statements.iter().filter(|statement| !statement.allows).filter(speaks) {
        match (statement.conditional, reach(statement, &needed)) {
            (_, Reach::Nothing | Reach::Others) => {}
            (false, Reach::Everything) => {
                findings.push(finding(&rows::ACTION_DENIED, &statement.place));
                return Some(false);
            }
            _ => {
                doubt.get_or_insert_with(|| finding(&rows::ACTION_PARTLY_DENIED, &statement.place));
            }
        }
    }
    let allowing: Vec<&Statement> = statements.iter().filter(|statement| statement.allows).filter(speaks).collect();
    // The widest of several statements counts, and what several allow together.
    let best = allowing
        .iter()
        .filter(|statement| reach(statement, &needed) != Reach::Nothing)
        .min_by_key(|statement| (statement.conditional, reach(statement, &needed) != Reach::Everything));
    let Some(best) = best else {
        findings.push(finding(&rows::ACTION_MISSING, ""));
        return Some(false);
    };
    let for_sure: Vec<&Statement> =
        allowing.iter().filter(|one| !one.conditional && !one.all_resources_but).copied().collect();
    let is_covered = |name: &String| {
        for_sure.iter().flat_map(|one| &one.resources).any(|resource| covers(resource, name) == Cover::Whole)
    };
    let all = needed.iter().all(is_covered);
    if !all && best.conditional {
        findings.push(finding(&rows::ACTION_CONDITIONAL, &best.place));
    } else if !all {
        let resources = best.resources.iter().map(|resource| format!("`{resource}`")).collect::<Vec<_>>().join(", ");
        findings.push(finding(&rows::ACTION_NARROWED, &best.place).with("resources", resources));
    }
    // What no statement speaks of is not allowed, whatever else is.
    let is_spoken_of = |name: &&String| {
        let mut resources = allowing.iter().flat_map(|one| &one.resources);
        allowing.iter().any(|one| one.all_resources_but) || resources.any(|one| covers(one, name) >= Cover::Perhaps)
    };
    let left_out: Vec<String> =
        needed.iter().filter(|name| !is_spoken_of(name)).map(|name| format!("`{name}`")).collect();
    if !left_out.is_empty() {
        findings.push(finding(&rows::ACTION_NOT_FOR, &best.place).with("resources", left_out.join(", ")));
        return Some(false);
    }
    let clear = all && doubt.is_none();
    findings.extend(doubt);
    clear.then_some(true)
}

#[derive(Copy, Clone, PartialEq, Eq)]
enum Reach {
    Everything,
    Some,
    /// Other resources of the same service.
    Others,
    Nothing,
}

/// How many of the resources that an action works on a statement speaks of.
fn reach(statement: &Statement, needed: &[String]) -> Reach {
    if statement.all_resources_but {
        return Reach::Some;
    }
    let of = |name: &String| {
        let covers = statement.resources.iter().map(|resource| covers(resource, name));
        covers.max().unwrap_or(Cover::Not)
    };
    match (needed.iter().map(of).min(), needed.iter().map(of).max()) {
        (Some(Cover::Whole), _) => Reach::Everything,
        (_, Some(Cover::Whole | Cover::Perhaps)) => Reach::Some,
        (_, Some(Cover::Other)) => Reach::Others,
        _ => Reach::Nothing,
    }
}

#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Cover {
    Not,
    /// Another resource of the same service.
    Other,
    Perhaps,
    Whole,
}

/// Whether a resource of a policy covers one that an action works on: `acs:ecs:*:*:instance/i-a`, of whatever region and account;
/// `acs:ecs:*:*:*` where it works on anything.
fn covers(resource: &str, name: &str) -> Cover {
    if resource == "*" {
        return Cover::Whole;
    }
    let mut pattern = resource.splitn(5, ':');
    let mut wanted = name.splitn(5, ':').skip(1);
    let (service, what) = (wanted.next().unwrap_or_default(), wanted.nth(2).unwrap_or_default());
    let is_of_service = pattern.next().is_some_and(|part| matches(part, "acs"))
        && pattern.next().is_some_and(|part| matches(part, service));
    if !is_of_service {
        return Cover::Not;
    }
    let everywhere = pattern.next() == Some("*") || service == "ram";
    let of_account = pattern.next().is_some_and(|part| part == "*" || part.bytes().all(|byte| byte.is_ascii_digit()));
    let Some(tail) = pattern.next() else { return Cover::Not };
    let is_whole = matches(tail, what);
    // One whose ids are not known: what speaks of its kind may speak of it.
    let kind = |text: &str| text.split('/').next().unwrap_or_default().to_owned();
    let is_open =
        what == "*" || what.ends_with("/*") && (kind(tail) == kind(what) || matches(&kind(tail), &kind(what)));
    match (is_whole, everywhere && of_account) {
        (true, true) => Cover::Whole,
        (true, false) => Cover::Perhaps,
        (false, _) if is_open => Cover::Perhaps,
        (false, _) => Cover::Other,
    }
}

/// What a policy allows without need.
fn width(kind: PolicyKind, statements: &[Statement], wanted: &Wanted, findings: &mut Vec<Finding>) {
    // Whoever does more in one job may do so in the policy of all.
    let all = Wanted { extras: Extra::ALL.to_vec(), ..wanted.clone() };
    let needed: BTreeSet<&str> = kind.actions(&all).map(|row| row.action).collect();
    for statement in statements.iter().filter(|statement| statement.allows) {
        if statement.all_actions_but {
            findings.push(Finding::new(&rows::ALLOWS_ALL_BUT, format!("{}/NotAction", statement.place)));
            continue;
        }
        for (pattern, place) in &statement.actions {
            let finding = |row: &'static crate::diagnostics::finding::MessageRow| {
                Finding::new(row, place.clone()).with("action", pattern.clone())
            };
            if is_everything(pattern) {
                findings.push(finding(&rows::ALLOWS_EVERYTHING));
            } else if is_wide(pattern) {
                let covered: Vec<String> = needed
                    .iter()
                    .filter(|action| matches(pattern, action))
                    .map(|action| format!("`{action}`"))
                    .collect();
                findings.push(if covered.is_empty() {
                    finding(&rows::ACTION_NOT_NEEDED)
                } else {
                    finding(&rows::PATTERN_WIDER).with("needed", covered.join(", "))
                });
            } else if !needed.contains(pattern.as_str()) {
                findings.push(finding(&rows::ACTION_NOT_NEEDED));
            }
        }
        let passes = statement.actions.iter().any(|(pattern, _)| matches(pattern, ram::PASS_ROLE));
        let only_one =
            !statement.all_resources_but && statement.resources.iter().all(|resource| !resource.ends_with('*'));
        if passes && !only_one {
            let finding = Finding::new(&rows::PASSES_ANY_ROLE, statement.place.clone());
            findings.push(finding.with("role", wanted.role().to_owned()));
        }
    }
}

/// The trust policy: ECS, and nobody else.
fn trust(statements: &[Statement], findings: &mut Vec<Finding>) -> Vec<&'static str> {
    let mut trusted = false;
    for statement in statements {
        let assumes = statement.actions.iter().any(|(pattern, _)| matches(pattern, ram::ASSUME_ROLE))
            != statement.all_actions_but;
        if !assumes {
            continue;
        }
        for (kind, name, place) in &statement.principals {
            let is_ecs = kind == "Service" && name == ram::INSTANCE_TRUST;
            let everybody = name == "*";
            if !statement.allows {
                if is_ecs || everybody {
                    let finding = Finding::new(&rows::ACTION_DENIED, place.clone());
                    findings.push(finding.with("action", ram::ASSUME_ROLE));
                    return vec![ram::ASSUME_ROLE];
                }
            } else if everybody {
                findings.push(Finding::new(&rows::TRUSTS_EVERYBODY, place.clone()));
            } else if !is_ecs {
                let finding = Finding::new(&rows::TRUSTS_OTHERS, place.clone());
                findings.push(finding.with("principal", name.clone()));
            } else if statement.conditional {
                let finding = Finding::new(&rows::ACTION_CONDITIONAL, statement.place.clone());
                findings.push(finding.with("action", ram::ASSUME_ROLE));
                trusted = true;
            } else {
                trusted = true;
            }
        }
    }
    if trusted {
        return Vec::new();
    }
    findings.push(Finding::new(&rows::ECS_NOT_TRUSTED, ""));
    vec![ram::ASSUME_ROLE]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn codes(document: &Value, kind: Option<PolicyKind>) -> Vec<String> {
        let judged = check(document, kind, &Wanted::default());
        judged.findings.iter().map(|finding| format!("{} {}", finding.code(), finding.place)).collect()
    }

    fn one(effect: &str, actions: &Value, resource: &str) -> Value {
        json!({"Version": "1", "Statement": [{"Effect": effect, "Action": actions, "Resource": resource}]})
    }

    #[test]
    fn our_own_policies_are_complete_and_no_wider_than_needed() {
        for extras in [vec![], Extra::ALL.to_vec()] {
            let wanted = Wanted { extras, role: Some("r".to_owned()), ..Wanted::default() };
            for kind in [PolicyKind::Trust, PolicyKind::Instance, PolicyKind::Operator] {
                let judged = check(&super::super::policy(kind, &wanted), None, &wanted);
                assert_eq!((judged.kind, judged.missing, judged.findings), (kind, vec![], vec![]));
                assert_eq!(judged.unclear, Vec::<&str>::new());
            }
        }
    }

    /// The policy of the vendor's documents: docs/sources/feature.md 1.3.
    #[test]
    fn the_vendors_policy_is_enough_and_a_little_wide() {
        let vendors = json!({"Version": "1", "Statement": [{"Effect": "Allow",
            "Action": ["ecs:DescribeSnapshot*", "ecs:CreateSnapshot*", "ecs:TagResources", "ecs:DescribeDisks"],
            "Resource": ["*"], "Condition": {}}]});
        assert_eq!(codes(&vendors, None), ["CS707 /Statement/0/Action/0", "CS707 /Statement/0/Action/1"]);
        let judged = check(&vendors, Some(PolicyKind::Operator), &Wanted::default());
        assert!(judged.missing.contains(&"ecs:RunCommand") && !judged.missing.contains(&"ecs:DescribeDisks"));
    }

    #[test]
    fn a_deny_wins_and_what_is_conditional_is_not_fine() {
        let all = || json!({"Effect": "Allow", "Action": "ecs:*", "Resource": "*"});
        let with = |other: Value| json!({"Version": "1", "Statement": [all(), other]});
        let deny = json!({"Effect": "Deny", "Action": ["ecs:Tag*"], "Resource": "*"});
        assert_eq!(codes(&with(deny), None), ["CS703 /Statement/1", "CS706 /Statement/0/Action"]);
        let partly = json!({"Effect": "Deny", "Action": "ecs:TagResources", "Resource": "acs:ecs:*:*:disk/*"});
        assert_eq!(codes(&with(partly), None), ["CS712 /Statement/1", "CS706 /Statement/0/Action"]);
        let mut when = super::super::policy(PolicyKind::Instance, &Wanted::default());
        when["Statement"][0]["Condition"] = json!({"IpAddress": {"acs:SourceIp": "10.0.0.0/8"}});
        assert!(codes(&when, None).iter().all(|code| code == "CS704 /Statement/0"), "{:?}", codes(&when, None));
    }

    #[test]
    fn resources_narrow() {
        let narrow = one("Allow", &json!(["ecs:RunCommand"]), "acs:ecs:*:1234567890123456:instance/i-bp1");
        let found = codes(&narrow, None);
        assert!(found.contains(&"CS705 /Statement/0".to_owned()), "{found:?}");
        let elsewhere = one("Allow", &json!(["ecs:RunCommand"]), "acs:oss:*:*:*");
        let judged = check(&elsewhere, None, &Wanted::default());
        assert!(judged.missing.contains(&"ecs:RunCommand"));
        let account = one("Allow", &json!(["ecs:DescribeDisks"]), "acs:ecs:*:1234567890123456:*");
        let judged = check(&account, Some(PolicyKind::Instance), &Wanted::default());
        assert!(!judged.missing.contains(&"ecs:DescribeDisks"));
        assert!(judged.findings.iter().all(|finding| finding.code() == "CS702"));
    }

    #[test]
    fn what_was_not_evaluated_is_never_a_yes() {
        let all: Vec<&str> = PolicyKind::Instance.actions(&Wanted::default()).map(|row| row.action).collect();
        let unclear = |statements: Value| {
            let judged = check(&json!({"Version": "1", "Statement": statements}), None, &Wanted::default());
            assert_eq!(judged.missing, Vec::<&str>::new());
            judged.unclear
        };
        let allow = |resource: &str| json!({"Effect": "Allow", "Action": all, "Resource": resource});
        assert_eq!(unclear(json!([allow("*")])), Vec::<&str>::new());
        assert_eq!(unclear(json!([allow("acs:ecs:cn-hangzhou:1234567890123456:instance/*")])), all);
        let mut tagged = allow("acs:ecs:*:*:*");
        tagged["Condition"] = json!({"StringEquals": {"acs:ResourceTag/env": "prod"}});
        assert_eq!(unclear(json!([tagged])), all);
        let but = json!({"Effect": "Allow", "Action": all, "NotResource": "acs:ecs:*:*:disk/*"});
        assert_eq!(unclear(json!([but])), all);
        let deny = json!({"Effect": "Deny", "Action": "ecs:CreateSnapshot*", "Resource": "*",
            "Condition": {"NotIpAddress": {"acs:SourceIp": ["10.0.0.0/8"]}}});
        assert_eq!(unclear(json!([allow("*"), deny])), ["ecs:CreateSnapshotGroup"]);
    }

    #[test]
    fn passing_any_role_is_too_wide() {
        let wanted =
            Wanted { extras: vec![Extra::Attach, Extra::Upload], role: Some("r".to_owned()), ..Wanted::default() };
        let mut policy = super::super::policy(PolicyKind::Operator, &wanted);
        policy["Statement"][1]["Resource"] = json!("*");
        let judged = check(&policy, None, &wanted);
        let codes: Vec<_> = judged.findings.iter().map(Finding::code).collect();
        assert_eq!(codes, ["CS709"]);
        policy["Statement"][1]["Resource"] = json!("acs:ram:*:*:role/other");
        assert_eq!(check(&policy, None, &wanted).findings[0].code(), "CS705");
    }

    #[test]
    fn trust_is_for_ecs_alone() {
        let trust = |principal: Value| json!({"Version": "1", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}]});
        let kind = Some(PolicyKind::Trust);
        assert_eq!(codes(&trust(json!({"Service": "ecs.aliyuncs.com"})), kind), Vec::<String>::new());
        assert_eq!(
            codes(&trust(json!({"Service": ["oss.aliyuncs.com"]})), None),
            ["CS711 /Statement/0/Principal/Service/0", "CS710 "]
        );
        assert_eq!(
            codes(&trust(json!({"RAM": ["*"], "Service": ["ecs.aliyuncs.com"]})), kind),
            ["CS714 /Statement/0/Principal/RAM/0"]
        );
        assert_eq!(codes(&json!({"Version": "1", "Statement": []}), kind), ["CS710 "]);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for (document, code) in [
            (json!([]), "CS700"),
            (json!({"Statement": []}), "CS700"),
            (json!({"Version": "1"}), "CS700"),
            (json!({"Version": "1", "Statement": [1]}), "CS700"),
            (json!({"Version": "1", "Statement": [{"Effect": "allow"}]}), "CS700"),
            (json!({"Version": "1", "Statement": [{"Effect": "Allow", "Action": [1]}]}), "CS700"),
            (json!({"Version": "1", "Statement": [{"Effect": "Allow", "Actions": "x"}]}), "CS701"),
            (json!({"Version": "1", "Statement": {"Effect": "Allow", "NotAction": "x", "Resource": "*"}}), "CS713"),
            (one("Allow", &json!("ecs:StartInstance"), "*"), "CS708"),
        ] {
            let found = codes(&document, Some(PolicyKind::Instance));
            assert!(found.iter().any(|one| one.starts_with(code)), "{document}: {found:?}");
        }
    }
}
