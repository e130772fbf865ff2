//! Which instance consnap itself runs on, if it runs on one: to freeze it would freeze consnap's own journal.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// The metadata service of ECS; never asked through a proxy.
const METADATA: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(100, 100, 100, 200)), 80);

/// On an instance it answers within milliseconds; elsewhere nobody does.
const PATIENCE: Duration = Duration::from_millis(300);

/// The id, where it can be learnt: from `CONSNAP_OWN_INSTANCE`, else from the metadata service.
///
/// With an endpoint on this machine there is nothing real to freeze, and the metadata service is not asked.
pub(crate) fn find(is_loopback: bool) -> Option<String> {
    if let Ok(given) = std::env::var("CONSNAP_OWN_INSTANCE") {
        return is_instance_id(&given).then_some(given);
    }
    if is_loopback {
        return None;
    }
    // The hardened mode of the service wants a token; the normal mode ignores it.
    let token = ask("PUT /latest/api/token", "X-aliyun-ecs-metadata-token-ttl-seconds: 60\r\n").unwrap_or_default();
    let header = if token.is_empty() || token.contains(char::is_control) {
        String::new()
    } else {
        format!("X-aliyun-ecs-metadata-token: {token}\r\n")
    };
    ask("GET /latest/meta-data/instance-id", &header).filter(|id| is_instance_id(id))
}

fn ask(request: &str, header: &str) -> Option<String> {
    let mut stream = TcpStream::connect_timeout(&METADATA, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    let message = format!(
        "{request} HTTP/1.0\r\nHost: 100.100.100.200\r\n{header}Content-Length: 0\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(message.as_bytes()).ok()?;
    let mut reply = Vec::new();
    stream.take(4096).read_to_end(&mut reply).ok()?;
    body(&String::from_utf8_lossy(&reply))
}

/// The body of a reply that says 200.
fn body(reply: &str) -> Option<String> {
    let (head, body) = reply.split_once("\r\n\r\n")?;
    (head.split(' ').nth(1) == Some("200")).then(|| body.trim().to_owned())
}

fn is_instance_id(text: &str) -> bool {
    text.strip_prefix("i-").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_id_in_a_good_reply_counts() {
        assert_eq!(body("HTTP/1.0 200 OK\r\nServer: x\r\n\r\ni-bp1abc\n").as_deref(), Some("i-bp1abc"));
        assert_eq!(body("HTTP/1.0 404 Not Found\r\n\r\ni-bp1abc"), None);
        assert_eq!(body("nonsense"), None);
        assert!(is_instance_id("i-bp1abc") && !is_instance_id("i-") && !is_instance_id("<html>"));
    }
}
