//! `consnap role print`: the policies, ready to be pasted.

use consnap_core::Text;
use consnap_core::catalog::ram::MOST_INSTANCES;
use consnap_core::diagnostics::messages::errors;
use consnap_core::ecs::ram::{PolicyKind, Wanted, policy};
use consnap_core::{Error, ErrorKind};
use serde_json::{Map, Value};

use super::{Needs, PolicyName};
use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Print the RAM policies that are needed, with no more rights than needed; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap role print                         all three, and what each action is for
  consnap role print instance > policy.json  one of them, ready to be pasted
  consnap role print operator --attach --role BackupRole
  consnap role print operator --prune        for whoever deletes groups
  consnap role print operator -i i-bp1example0000000001

`consnap export --to ram-policies` writes them as files, with the commands that create role and policies.")]
pub(super) struct Arguments {
    /// Only this policy, as plain JSON
    #[arg(value_enum)]
    policy: Option<PolicyName>,
    #[command(flatten)]
    needs: Needs,
    /// What changes something is allowed on these instances alone, 1 to 50 of them; separated by commas, or given
    /// several times
    #[arg(short, long = "instance", value_name = "ID", value_delimiter = ',', num_args = 1)]
    instances: Vec<String>,
}

const KINDS: [PolicyKind; 3] = [PolicyKind::Trust, PolicyKind::Instance, PolicyKind::Operator];

pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let wanted = Wanted { instances: arguments.instances.clone(), ..arguments.needs.wanted() };
    if wanted.instances.len() > MOST_INSTANCES {
        let error = Error::new(ErrorKind::Input, &errors::TOO_MANY_INSTANCES);
        return Err(error.with("most", MOST_INSTANCES.to_string()).into());
    }
    if let Some(name) = arguments.policy {
        console.json(&policy(name.into(), &wanted))?;
        return Ok(Exit::Reached);
    }
    if console.is_json() {
        let all: Map<String, Value> = KINDS.into_iter().map(|kind| (kind.to_string(), policy(kind, &wanted))).collect();
        console.json(&all)?;
        return Ok(Exit::Reached);
    }
    for (index, kind) in KINDS.into_iter().enumerate() {
        if index > 0 {
            console.data("")?;
        }
        let title = match kind {
            PolicyKind::Trust => &TRUST,
            PolicyKind::Instance => &INSTANCE,
            PolicyKind::Operator => &OPERATOR,
        };
        let title = console.text(title, &[("role", wanted.role().to_owned())]);
        console.data(&title)?;
        let rows: Vec<_> = kind.actions(&wanted).collect();
        let width = rows.iter().map(|row| row.action.len()).max().unwrap_or(0);
        for row in rows {
            console.data(&format!("  {:width$}  {}", row.action, row.about.get(console.lang())))?;
        }
        console.json(&policy(kind, &wanted))?;
    }
    Ok(Exit::Reached)
}

static TRUST: Text = Text::new(
    "trust policy of role `{role}`, the role of the instances: ECS, and nobody else, may assume it",
    "角色 `{role}`（实例RAM角色）的信任策略：仅允许 ECS 扮演",
);
static INSTANCE: Text = Text::new(
    "permission policy of role `{role}`: what the plug-in calls from inside the instance",
    "角色 `{role}` 的自定义权限策略：云助手插件在实例内调用的操作",
);
static OPERATOR: Text = Text::new(
    "permission policy of whoever runs consnap; `--instance` narrows what changes something to the instances of a job",
    "运行 consnap 的 RAM 身份的自定义权限策略；`--instance` 可将写操作限定为作业中的实例",
);
