//! Operation `facts`: replies of the API, as they were copied from somewhere, to the facts of instances.

use serde_json::Map;

use super::explain::malformed;
use super::{Deserialize, Serialize, Value};
use crate::base::time::Time;
use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::finding::{Finding, RenderedFinding};
use crate::diagnostics::messages::{errors, prerequisites, texts};
use crate::diagnostics::text::Lang;
use crate::ecs::api::invocation_result::InvocationResult;
use crate::ecs::api::replies::{
    self, DescribeCloudAssistantStatus, DescribeDisks, DescribeInstanceRamRole, DescribeInstances,
    DescribeInvocationResults, DescribeInvocations,
};
use crate::input::facts::{InstanceFacts, from_api, read as read_facts};
use crate::input::recognise::{
    DocumentKind, Malformed, Recognised, TextKind, as_the_service_spells, member, recognise,
};
use crate::plugin::probe;

/// Replies of the API.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FactsInput {
    /// Whole replies of DescribeInstances, DescribeDisks, DescribeCloudAssistantStatus and DescribeInstanceRamRole, in any
    /// order; each is recognised by what it holds. What no reply tells stays unknown.
    ///
    /// Replies of DescribeInvocations and DescribeInvocationResults count as answers of the guest probe, as operation
    /// `probe` writes it.
    #[serde(default)]
    pub replies: Vec<Value>,
    /// A text with replies and facts, one after the other, with anything between them.
    #[serde(default)]
    pub text: Option<String>,
    /// Answers of the guest probe that did not come in a reply.
    #[serde(default)]
    pub probes: Vec<ProbeAnswer>,
    /// When the guests were looked into.
    #[serde(default)]
    pub probed_at: Option<Time>,
    /// The language of words.
    #[serde(default)]
    pub lang: Lang,
}

/// The answer of the guest probe on one instance.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProbeAnswer {
    /// `i-...`.
    pub instance_id: String,
    /// What the command wrote, as text or in Base64.
    pub output: String,
}

/// What is odd about the answer of an instance's guest.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProbeFindings {
    /// `i-...`.
    pub instance_id: String,
    /// What is odd.
    pub findings: Vec<RenderedFinding>,
}

/// The facts of the instances.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FactsOutput {
    /// Facts that stood in the text; then one an instance of DescribeInstances; those of a probe alone stand behind them.
    pub facts: Vec<InstanceFacts>,
    /// The operations recognised, one a reply.
    pub recognised: Vec<&'static str>,
    /// Replies of the API that are missing for what is judged by them, or not whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
    /// About the text: why it could not be read, or what in it says nothing of instances.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<RenderedFinding>,
    /// What is odd about answers of the guest probe.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<ProbeFindings>,
}

/// A reply that is missing or not whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Gap {
    /// The operation.
    pub operation: &'static str,
    /// What is wrong.
    pub kind: GapKind,
    /// The command that gets it.
    pub command: String,
}

/// Why a reply is not enough.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GapKind {
    /// It is not there.
    Missing,
    /// It is a page of several.
    Incomplete,
}

/// Reads replies, or a text with replies and facts.
///
/// # Errors
///
/// `CE102` when a reply is of none of the operations, or cannot be read.
pub fn facts(input: &FactsInput) -> Result<FactsOutput, Error> {
    let Some(text) = &input.text else { return of_replies(input) };
    let given = match given_in(text) {
        Ok(given) => given,
        Err(other) => {
            let about = vec![other.finding(input.lang).render(input.lang)];
            let none = FactsInput { replies: input.replies.clone(), text: None, ..input.clone() };
            return Ok(FactsOutput { about, ..of_replies(&none)? });
        }
    };
    let own = given.own.iter().map(|one| read_facts(one).0);
    let replies = input.replies.iter().cloned().chain(given.replies).collect();
    let mut output = of_replies(&FactsInput { replies, text: None, ..input.clone() })?;
    output.facts.splice(0..0, own);
    output.about = given.others.iter().map(|other| other.finding(input.lang).render(input.lang)).collect();
    Ok(output)
}

