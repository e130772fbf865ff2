//! `consnap role check`: a policy that somebody has, read and judged.

use std::path::PathBuf;

use consnap_client::document::Document;
use consnap_core::ecs::ram::{self, PolicyKind, Wanted};
use consnap_core::{Finding, Text};
use serde_json::json;

use super::{Needs, PolicyName};
use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Read a RAM policy and say what it lacks or allows without need; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap role check policy.json
  consnap role check operator.json --for operator --attach --role BackupRole
  consnap role check operator.json --for operator -i i-bp1example0000000001
  aliyun ram GetPolicy --PolicyName AppSnapshotPolicy --PolicyType Custom |
    jq -r .DefaultPolicyVersion.PolicyDocument | consnap role check - --for instance")]
pub(super) struct Arguments {
    /// The policy document, JSON; `-` reads standard input
    policy: PathBuf,
    /// What it is for; when not given, told from its content
    #[arg(long = "for", value_enum, value_name = "POLICY")]
    kind: Option<PolicyName>,
    #[command(flatten)]
    needs: Needs,
    /// The instances of the job, for a policy that is narrowed to some; separated by commas, or given several times
    #[arg(short, long = "instance", value_name = "ID", value_delimiter = ',', num_args = 1)]
    instances: Vec<String>,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let document = Document::read(&arguments.policy)?;
    let wanted = Wanted { instances: arguments.instances.clone(), ..arguments.needs.wanted() };
    let judged = ram::check(&document.value, arguments.kind.map(PolicyKind::from), &wanted);
    let findings: Vec<_> = judged.findings.iter().map(|finding| finding.render(console.lang())).collect();
    if console.is_json() {
        console.json(
            &json!({"policy": judged.kind, "missing": judged.missing, "unclear": judged.unclear, "findings": findings}),
        )?;
    } else {
        console.findings_as_data(&findings, &document)?;
        let text = match (judged.missing.is_empty(), judged.unclear.is_empty()) {
            (false, _) => &LACKS,
            (true, false) => &CANNOT_TELL,
            (true, true) => &COMPLETE,
        };
        let line = console.text(
            text,
            &[
                ("policy", document.name.clone()),
                ("kind", judged.kind.to_string()),
                ("missing", judged.missing.join(", ")),
                ("unclear", judged.unclear.join(", ")),
            ],
        );
        let line = console.safe(&line);
        console.data(&line)?;
    }
    Ok(match judged.unclear.is_empty() {
        _ if judged.findings.iter().any(Finding::blocks) => Exit::Findings,
        false => Exit::Unknown,
        true => Exit::Reached,
    })
}

static COMPLETE: Text = Text::new(
    "{policy}, read as the policy for `{kind}`, allows everything that is needed",
    "{policy}（按 `{kind}` 策略检查）已包含所需的全部授权",
);
static CANNOT_TELL: Text = Text::new(
    "{policy}, read as the policy for `{kind}`: whether it allows these cannot be told from the document alone: {unclear}",
    "{policy}（按 `{kind}` 策略检查）：仅凭该文档无法判断是否已授权：{unclear}",
);
static LACKS: Text = Text::new(
    "{policy}, read as the policy for `{kind}`, lacks: {missing}",
    "{policy}（按 `{kind}` 策略检查）缺少：{missing}",
);
