//! `consnap whoami`: whose credentials these are.

use consnap_client::driver::Clock;
use consnap_core::ecs::api::requests::GetCallerIdentity;
use consnap_core::ecs::api::{Operation, replies};
use consnap_core::{Text, Time, ecs::reply};

use crate::connection::ConnectionArguments;
use crate::console::Console;
use crate::drive::runtime;
use crate::exit::{Exit, Failure};
use crate::permissions;

/// Show whose credentials these are, where they come from and which rights they lack; sends reading calls only
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap whoami
  consnap whoami --profile ops --region cn-hangzhou --format json | jq .rights.missing

A secret is never shown. Rights are checked where a region is known, by calls for things that do not exist; rights that \
change something are not tried.")]
pub(crate) struct Arguments {
    /// The region to check the rights in; the one of the profile when not given
    #[arg(long, value_name = "ID")]
    region: Option<String>,
    #[command(flatten)]
    connection: ConnectionArguments,
}

const LINES: Text = Text::new(
    "account  {account}\ncaller   {arn}\nkind     {kind}\nkey      {key}\nsource   {source}\nends     {ends}\nlacks    {lacks}",
    "账号       {account}\n调用者     {arn}\n类型       {kind}\nAccessKey  {key}\n来源       {source}\n到期       {ends}\n权限       {lacks}",
);
const NOT_LOOKED: Text =
    Text::new("not checked: no region is known, use `--region`", "未检查：未指定地域，请使用 `--region`");
const NONE: Text = Text::new(
    "none of the reading rights{unclear}; not tried because they change something: {writing}",
    "只读权限齐全{unclear}；以下写操作未尝试：{writing}",
);
const UNCLEAR: Text = Text::new(" (cannot be determined: {actions})", "（无法判断：{actions}）");
const MISSING: Text = Text::new(
    "{missing}: `consnap role print operator` shows the policy",
    "缺少 {missing}：`consnap role print operator` 会输出权限策略",
);

/// The region that chooses the endpoint when none is given: the call is not about a region.
const ANY_REGION: &str = "cn-hangzhou";

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let regions: Vec<String> = arguments.region.clone().into_iter().collect();
    let connection = arguments.connection.open(&regions, None)?;
    let region = connection.regions.first().map_or(ANY_REGION, String::as_str);
    let call = GetCallerIdentity.into_call(region);
    let clock = Clock::of_wall(Time::EPOCH);
    let now = clock.now();
    let runtime = runtime()?;
    let answer = runtime.block_on(connection.caller.call(&call, now));
    let answer = answer.map_err(|failure| reply::transport(&failure).of(call.operation).to_error())?;
    let identity: replies::GetCallerIdentity =
        reply::parse(Operation::GetCallerIdentity, &answer).map_err(|failure| failure.to_error())?;
    let credential = runtime.block_on(connection.caller.credentials().current(now))?;
    let ends = credential.expires_at.map(|at| at.to_string());
    let rights = match connection.regions.first() {
        Some(region) => Some(runtime.block_on(permissions::look(&connection.caller, region, &clock))?),
        None => None,
    };
    if console.is_json() {
        console.json(&serde_json::json!({
            "account_id": identity.account_id, "arn": identity.arn, "identity_type": identity.identity_type,
            "access_key_id": credential.access_key_id, "source": credential.source, "expires_at": ends,
            "rights": rights,
        }))?;
        return Ok(Exit::Reached);
    }
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let lacks = match &rights {
        None => NOT_LOOKED.get(console.lang()).to_owned(),
        Some(rights) if rights.missing.is_empty() => {
            let unclear: Vec<&str> = rights.unclear.iter().map(|(action, _)| action.as_str()).collect();
            let unclear = match unclear.as_slice() {
                [] => String::new(),
                some => console.text(&UNCLEAR, &[("actions", some.join(", "))]),
            };
            console.text(&NONE, &[("unclear", unclear), ("writing", rights.not_asked.join(", "))])
        }
        Some(rights) => console.text(&MISSING, &[("missing", rights.missing.join(", "))]),
    };
    let lines = console.text(
        &LINES,
        &[
            ("account", console.safe(&identity.account_id)),
            ("arn", console.safe(&or_dash(identity.arn))),
            ("kind", console.safe(&or_dash(identity.identity_type))),
            ("key", console.safe(&credential.access_key_id)),
            ("source", console.safe(&credential.source)),
            ("ends", or_dash(ends)),
            ("lacks", lacks),
        ],
    );
    console.data(&lines)?;
    Ok(Exit::Reached)
}
