//! `consnap simulate`: the service on this machine.

use std::path::PathBuf;

use consnap_simulator::{Scenario, Simulator, server};

use crate::console::Console;
use crate::drive;
use crate::exit::{Exit, Failure};
use crate::scenario;

/// Play the ECS service on 127.0.0.1, with simulated instances, until interrupted; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap simulate
  consnap simulate scenario.yaml --port 8080
  export ALIBABA_CLOUD_ACCESS_KEY_ID=testid ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret
  consnap run job.yaml --endpoint http://127.0.0.1:8080

When it is ready it writes one line of JSON: {endpoint, region, access_key_id, access_key_secret}. The key is not a real one.")]
pub(crate) struct Arguments {
    /// A scenario, YAML or JSON; a small one with two fit instances when not given
    scenario: Option<PathBuf>,
    /// The port; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
}

/// What a client needs to know.
#[derive(serde::Serialize)]
struct Ready {
    endpoint: String,
    region: String,
    access_key_id: String,
    access_key_secret: String,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let scenario = match &arguments.scenario {
        Some(path) => scenario::read(path, console)?,
        None => Scenario::default(),
    };
    let key = scenario.access_keys.first().cloned().unwrap_or_default();
    let region = scenario.region.clone();
    let runtime = drive::runtime()?;
    let mut interrupts = drive::Interrupts::heard_by(&runtime);
    runtime.block_on(async {
        let server = server::serve(Simulator::new(scenario), arguments.port).await.map_err(|error| {
            consnap_core::Error::new(
                consnap_core::ErrorKind::Input,
                &consnap_core::diagnostics::messages::errors::PORT_UNUSABLE,
            )
            .with("port", arguments.port.to_string())
            .with("reason", error.to_string())
        })?;
        console.json_line(&Ready {
            endpoint: server.endpoint(),
            region,
            access_key_id: key.id,
            access_key_secret: key.secret,
        })?;
        tokio::select! {
            () = server.run_forever() => {}
            () = interrupts.next() => {}
        }
        Ok(Exit::Reached)
    })
}