fn of_replies(input: &FactsInput) -> Result<FactsOutput, Error> {
    let (mut instances, mut disks, mut statuses, mut roles) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut answers: Vec<Answer> = Vec::with_capacity(input.probes.len());
    answers.extend(input.probes.iter().map(|probe| Answer {
        instance_id: probe.instance_id.clone(),
        output: probe.output.clone(),
        at: input.probed_at,
    }));
    let (mut roles_known, mut recognised) = (false, Vec::with_capacity(input.replies.len()));
    for (at, reply) in input.replies.iter().enumerate() {
        let Some(operation) = operation_of(reply) else {
            let known = NEEDED.map(|(operation, ..)| operation).join(", ") + ", " + &OF_THE_GUEST.join(", ");
            return Err(unreadable(at, &format!("not a reply of {known}")));
        };
        match operation {
            "DescribeInstances" => instances.extend(read::<DescribeInstances<'_>>(at, reply)?.instances),
            "DescribeDisks" => disks.extend(read::<DescribeDisks>(at, reply)?.disks),
            "DescribeCloudAssistantStatus" => {
                statuses.extend(read::<DescribeCloudAssistantStatus>(at, reply)?.statuses);
            }
            "DescribeInstanceRamRole" => {
                roles.extend(read::<DescribeInstanceRamRole>(at, reply)?.roles);
                roles_known = true;
            }
            "DescribeInvocations" => {
                let page = read::<DescribeInvocations<'_>>(at, reply)?;
                let results = page.invocations.into_iter().flat_map(|invocation| invocation.invoke_instances);
                answers.extend(results.map(|result| Answer::of(result, input.probed_at)));
            }
            _ => {
                let page = read::<DescribeInvocationResults<'_>>(at, reply)?.invocation;
                answers.extend(page.invocation_results.into_iter().map(|result| Answer::of(result, input.probed_at)));
            }
        }
        recognised.push(operation);
    }
    let facts = instances.into_iter().map(|instance: replies::Instance<'_>| {
        let id = instance.instance_id.as_str();
        let status = statuses.iter().find(|status: &&replies::AssistantStatus| status.instance_id == id);
        let attached = roles.iter().find(|role: &&replies::InstanceRole| role.instance_id.as_deref() == Some(id));
        let role = attached.map(|role| role.ram_role_name.clone().unwrap_or_default());
        let role = role.or_else(|| roles_known.then(String::new));
        from_api(instance, &disks, status.cloned(), role)
    });
    let mut facts: Vec<InstanceFacts> = facts.collect();
    let mut findings = Vec::new();
    for answer in answers {
        let at = facts.iter().position(|known| known.instance_id == answer.instance_id).unwrap_or(facts.len());
        if at == facts.len() {
            facts.push(InstanceFacts { instance_id: answer.instance_id, ..InstanceFacts::default() });
        }
        let Some(known) = facts.get_mut(at) else { continue };
        let (guest, odd) = probe::guest_of(&answer.output, &known.instance_id, known.disks.as_deref(), answer.at);
        known.guest = guest;
        if !odd.is_empty() {
            let rendered = odd.iter().map(|finding| finding.render(input.lang)).collect();
            findings.push(ProbeFindings { instance_id: known.instance_id.clone(), findings: rendered });
        }
    }
    let replies: Vec<&Value> = input.replies.iter().collect();
    Ok(FactsOutput { gaps: gaps(&replies), facts, recognised, about: Vec::new(), findings })
}

/// What an instance is judged by, the list that its reply holds, and what the list is of.
const NEEDED: [(&str, &str, &str); 4] = [
    ("DescribeInstances", "Instances", "Instance"),
    ("DescribeDisks", "Disks", "Disk"),
    ("DescribeCloudAssistantStatus", "InstanceCloudAssistantStatusSet", "InstanceCloudAssistantStatus"),
    ("DescribeInstanceRamRole", "InstanceRamRoleSets", "InstanceRamRoleSet"),
];
/// Replies that carry what the guest says.
const OF_THE_GUEST: [&str; 2] = ["DescribeInvocations", "DescribeInvocationResults"];
/// Instances that one call takes.
const MOST_IDS: usize = 50;

/// The operation whose reply this is, by what it holds.
fn operation_of(reply: &Value) -> Option<&'static str> {
    match DocumentKind::of(reply) {
        DocumentKind::Reply(operation) => {
            let is_needed = NEEDED.iter().any(|(name, ..)| *name == operation);
            (is_needed || OF_THE_GUEST.contains(&operation)).then_some(operation)
        }
        _ => None,
    }
}

