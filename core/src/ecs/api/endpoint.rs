//! Where a call goes: scheme, host and port.

use serde::{Deserialize, Serialize};

use super::Product;
use crate::catalog::endpoints;
use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::messages::calls;

/// The endpoint of a service. Without encryption only on this machine, such as the simulator, and the metadata service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Endpoint {
    encrypted: bool,
    /// Lower case; an IPv6 address in brackets.
    host: String,
    port: Option<u16>,
}

/// The network a call takes to the service.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// The internet.
    #[default]
    Public,
    /// Inside a VPC of the region; its hosts do not answer elsewhere.
    Vpc,
}

impl Endpoint {
    /// The endpoint of a service for a region.
    ///
    /// `given` is the user's own choice and goes before everything. It speaks of ECS: calls to STS follow it only when it
    /// is on this machine (a simulator answers for both), or into the VPC when it names the VPC host. A region that is not known is an error with a suggestion.
    pub fn resolve(product: Product, region: &str, network: Network, given: Option<&str>) -> Result<Self, Error> {
        let given = given.map(Self::parse).transpose()?;
        if let Some(endpoint) = given.as_ref().filter(|endpoint| product == Product::Ecs || endpoint.is_loopback()) {
            return Ok(endpoint.clone());
        }
        // Who calls from inside a VPC says so by the host; the public STS may not be reachable there.
        let in_vpc = given.as_ref().is_some_and(|endpoint| endpoint.host.starts_with("ecs-vpc."));
        let network = if in_vpc { Network::Vpc } else { network };
        let host = match (endpoints::find(region), product, network) {
            (_, Product::Sts, Network::Public) => endpoints::STS_HOST.to_owned(),
            (Some(row), Product::Sts, Network::Vpc) => row.sts_in_vpc(),
            (Some(row), Product::Ecs, Network::Public) => row.ecs(),
            (Some(row), Product::Ecs, Network::Vpc) => row.ecs_in_vpc(),
            (None, Product::Sts, Network::Vpc) if given.is_some() => format!("sts-vpc.{region}.aliyuncs.com"),
            (None, ..) => {
                return Err(Error::new(ErrorKind::Input, &calls::UNKNOWN_REGION)
                    .with("region", region)
                    .with("suggestion", endpoints::nearest(region)));
            }
        };
        Self::parse(&host)
    }

    /// The metadata service of ECS, which answers only on an instance and only without encryption.
    pub fn metadata() -> Self {
        Self { encrypted: false, host: endpoints::METADATA_HOST.to_owned(), port: None }
    }

    /// Reads `ecs.cn-beijing.aliyuncs.com`, `127.0.0.1:8080`, `http://[::1]:8080`, `https://host/`. Without a scheme it is
    /// encrypted, except on this machine. A path, a query or a user name is an error, and so is `http://` to elsewhere.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let unreadable = |detail: &str| {
            Error::new(ErrorKind::Input, &calls::ENDPOINT_UNREADABLE).with("endpoint", text).with("detail", detail)
        };
        let trimmed = text.trim();
        let (scheme, rest) = match trimmed.split_once("://") {
            Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
            None => (None, trimmed),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest).to_ascii_lowercase();
        if authority.contains(['/', '?', '#']) {
            return Err(unreadable("only a host and a port are allowed"));
        }
        let (host, port) = split_port(&authority).ok_or_else(|| unreadable("the port is not a number"))?;
        if !is_host(host) {
            return Err(unreadable("the host is missing or has characters that no host has"));
        }
        let mut endpoint = Self { encrypted: true, host: host.to_owned(), port };
        match scheme.as_deref() {
            Some("https") => {}
            Some("http") => endpoint.encrypted = false,
            None => endpoint.encrypted = !endpoint.is_loopback(),
            Some(_) => return Err(unreadable("only http and https are allowed")),
        }
        if !endpoint.encrypted && !endpoint.is_loopback() {
            return Err(Error::new(ErrorKind::Rejected, &calls::PLAIN_HTTP_REFUSED).with("endpoint", text));
        }
        Ok(endpoint)
    }

    /// Host and port as the `host` header carries them.
    pub fn authority(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    /// Whether calls are encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        match self.host.as_str() {
            "localhost" | "[::1]" => true,
            host => host.parse::<core::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback()),
        }
    }
}

