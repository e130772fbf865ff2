//! Policies ready to judge by: their expressions read, typed and bounded once.

use std::collections::BTreeMap;

use serde_json::Value;

use super::bounds;
use super::document::{self, Adjustment, FreeCase, Placed, Policy, Waiver};
use super::engine::{Engine, Patterns, Unread, parse};
use super::scan::Refusal;
use super::tree::{Macro, Node};
use super::types::{FUNCTION_NAMES, VARIABLES};
use super::typing::{self, Typed};
use consnap_core::check::Severities;
use consnap_core::diagnostics::finding::{Finding, Severity};
use consnap_core::diagnostics::messages::policies as rows;
use consnap_core::input::document::{most_similar, quoted, shorten};

/// Policies of one or several documents, ready to judge by.
#[derive(Clone, Debug)]
pub struct PolicySet {
    pub(super) rules: Vec<Rule>,
    pub(super) waivers: Vec<Placed<(Waiver, Option<jiff::civil::Date>)>>,
    pub(super) cases: Vec<Placed<FreeCase>>,
    pub(super) patterns: Patterns,
    pub(super) engine: Engine,
    adjustments: Vec<Placed<Adjustment>>,
    severities: Severities,
}

/// A policy with its expressions.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) policy: Policy,
    pub(super) place: String,
    /// Whom it is for; everybody without it.
    pub(super) when: Option<Node>,
    pub(super) require: Node,
    pub(super) reads: PolicyReads,
    /// Parts of both expressions, which weigh a step.
    pub(super) size: u64,
}

/// What a policy reads, which says how often it is judged and what is needed for it.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyReads {
    /// It reads facts of an instance, or what the plan says of one: it is judged for each instance, and otherwise once.
    pub instance: bool,
    /// It reads the plan.
    pub plan: bool,
}

impl PolicySet {
    /// Reads a document, or a list of documents that are used together; their places then begin with their number. What is
    /// wrong with a document is a finding, and a policy with an expression that cannot be used is left out: judging by the
    /// rest would not be judging by what was asked for, so that an error here counts against success.
    pub fn read(documents: &Value) -> (Self, Vec<Finding>) {
        let mut findings = Vec::new();
        let mut set = Self {
            rules: Vec::new(),
            waivers: Vec::new(),
            cases: Vec::new(),
            patterns: Patterns::default(),
            engine: Engine::new(),
            adjustments: Vec::new(),
            severities: Severities::default(),
        };
        let mut known: Vec<String> = Vec::new();
        match documents {
            Value::Array(list) => {
                if list.is_empty() {
                    findings.push(Finding::new(&rows::NOTHING_IN_IT, ""));
                }
                for (at, document) in list.iter().enumerate() {
                    set.add(document, &format!("/{at}"), &mut known, &mut findings);
                }
            }
            one => set.add(one, "", &mut known, &mut findings),
        }
        set.look_up_policies(&known, &mut findings);
        set.adjust(&mut findings);
        (set, findings)
    }

    fn add(&mut self, document: &Value, of_document: &str, known: &mut Vec<String>, findings: &mut Vec<Finding>) {
        let read = document::read(document, of_document, findings);
        for Placed { place, item: mut policy } in read.policies {
            if known.contains(&policy.id) {
                let finding = Finding::new(&rows::DUPLICATE_ID, format!("{place}/id"));
                findings.push(finding.with("policy", shorten(&policy.id)));
                continue;
            }
            if known.len() >= bounds::POLICIES {
                let finding = Finding::new(&rows::TOO_MANY, place.clone()).with("key", "policies");
                let limit = bounds::POLICIES.to_string();
                findings.push(finding.with("count", format!("> {limit}")).with("limit", limit));
                break;
            }
            known.push(policy.id.clone());
            policy.cases = Vec::new();
            let list = format!("{place}/cases");
            let written = document.pointer(list.strip_prefix(of_document).unwrap_or_default());
            let cases = document::cases(written, &list).into_iter().map(|Placed { place, item: case }| Placed {
                place,
                item: FreeCase { policy: policy.id.clone(), case },
            });
            self.cases.extend(cases);
            let rule = self.compiled(policy, place, findings);
            self.rules.extend(rule);
        }
        self.waivers.extend(read.waivers);
        self.adjustments.extend(read.adjustments);
        self.cases.extend(read.cases);
    }

    fn compiled(&mut self, policy: Policy, place: String, findings: &mut Vec<Finding>) -> Option<Rule> {
        let when = policy.when.as_deref().map(|text| self.expression(text, &format!("{place}/when"), findings));
        let require = self.expression(&policy.require, &format!("{place}/require"), findings);
        let (require, of_require) = require?;
        let (when, of_when) = match when {
            Some(None) => return None,
            Some(Some((node, typed))) => (Some(node), typed),
            None => (None, Typed::default()),
        };
        let reads = |name: &str| of_require.reads.contains(&name) || of_when.reads.contains(&name);
        let planned = of_require.reads_planned_instance || of_when.reads_planned_instance;
        let size = when.as_ref().map_or(0, Node::size).saturating_add(require.size());
        let reads = PolicyReads { instance: reads("instance") || planned, plan: reads("plan") };
        Some(Rule { policy, place, when, require, reads, size })
    }

