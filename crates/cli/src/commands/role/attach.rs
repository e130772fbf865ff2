//! `consnap role attach`: gives the role to instances that have none.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::time::Duration;

use consnap_client::driver::Clock;
use consnap_core::diagnostics::messages::{errors, runs};
use consnap_core::ecs::api::requests::{AttachInstanceRamRole, DescribeInstanceRamRole, Filled, Ids};
use consnap_core::ecs::api::{ApiCall, Operation, replies};
use consnap_core::{Error, ErrorKind, Text, Time, ecs::reply};
use serde_json::json;

use crate::connection::{Connection, ConnectionArguments};
use crate::console::Console;
use crate::drive::runtime;
use crate::exit::{Exit, Failure};
use crate::table;

/// Attach a RAM role to instances that have none; sends writing calls
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  consnap role attach AppSnapshotRoleName -i i-bp1... -i i-bp2... --region cn-hangzhou

It looks first: an instance that has the role is left alone, and one with another role is never changed, because whatever \
runs on it may use that role. It asks for a yes on a terminal. An instance has one role for everything on it.")]
pub(super) struct Arguments {
    /// The role's name
    role: String,
    /// An instance, or several with commas between; may be repeated, at most 100
    #[arg(short = 'i', long = "instance", value_name = "ID", value_delimiter = ',', required = true)]
    instances: Vec<String>,
    /// The region of the instances
    #[arg(long, value_name = "ID")]
    region: Option<String>,
    /// Attach without asking
    #[arg(long, short = 'y')]
    yes: bool,
    #[command(flatten)]
    connection: ConnectionArguments,
}

/// What became of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Became {
    /// It has the role, since before.
    Had,
    /// It has another role.
    Other(String),
    /// Attached by this command, and seen since.
    Attached,
    /// The service refused it.
    Refused(String),
    /// It may have been attached; the look afterwards did not show it.
    Unknown,
}

/// How often, and how far apart, the role is looked for after it was attached.
const LOOKS: u32 = 3;
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let regions: Vec<String> = arguments.region.clone().into_iter().collect();
    let role = Filled::new(arguments.role.clone())?;
    let mut instances = arguments.instances.clone();
    instances.sort_unstable();
    instances.dedup();
    Ids::<100>::new(instances.iter().cloned())?;
    let connection = arguments.connection.open(&regions, None)?;
    let region = connection.regions.first().cloned().ok_or_else(|| Error::new(ErrorKind::Input, &runs::NO_REGION))?;
    let runtime = runtime()?;
    let client = Client { connection: &connection, region: &region, clock: Clock::of_wall(Time::EPOCH) };

    let before = runtime.block_on(client.roles(&instances))?;
    let mut became: BTreeMap<String, Became> = BTreeMap::new();
    let mut without = Vec::new();
    for instance in &instances {
        match before.get(instance).map(String::as_str) {
            Some(found) if found == arguments.role => {
                became.insert(instance.clone(), Became::Had);
            }
            Some(other) => {
                became.insert(instance.clone(), Became::Other(other.to_owned()));
            }
            None => without.push(instance.clone()),
        }
    }
    if !without.is_empty() {
        if !agreed(arguments, &connection, &without, console)? {
            console.note(NOTHING_SENT.get(console.lang()));
            return Ok(Exit::Usage);
        }
        runtime.block_on(client.attach(&role, &arguments.role, &without, &mut became))?;
    }
    show(arguments, &became, console)?;
    let exit = |became: &Became| match became {
        Became::Had | Became::Attached => Exit::Reached,
        Became::Other(_) | Became::Refused(_) => Exit::Findings,
        Became::Unknown => Exit::Unknown,
    };
    Ok(became.values().map(exit).fold(Exit::Reached, Exit::or_worse))
}

/// Whether somebody said yes, here or beforehand.
fn agreed(
    arguments: &Arguments,
    connection: &Connection,
    without: &[String],
    console: &mut Console,
) -> Result<bool, Failure> {
    if arguments.yes || connection.is_loopback {
        return Ok(true);
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Error::new(ErrorKind::Rejected, &errors::NEEDS_YES).into());
    }
    let question = console.text(
        &QUESTION,
        &[("role", arguments.role.clone()), ("count", without.len().to_string()), ("instances", without.join(", "))],
    );
    let question = console.safe(&question);
    Ok(console.agrees(&question))
}

struct Client<'a> {
    connection: &'a Connection,
    region: &'a str,
    clock: Clock,
}