/// Replies that are missing or not whole. Where none of these replies is there, none is missing.
fn gaps(replies: &[&Value]) -> Vec<Gap> {
    let pages = |set: &str| -> Vec<&Map<String, Value>> {
        replies.iter().filter_map(|reply| reply.as_object()).filter(|reply| member(reply, set).is_some()).collect()
    };
    let listed = |set: &str, one: &str| -> Vec<&Map<String, Value>> {
        let lists = pages(set).into_iter().filter_map(|page| member(member(page, set)?.as_object()?, one)?.as_array());
        lists.flatten().filter_map(Value::as_object).collect()
    };
    let known: Vec<_> = NEEDED.iter().flat_map(|(_, set, one)| listed(set, one)).collect();
    let text = |members: &Map<String, Value>, name: &str| {
        member(members, name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let mut ids: Vec<String> = Vec::new();
    for id in known.iter().filter_map(|members| text(members, "InstanceId")) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.is_empty() {
        return Vec::new();
    }
    let region =
        known.iter().find_map(|members| text(members, "RegionId")).unwrap_or_else(|| UNKNOWN_REGION.to_owned());
    let gap = |operation, kind, ids: &[String]| Gap { operation, kind, command: command_of(operation, &region, ids) };
    let of_one = |(operation, set, one): &(&'static str, &str, &str)| {
        let pages = pages(set);
        if pages.is_empty() {
            return Some(gap(*operation, GapKind::Missing, &ids));
        }
        let totals = pages.iter().filter_map(|page| member(page, "TotalCount").and_then(Value::as_u64));
        let goes_on = !pages.iter().any(|page| text(page, "NextToken").is_none());
        let is_cut = totals.max().unwrap_or(0) > listed(set, one).len() as u64 || goes_on;
        is_cut.then(|| gap(*operation, GapKind::Incomplete, &[]))
    };
    NEEDED.iter().filter_map(of_one).collect()
}

/// The command that gets a reply: for these instances, or whole.
fn command_of(operation: &str, region: &str, ids: &[String]) -> String {
    let begin = format!("aliyun ecs {operation} --RegionId {}", word(region));
    let list = |chunk: &[String]| word(&Value::from(chunk).to_string());
    let each = |of: &dyn Fn(&[String]) -> String| ids.chunks(MOST_IDS).map(of).collect::<Vec<_>>().join("\n");
    match (operation, ids) {
        ("DescribeInstances", []) => format!("{begin} --MaxResults 100"),
        ("DescribeInstanceRamRole", []) => begin,
        (_, []) => format!("{begin} --MaxResults {MOST_IDS}"),
        ("DescribeDisks", [id]) => format!("{begin} --InstanceId {}", word(id)),
        ("DescribeDisks", _) => {
            let ids: Vec<String> = ids.iter().map(|id| word(id)).collect();
            format!("for id in {}; do\n  {begin} --InstanceId \"$id\" --MaxResults 100\ndone", ids.join(" "))
        }
        ("DescribeCloudAssistantStatus", _) => each(&|chunk| {
            let ids = chunk.iter().enumerate().map(|(at, id)| format!(" --InstanceId.{} {}", at + 1, word(id)));
            format!("{begin}{} --MaxResults 50", ids.collect::<String>())
        }),
        _ => each(&|chunk| format!("{begin} --InstanceIds {}", list(chunk))),
    }
}

/// For whoever runs the command to fill in.
const UNKNOWN_REGION: &str = "<region>";

/// A word of a shell.
fn word(text: &str) -> String {
    let is_plain =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./:-".contains(&byte));
    if is_plain || text == UNKNOWN_REGION { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// What of a text tells of instances, and what does not.
struct Given {
    /// Facts as consnap writes them.
    own: Vec<Value>,
    replies: Vec<Value>,
    others: Vec<NotFacts>,
}

/// What stands where facts are looked for, and tells none.
pub(super) enum NotFacts {
    /// Another kind.
    Kind(TextKind),
    /// Something like JSON.
    Malformed(usize, Malformed),
}

impl NotFacts {
    /// What it is.
    pub(super) fn finding(&self, lang: Lang) -> Finding {
        match self {
            Self::Malformed(line, why) => malformed(*line, why),
            Self::Kind(kind) => Finding::new(&texts::TELLS_NO_FACTS, "").with("kind", kind.name().get(lang).to_owned()),
        }
    }
}

/// The replies and the facts in a text.
fn given_in(text: &str) -> Result<Given, NotFacts> {
    let found = match recognise(text) {
        Recognised::Documents(found) => found,
        Recognised::Empty => Vec::new(),
        Recognised::Malformed(line, why) => return Err(NotFacts::Malformed(line, why)),
        other => return Err(NotFacts::Kind(other.kind())),
    };
    let mut given = Given { own: Vec::new(), replies: Vec::new(), others: Vec::new() };
    for (kind, value) in found {
        match kind {
            DocumentKind::Facts => given.own.push(value),
            DocumentKind::Reply(_) if operation_of(&value).is_some() => {
                given.replies.push(as_the_service_spells(value));
            }
            other => given.others.push(NotFacts::Kind(other.kind())),
        }
    }
    Ok(given)
}

/// Whether replies of the API, or a text, stand where facts are looked for.
pub fn holds_replies(given: &Value) -> bool {
    match given {
        Value::String(_) => true,
        Value::Array(list) => !list.is_empty() && list.iter().all(|reply| operation_of(reply).is_some()),
        one => operation_of(one).is_some(),
    }
}

/// Facts, and what there is to say of where they come from.
pub(super) type FromReplies = (Vec<Value>, Vec<Finding>);

/// The facts that a text holds, if anything else than facts alone stands in it: replies, or JSON with something between.
pub(super) fn in_text(text: &[u8], lang: Lang) -> Option<FromReplies> {
    // Facts are many, and stand alone: their text need not be read twice.
    let has = |mark: &str| memchr::memmem::find(text, mark.as_bytes()).is_some();
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    let (begins, is_own) = (matches!(first, Some(b'{' | b'[')), has("\"instance_id\""));
    let mentions = |name: &str| has(&format!("\"{name}\"")) || has(&format!("<{name}>"));
    if begins && is_own && !NEEDED.iter().any(|(_, set, _)| mentions(set)) && !mentions("Invocation") {
        return None;
    }
    let text = crate::input::text::read(text)?;
    let given = given_in(&text).ok()?;
    let known = !(given.own.is_empty() && given.replies.is_empty());
    (known && (!begins || !given.replies.is_empty())).then(|| joined(given, lang))?
}

/// The facts that replies give, where replies stand instead of facts, and the findings that say so.
pub(super) fn from_replies(given: &Value, lang: Lang) -> Option<FromReplies> {
    if !holds_replies(given) {
        return None;
    }
    let replies = match given {
        Value::String(text) => {
            let given = given_in(text).ok().filter(|given| !(given.own.is_empty() && given.replies.is_empty()))?;
            return joined(given, lang);
        }
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    };
    joined(Given { own: Vec::new(), replies, others: Vec::new() }, lang)
}

fn joined(given: Given, lang: Lang) -> Option<FromReplies> {
    let mut findings: Vec<Finding> =
        given.others.iter().map(|other| Finding { place: "/facts".into(), ..other.finding(lang) }).collect();
    let mut list = given.own;
    if !given.replies.is_empty() {
        let input =
            FactsInput { replies: given.replies, text: None, probes: Vec::new(), probed_at: None, lang: Lang::En };
        let output = of_replies(&input).ok()?;
        list.extend(output.facts.iter().filter_map(|facts| serde_json::to_value(facts).ok()));
        findings.extend(gap_findings(&output));
    }
    Some((list, findings))
}

/// What of the replies is missing or not whole.
fn gap_findings(output: &FactsOutput) -> Vec<Finding> {
    let of = |kind: GapKind| output.gaps.iter().filter(move |gap| gap.kind == kind);
    let mut findings: Vec<Finding> = of(GapKind::Incomplete)
        .map(|gap| {
            let finding = Finding::new(&prerequisites::REPLY_NOT_WHOLE, "/facts").with("operation", gap.operation);
            finding.with("command", format!("`{}`", gap.command))
        })
        .collect();
    let joined = |part: &dyn Fn(&Gap) -> String| of(GapKind::Missing).map(part).collect::<Vec<_>>().join(", ");
    if of(GapKind::Missing).next().is_some() {
        let mut recognised = output.recognised.clone();
        recognised.dedup();
        let finding =
            Finding::new(&prerequisites::REPLIES_AS_FACTS, "/facts").with("operations", recognised.join(", "));
        let finding = finding.with("missing", joined(&|gap| gap.operation.to_owned()));
        findings.push(finding.with("commands", joined(&|gap| format!("`{}`", gap.command))));
    }
    findings
}

/// The answer of a probe.
struct Answer {
    instance_id: String,
    output: String,
    at: Option<Time>,
}

impl Answer {
    fn of(result: InvocationResult<'_>, given: Option<Time>) -> Self {
        let at = given.or_else(|| Time::parse(&result.finished_time));
        Self { instance_id: result.instance_id.into_owned(), output: result.output.into_owned(), at }
    }
}

fn read<'a, T: Deserialize<'a>>(at: usize, reply: &'a Value) -> Result<T, Error> {
    T::deserialize(reply).map_err(|error| unreadable(at, &error.to_string()))
}

fn unreadable(at: usize, why: &str) -> Error {
    Error::new(ErrorKind::Input, &errors::UNREADABLE_INPUT)
        .with("operation", "facts")
        .with("reason", format!("`replies[{at}]`: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn replies_are_recognised_and_joined() {
        let input = FactsInput {
            text: None,
            replies: vec![
                json!({"Instances": {"Instance": [{"InstanceId": "i-bp1a", "Status": "Running"}]}}),
                json!({"InstanceRamRoleSets": {"InstanceRamRoleSet": []}}),
            ],
            probes: Vec::new(),
            probed_at: None,
            lang: Lang::En,
        };
        let output = facts(&input).unwrap();
        assert_eq!(output.recognised, ["DescribeInstances", "DescribeInstanceRamRole"]);
        assert_eq!(output.facts[0].ram_role.as_deref(), Some(""));
        assert_eq!(output.facts[0].disks, None);
        let strange = FactsInput { replies: vec![json!({"Code": "Throttling"})], ..input };
        assert_eq!(facts(&strange).unwrap_err().row.code, "CE102");
    }

    #[test]
    fn replies_that_are_missing_or_not_whole_are_named_with_commands_that_get_them() {
        let described = |more: Value| {
            let mut reply = json!({"Instances": {"Instance": [
                {"InstanceId": "i-1", "RegionId": "cn-beijing"}, {"InstanceId": "i-2", "RegionId": "cn-beijing"}]}});
            reply.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            reply
        };
        let missing = gaps(&[&described(json!({}))]);
        let named: Vec<_> = missing.iter().map(|gap| (gap.operation, gap.kind)).collect();
        assert_eq!(
            named,
            ["DescribeDisks", "DescribeCloudAssistantStatus", "DescribeInstanceRamRole"]
                .map(|operation| (operation, GapKind::Missing))
        );
        assert!(missing[0].command.starts_with(
            "for id in i-1 i-2; do\n  aliyun ecs DescribeDisks --RegionId cn-beijing --InstanceId \"$id\""
        ));
        assert!(missing[1].command.contains("--InstanceId.1 i-1 --InstanceId.2 i-2"));
        assert!(missing[2].command.ends_with("--InstanceIds '[\"i-1\",\"i-2\"]'"));
        let others = [
            json!({"Disks": {"Disk": []}}),
            json!({"InstanceCloudAssistantStatusSet": {"InstanceCloudAssistantStatus": []}}),
            json!({"InstanceRamRoleSets": {"InstanceRamRoleSet": []}}),
        ];
        for (more, kinds) in [
            (json!({}), &[][..]),
            (json!({"TotalCount": 3}), &[GapKind::Incomplete]),
            (json!({"NextToken": "more"}), &[GapKind::Incomplete]),
            (json!({"TotalCount": 2, "NextToken": ""}), &[]),
        ] {
            let reply = described(more);
            let all: Vec<&Value> = std::iter::once(&reply).chain(&others).collect();
            assert_eq!(gaps(&all).iter().map(|gap| gap.kind).collect::<Vec<_>>(), kinds, "{reply}");
        }
        assert!(gaps(&[]).is_empty());
        assert!(gaps(&[&json!({"instance_id": "i-1"})]).is_empty(), "facts as consnap writes them need no reply");
    }

    #[test]
    fn what_is_foreign_is_quoted_in_commands() {
        let reply = json!({"Instances": {"Instance": [{"InstanceId": "i-1'; rm -rf /", "RegionId": ">$(id)"}]}});
        let commands: Vec<String> = gaps(&[&reply]).into_iter().map(|gap| gap.command).collect();
        assert!(commands.iter().all(|command| command.contains("--RegionId '>$(id)'")), "{commands:#?}");
        assert!(commands.iter().all(|command| command.contains(r"i-1'\''; rm -rf /")), "{commands:#?}");
    }
}