    /// An expression that can be used; otherwise the findings say why not.
    fn expression(&mut self, text: &str, place: &str, findings: &mut Vec<Finding>) -> Option<(Node, Typed)> {
        if text.trim().is_empty() {
            // It has been said that it is missing or empty.
            return None;
        }
        match parse(text, &mut self.patterns) {
            Ok(node) => {
                let (typed, wrong) = typing::check(&node, place);
                let good = wrong.is_empty();
                findings.extend(wrong);
                good.then_some((node, typed))
            }
            Err(unread) => {
                findings.push(refused(unread, place));
                None
            }
        }
    }

    /// Waivers and cases must speak of policies that are there.
    fn look_up_policies(&self, known: &[String], findings: &mut Vec<Finding>) {
        let waived = self.waivers.iter().map(|waiver| (&waiver.place, &waiver.item.0.policy));
        let tried = self.cases.iter().map(|case| (&case.place, &case.item.policy));
        for (place, id) in waived.chain(tried).filter(|(_, id)| !id.is_empty() && !known.contains(id)) {
            let similar = most_similar(id, known.iter().map(String::as_str));
            let all = match similar {
                Some(similar) => quoted([similar].into_iter()),
                None => quoted(known.iter().take(20).map(String::as_str)),
            };
            let finding = Finding::new(&rows::UNKNOWN_POLICY, format!("{place}/policy"));
            findings.push(
                finding.with("policy", shorten(id)).with("known", if all.is_empty() { "-".to_owned() } else { all }),
            );
        }
    }

    fn adjust(&mut self, findings: &mut Vec<Finding>) {
        // One without a reason has been said.
        self.adjustments.retain(|placed| !placed.item.reason.trim().is_empty());
        for Placed { place, item } in &self.adjustments {
            if let Err(finding) = self.severities.add(&item.code, item.severity, &format!("{place}/code")) {
                findings.push(finding);
            }
        }
    }

    /// The severities the documents give to consnap's own findings.
    pub fn severities(&self) -> &Severities {
        &self.severities
    }

    /// What of that a reader should know.
    pub(super) fn adjustment_findings(&self) -> Vec<Finding> {
        let counts = |item: &Adjustment| {
            self.severities.iter().any(|(code, severity)| code == item.code && severity == item.severity)
        };
        let said = self.adjustments.iter().filter(|placed| counts(&placed.item)).map(|Placed { place, item }| {
            Finding::new(&rows::SEVERITY_ADJUSTED, place.clone())
                .with("code", item.code.clone())
                .with("severity", item.severity.name())
                .with("reason", shorten(&item.reason))
        });
        said.collect()
    }

    /// The policies that can be judged by, in the order of the documents: each with its place and what it reads.
    pub fn policies(&self) -> impl Iterator<Item = (&Policy, &str, PolicyReads)> {
        self.rules.iter().map(|rule| (&rule.policy, rule.place.as_str(), rule.reads))
    }

    /// The cases of all documents, each with its place.
    pub fn cases(&self) -> impl Iterator<Item = (&FreeCase, &str)> {
        self.cases.iter().map(|placed| (&placed.item, placed.place.as_str()))
    }

    /// Whether any of them reads the plan.
    pub fn reads_plan(&self) -> bool {
        self.rules.iter().any(|rule| rule.reads.plan)
    }

    /// Whether any of them is judged for each instance.
    pub fn reads_instances(&self) -> bool {
        self.rules.iter().any(|rule| rule.reads.instance)
    }

    /// How many policies there are of each severity.
    pub fn count(&self) -> BTreeMap<Severity, usize> {
        let mut counts = BTreeMap::new();
        for rule in &self.rules {
            let count = counts.entry(rule.policy.severity).or_insert(0usize);
            *count = count.saturating_add(1);
        }
        counts
    }
}

/// The finding that says why an expression is not read.
fn refused(unread: Unread, place: &str) -> Finding {
    let finding = |row| Finding::new(row, place.to_owned());
    match unread {
        Unread::Pattern { pattern, why } => finding(&rows::BAD_PATTERN)
            .with("pattern", shorten(&pattern))
            .with("detail", shorten(&why))
            .with("limit", bounds::PATTERN_BYTES.to_string()),
        Unread::Refused(Refusal::TooLong(length)) => finding(&rows::EXPRESSION_TOO_LONG)
            .with("length", length.to_string())
            .with("limit", bounds::EXPRESSION_BYTES.to_string()),
        Unread::Refused(Refusal::TooDeep(depth)) => finding(&rows::EXPRESSION_TOO_DEEP)
            .with("depth", depth.to_string())
            .with("limit", bounds::EXPRESSION_DEPTH.to_string()),
        Unread::Refused(Refusal::Unsupported(what)) => finding(&rows::UNSUPPORTED)
            .with("what", shorten(&what))
            .with("functions", quoted(FUNCTION_NAMES.iter().copied()))
            .with("macros", quoted(Macro::NAMES.iter().copied())),
        Unread::Refused(Refusal::Syntax(detail)) => finding(&rows::SYNTAX).with("detail", shorten(&detail)),
    }
}

/// Whether a word is a variable of expressions.
pub(super) fn is_variable(word: &str) -> bool {
    VARIABLES.iter().any(|variable| variable.name == word)
}
