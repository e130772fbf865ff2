//! `consnap demo`: a simulated fleet, checked, snapshotted and judged by its tags, over real signed HTTP.

use std::sync::Arc;

use consnap_client::caller::ApiCaller;
use consnap_client::run::Run;
use consnap_client::transport::{HttpTransport, TransportOptions};
use consnap_core::ecs::credentials::{Credential, Secret};
use consnap_core::run::session::Goal;
use consnap_core::{Text, input::job};
use consnap_simulator::{Simulator, demo_scenario, server};
use serde_json::json;

use crate::commands::run::print;
use crate::connection::Connection;
use crate::console::Console;
use crate::evidence::EvidenceArguments;
use crate::exit::{Exit, Failure};
use crate::{confirm, drive};

/// Watch a simulated fleet being checked, snapshotted and judged; sends nothing beyond this machine
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The service is played on 127.0.0.1 by the simulator of `consnap simulate`; everything else is what `run` does. At the end \
every verdict is compared with what really happened in the simulated guests: exit status 0 when all are equal, 1 otherwise.")]
pub(crate) struct Arguments {
    /// List the instances that reached what was required too, one by one
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    evidence: EvidenceArguments,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    arguments.evidence.prepare(console)?;
    let scenario = demo_scenario();
    let key = scenario.access_keys.first().cloned().unwrap_or_default();
    let (region, time_scale) = (scenario.region.clone(), scenario.time_scale);
    let runtime = drive::runtime()?;
    let server = runtime.block_on(server::serve(Simulator::new(scenario), 0))?;
    let ids: Vec<String> =
        server.with(|simulator| simulator.truth().into_iter().map(|truth| truth.instance_id).collect());
    let document = json!({
        "version": 1,
        "regions": [region],
        "targets": {"ids": ids},
        "instance_ram_role": "AppSnapshotRoleName",
        "group_name": "demo-{run}",
        "linux": {
            "pre_script_path": "/tmp/prescript.sh",
            "post_script_path": "/tmp/postscript.sh",
            "script_timeout_seconds": 60,
        },
        "run": {"canary": 1, "max_in_flight": ids.len(), "max_errors": ids.len(), "attach_role": "if_missing"},
    });
    let line = console.text(&BEGIN, &[("count", ids.len().to_string()), ("endpoint", server.endpoint())]);
    console.note(&line);
    let (job, _) = job::read(&document);
    let credential = Credential {
        access_key_id: key.id,
        access_key_secret: Secret::new(key.secret),
        security_token: None,
        expires_at: None,
        source: "demo".to_owned(),
    };
    let transport = HttpTransport::new(TransportOptions::default())?;
    let caller = ApiCaller::new(transport, credential, Some(server.endpoint()));
    let connection =
        Connection { caller: Arc::new(caller), regions: job.regions.clone(), is_loopback: true, time_scale };
    let clock = connection.clock();
    let setup = connection.setup(job, Goal::Run)?;
    let state = std::env::temp_dir().join(format!("consnap-demo-{}", setup.run_id));
    let mut run = Run::begin(setup, document, &state, &connection.caller, clock)?;
    let driven = drive::drive(&mut run, &runtime, console);
    let mut report = run.report(console.lang());
    // Advice to show or resume a run whose journal is gone would lead nowhere.
    report.sentences.retain(|sentence| !sentence.contains(&report.run_id));
    let written = arguments.evidence.write(&run, &report, Some(&state), console);
    // The journal of a demo has served when its run is over; what cannot be removed does no harm.
    let _ = std::fs::remove_dir_all(&state);
    driven?;
    print(&report, arguments.all, console)?;
    let truth = server.with(|simulator| simulator.truth());
    let disagreements = confirm::disagreements(&report, &truth);
    for disagreement in &disagreements {
        let line = console.safe(disagreement);
        console.note(&line);
    }
    let agreeing = truth.len().saturating_sub(disagreements.len());
    let line = console.text(
        &END,
        &[
            ("agreeing", agreeing.to_string()),
            ("all", truth.len().to_string()),
            ("status", report.exit_status.to_string()),
        ],
    );
    console.note(&line);
    let told = if disagreements.is_empty() && run.is_over() { Exit::Reached } else { Exit::Findings };
    Ok(told.or_worse(written))
}

static BEGIN: Text = Text::new(
    "demo: {count} simulated instances behind {endpoint}; nothing leaves this machine",
    "演示：{endpoint} 上的 {count} 个模拟实例；不会向本机以外发送任何请求",
);
static END: Text = Text::new(
    "demo: {agreeing} of {all} verdicts equal what really happened in the simulated guests; `run` would have ended with exit status {status}; the demo keeps no journal",
    "演示：{all} 个判定结果中有 {agreeing} 个与模拟实例中实际发生的情况一致；`run` 的退出状态将是 {status}；演示不保留执行记录",
);
