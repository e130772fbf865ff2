//! Serves the small scenario until it is killed; says where in one line of JSON. `serve [PORT]`.

use consnap_simulator::{Scenario, Simulator, server};

#[expect(clippy::print_stdout, reason = "the line is the program's result")]
fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(0);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let scenario = Scenario::default();
        let key = scenario.access_keys.first().cloned().unwrap_or_default();
        let region = scenario.region.clone();
        let server = server::serve(Simulator::new(scenario), port).await?;
        println!(
            "{}",
            serde_json::json!({
                "endpoint": server.endpoint(), "region": region,
                "access_key_id": key.id, "access_key_secret": key.secret,
            })
        );
        server.run_forever().await;
        Ok(())
    })
}