/// A port number, if there is one; `None` when it is not a number.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => Some((host, Some(port.parse().ok()?))),
        _ => Some((authority, None)),
    }
}

fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(address) => address.parse::<core::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host.len() <= 253
                && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
        }
    }
}

/// The URL without a path.
impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", if self.encrypted { "https" } else { "http" }, self.authority())
    }
}

impl TryFrom<String> for Endpoint {
    type Error = Error;
    fn try_from(text: String) -> Result<Self, Error> {
        Self::parse(&text)
    }
}

impl From<Endpoint> for String {
    fn from(endpoint: Endpoint) -> Self {
        endpoint.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(product: Product, region: &str, network: Network, given: Option<&str>) -> String {
        Endpoint::resolve(product, region, network, given).map_or_else(|e| e.to_string(), |e| e.to_string())
    }

    #[test]
    fn own_choice_before_region_before_rule() {
        use Network::{Public, Vpc};
        use Product::{Ecs, Sts};
        assert_eq!(resolved(Ecs, "cn-hangzhou", Public, None), "https://ecs-cn-hangzhou.aliyuncs.com");
        assert_eq!(resolved(Ecs, "eu-west-1", Public, None), "https://ecs.eu-west-1.aliyuncs.com");
        assert_eq!(resolved(Ecs, "eu-west-1", Vpc, None), "https://ecs-vpc.eu-west-1.aliyuncs.com");
        assert_eq!(resolved(Sts, "eu-west-1", Public, None), "https://sts.aliyuncs.com");
        assert_eq!(resolved(Sts, "eu-west-1", Vpc, None), "https://sts-vpc.eu-west-1.aliyuncs.com");
        assert_eq!(
            resolved(Ecs, "xx-new-1", Public, Some("ecs.xx-new-1.aliyuncs.com")),
            "https://ecs.xx-new-1.aliyuncs.com"
        );
        assert_eq!(
            resolved(Sts, "cn-beijing", Public, Some("ecs.cn-beijing.aliyuncs.com")),
            "https://sts.aliyuncs.com"
        );
        assert_eq!(
            resolved(Sts, "cn-beijing", Public, Some("ecs-vpc.cn-beijing.aliyuncs.com")),
            "https://sts-vpc.cn-beijing.aliyuncs.com"
        );
        assert_eq!(resolved(Sts, "cn-beijing", Public, Some("127.0.0.1:8080")), "http://127.0.0.1:8080");
        let error = Endpoint::resolve(Ecs, "cn-hangzou", Public, None).unwrap_err();
        assert_eq!((error.row.code, error.kind), ("CE218", ErrorKind::Input));
        assert!(error.help(crate::Lang::En).starts_with("did you mean `cn-hangzhou`?"));
    }

    #[test]
    fn reads_what_people_write() {
        for (text, read) in [
            ("ECS.cn-beijing.aliyuncs.com", "https://ecs.cn-beijing.aliyuncs.com"),
            (" http://127.0.0.1:8080/ ", "http://127.0.0.1:8080"),
            ("https://127.0.0.1", "https://127.0.0.1"),
            ("[::1]:8080", "http://[::1]:8080"),
            ("http://localhost", "http://localhost"),
        ] {
            assert_eq!(Endpoint::parse(text).unwrap().to_string(), read);
        }
        for (text, code) in [
            ("http://ecs.aliyuncs.com", "CE216"),
            ("http://127.0.0.1.evil.com", "CE216"),
            ("", "CE219"),
            ("https://", "CE219"),
            ("ftp://127.0.0.1", "CE219"),
            ("https://user@host", "CE219"),
            ("https://host/path", "CE219"),
            ("https://host?x=1", "CE219"),
            ("https://host:99999", "CE219"),
            ("https://[::1", "CE219"),
            ("https://a b", "CE219"),
        ] {
            assert_eq!(Endpoint::parse(text).unwrap_err().row.code, code, "{text}");
        }
    }
}
