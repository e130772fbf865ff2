//! `consnap whoami`: whose credentials these are.

use consnap_client::driver::Clock;
use consnap_core::api::requests::GetCallerIdentity;
use consnap_core::api::{Operation, replies};
use consnap_core::{Text, Time, reply};

use crate::connection::ConnectionArguments;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::running::runtime;

/// Show whose credentials these are and where they come from, never a secret; sends one reading call
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap whoami
  consnap whoami --profile ops --format json")]
pub(crate) struct Arguments {
    /// A region, which chooses the endpoint
    #[arg(long, value_name = "ID")]
    region: Option<String>,
    #[command(flatten)]
    connection: ConnectionArguments,
}

const LINES: Text = Text::new(
    "account  {account}\ncaller   {arn}\nkind     {kind}\nkey      {key}\nsource   {source}\nends     {ends}",
    "账号    {account}\n调用者  {arn}\n类型    {kind}\n密钥    {key}\n来源    {source}\n到期    {ends}",
);

/// The region that chooses the endpoint when none is given: the call is not about a region.
const ANY_REGION: &str = "cn-hangzhou";

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let regions: Vec<String> = arguments.region.clone().into_iter().collect();
    let connection = arguments.connection.open(&regions, None)?;
    let region = connection.regions.first().map_or(ANY_REGION, String::as_str);
    let call = GetCallerIdentity.into_call(region);
    let now = Clock::of_wall(Time::EPOCH).now();
    let runtime = runtime()?;
    let answer = runtime.block_on(connection.caller.call(&call, now));
    let answer = answer.map_err(|failure| reply::transport(&failure).to_error())?;
    let identity: replies::GetCallerIdentity =
        reply::parse(Operation::GetCallerIdentity, &answer).map_err(|failure| failure.to_error())?;
    let credential = runtime.block_on(connection.caller.credentials().current(now))?;
    let ends = credential.expires_at.map(|at| at.to_string());
    if console.is_json() {
        console.json(&serde_json::json!({
            "account_id": identity.account_id, "arn": identity.arn, "identity_type": identity.identity_type,
            "access_key_id": credential.access_key_id, "source": credential.source, "expires_at": ends,
        }))?;
        return Ok(Exit::Reached);
    }
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let lines = console.text(
        &LINES,
        &[
            ("account", identity.account_id),
            ("arn", or_dash(identity.arn)),
            ("kind", or_dash(identity.identity_type)),
            ("key", credential.access_key_id.clone()),
            ("source", credential.source.clone()),
            ("ends", or_dash(ends)),
        ],
    );
    console.data(&lines)?;
    Ok(Exit::Reached)
}
