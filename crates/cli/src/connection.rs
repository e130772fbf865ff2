//! Where calls go and who signs them.

use std::path::PathBuf;
use std::sync::Arc;

use consnap_client::caller::ApiCaller;
use consnap_client::credentials::{self, Reach};
use consnap_client::driver::Clock;
pub(crate) use consnap_client::operations::Connection;
use consnap_client::transport::{HttpTransport, TransportOptions};
use consnap_core::Time;
use consnap_core::ecs::api::Product;
use consnap_core::ecs::api::endpoint::{Endpoint, Network};

use crate::drive::runtime;
use crate::exit::Failure;

/// Options of every command that talks to the service. Secrets are never among them: they come from the environment
/// or from the profile of the aliyun CLI.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionArguments {
    /// Profile of the aliyun CLI with the credentials; without it the default chain of the SDKs
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Endpoint of ECS instead of the region's own, such as that of `consnap simulate`
    #[arg(long, value_name = "URL", env = "CONSNAP_ENDPOINT", hide_env_values = true)]
    endpoint: Option<String>,
    /// The network to the service
    #[arg(long, value_enum, default_value_t = NetworkName::Public)]
    network: NetworkName,
    /// PEM file with the certificate authorities to trust instead of the system's
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// For rehearsals against a simulator: how many times as fast as the wall clock waits go by
    #[arg(long, value_name = "FACTOR", env = "CONSNAP_TIME_SCALE", hide = true)]
    time_scale: Option<f64>,
}

/// A network as it is typed.
#[derive(Copy, Clone, Debug, clap::ValueEnum)]
enum NetworkName {
    /// The internet
    Public,
    /// Inside a VPC of the region
    Vpc,
}

impl ConnectionArguments {
    /// Finds credentials and endpoints; nothing is sent to ECS. `recorded` is the endpoint of a run's journal, which counts
    /// when no other is given.
    ///
    /// Errors: no credentials, an unknown region, an endpoint or a file that cannot be used.
    pub(crate) fn open(&self, regions: &[String], recorded: Option<&str>) -> Result<Connection, Failure> {
        let endpoint = self.endpoint.clone().or_else(|| recorded.map(str::to_owned));
        let options = TransportOptions { ca_file: self.ca_file.clone(), ..TransportOptions::default() };
        let network = match self.network {
            NetworkName::Public => Network::Public,
            NetworkName::Vpc => Network::Vpc,
        };
        let transport = HttpTransport::new(options.clone())?;
        let reach = Reach { endpoint: endpoint.clone(), network, transport: options };
        let found = credentials::find(self.profile.as_deref(), reach, |name| std::env::var(name).ok())?;
        let regions = if regions.is_empty() { found.region.into_iter().collect() } else { regions.to_vec() };
        let caller = ApiCaller::new(transport, found.credentials, endpoint.clone()).over(network);
        for region in &regions {
            caller.endpoint_of(Product::Ecs, region)?;
            caller.endpoint_of(Product::Sts, region)?;
        }
        let given = endpoint.as_deref().map(Endpoint::parse).transpose()?;
        // Whoever has no credentials learns it now and in full, not from the first call of a run.
        let now = Clock::of_wall(Time::EPOCH).now();
        runtime()?.block_on(caller.credentials().current(now))?;
        let is_loopback = given.is_some_and(|endpoint| endpoint.is_loopback());
        // Real instances are never hurried.
        let time_scale = self.time_scale.filter(|_| is_loopback).unwrap_or(1.0);
        Ok(Connection { caller: Arc::new(caller), regions, is_loopback, time_scale })
    }
}