impl Client<'_> {
    /// The role of each instance that has one.
    async fn roles(&self, instances: &[String]) -> Result<BTreeMap<String, String>, Error> {
        let call = DescribeInstanceRamRole { instance_ids: Ids::new(instances.iter().cloned())? };
        let answer = self.send(&call.into_call(self.region)).await?;
        let read: replies::DescribeInstanceRamRole =
            reply::parse(Operation::DescribeInstanceRamRole, &answer).map_err(|failure| failure.to_error())?;
        Ok(read.roles.into_iter().filter_map(|role| Some((role.instance_id?, role.ram_role_name?))).collect())
    }

    /// One call for all, never repeated: it takes no token. Afterwards a look decides, whatever the answer was.
    async fn attach(
        &self,
        role: &Filled,
        name: &str,
        instances: &[String],
        became: &mut BTreeMap<String, Became>,
    ) -> Result<(), Error> {
        let call =
            AttachInstanceRamRole { ram_role_name: role.clone(), instance_ids: Ids::new(instances.iter().cloned())? };
        let answer = self.connection.caller.call(&call.into_call(self.region), self.clock.now()).await;
        let answered = match &answer {
            Ok(answer) => reply::parse::<replies::AttachInstanceRamRole>(Operation::AttachInstanceRamRole, answer),
            Err(failure) => Err(reply::transport(failure)),
        };
        let mut refusals: BTreeMap<String, String> = BTreeMap::new();
        match answered {
            Ok(attached) => {
                for result in attached.results {
                    if let (Some(instance), false) = (result.instance_id, result.success.unwrap_or(true)) {
                        refusals.insert(instance, result.code.unwrap_or_default());
                    }
                }
            }
            Err(failure) if failure.sent == consnap_core::base::http::Sent::Maybe => {}
            Err(failure) => return Err(failure.to_error()),
        }
        let mut roles = BTreeMap::new();
        for look in 0..LOOKS {
            if look > 0 {
                tokio::time::sleep(BETWEEN_LOOKS).await;
            }
            roles = self.roles(instances).await.unwrap_or_default();
            if instances.iter().all(|instance| roles.contains_key(instance) || refusals.contains_key(instance)) {
                break;
            }
        }
        for instance in instances {
            let end = match (roles.get(instance), refusals.remove(instance)) {
                (Some(found), _) if found == name => Became::Attached,
                (Some(other), _) => Became::Other(other.clone()),
                (None, Some(code)) => Became::Refused(code),
                (None, None) => Became::Unknown,
            };
            became.insert(instance.clone(), end);
        }
        Ok(())
    }

    async fn send(&self, call: &ApiCall) -> Result<consnap_core::base::http::HttpReply, Error> {
        self.connection
            .caller
            .call(call, self.clock.now())
            .await
            .map_err(|failure| reply::transport(&failure).of(call.operation).to_error())
    }
}

fn show(arguments: &Arguments, became: &BTreeMap<String, Became>, console: &mut Console) -> Result<(), Failure> {
    let word = |became: &Became| match became {
        Became::Had => ("had", &HAD, None),
        Became::Other(role) => ("other_role", &OTHER, Some(role.clone())),
        Became::Attached => ("attached", &ATTACHED, None),
        Became::Refused(code) => ("refused", &REFUSED, Some(code.clone())),
        Became::Unknown => ("unknown", &UNKNOWN, None),
    };
    if console.is_json() {
        let rows: Vec<_> = became
            .iter()
            .map(|(instance, became)| {
                let (word, _, detail) = word(became);
                json!({"instance_id": instance, "role": arguments.role, "result": word, "detail": detail})
            })
            .collect();
        return console.json(&rows);
    }
    let rows: Vec<Vec<table::Cell>> = became
        .iter()
        .map(|(instance, became)| {
            let (_, text, detail) = word(became);
            let line = console.text(text, &[("detail", detail.unwrap_or_default())]);
            vec![console.safe(instance).into(), console.safe(&line).into()]
        })
        .collect();
    for line in table::lay_out(&[INSTANCE.get(console.lang()), RESULT.get(console.lang())], &rows) {
        console.data(&line)?;
    }
    Ok(())
}

static INSTANCE: Text = Text::new("INSTANCE", "实例");
static RESULT: Text = Text::new("RESULT", "结果");
static HAD: Text = Text::new("has the role already", "已授予该角色");
static OTHER: Text = Text::new(
    "has role `{detail}`, which was left alone: name that role in the job, or change it in the console",
    "已授予角色 `{detail}`，未做更改：请在作业中使用该角色，或在控制台更换",
);
static ATTACHED: Text = Text::new("attached", "已授予");
static REFUSED: Text = Text::new(
    "refused: `{detail}`; see `consnap explain {detail}`",
    "被拒绝：`{detail}`；参见 `consnap explain {detail}`",
);
static UNKNOWN: Text = Text::new(
    "unknown: the role does not show yet; look again with the same command",
    "结果未知：尚未查询到该角色；请用同一命令再次查看",
);
static QUESTION: Text = Text::new(
    "attach role `{role}` to {count} instances ({instances})? [y/N]",
    "是否将角色 `{role}` 授予 {count} 台实例（{instances}）？[y/N]",
);
static NOTHING_SENT: Text = Text::new("nothing was changed", "未做任何更改");
