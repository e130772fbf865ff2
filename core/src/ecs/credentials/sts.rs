//! Requests to STS that hand out credentials (API 2015-04-01; docs/sources/api.md 6.1). The replies are read by
//! [`super::issued`].

use std::borrow::Cow;

use super::source::{OidcRole, Role};
use crate::base::http::HttpRequest;
use crate::base::time::Time;
use crate::diagnostics::error::Error;
use crate::ecs::api::endpoint::{Endpoint, Network};
use crate::ecs::api::{ApiCall, Operation, Product};
use crate::ecs::sign::{USER_AGENT, percent_encode};

use super::source::StsPlace;

/// The call that takes a role on.
pub fn assume_role(role: &Role, region: &str) -> ApiCall {
    let mut parameters: Vec<(Cow<'static, str>, String)> = vec![
        (Cow::Borrowed("RoleArn"), role.arn.clone()),
        (Cow::Borrowed("RoleSessionName"), role.session_name.clone()),
        (Cow::Borrowed("DurationSeconds"), role.duration_seconds.to_string()),
    ];
    parameters.extend(role.policy.clone().map(|policy| (Cow::Borrowed("Policy"), policy)));
    parameters.extend(role.external_id.clone().map(|id| (Cow::Borrowed("ExternalId"), id)));
    ApiCall { operation: Operation::AssumeRole, region: region.to_owned(), parameters }
}

/// The request that takes a role on with a token. Nobody signs it: the token, in the body, is what counts.
pub fn assume_role_with_oidc(oidc: &OidcRole, token: &str, host: &str, now: Time, nonce: &str) -> HttpRequest {
    let operation = Operation::AssumeRoleWithOidc;
    let duration = oidc.role.duration_seconds.to_string();
    let date = now.to_wire();
    let mut form = vec![
        ("RoleArn", oidc.role.arn.as_str()),
        ("OIDCProviderArn", oidc.provider_arn.as_str()),
        ("OIDCToken", token),
        ("RoleSessionName", oidc.role.session_name.as_str()),
        ("DurationSeconds", duration.as_str()),
    ];
    form.extend(oidc.role.policy.as_deref().map(|policy| ("Policy", policy)));
    let query = [
        ("Action", operation.name()),
        ("Format", "JSON"),
        ("Version", operation.version()),
        ("Timestamp", date.as_str()),
        ("SignatureNonce", nonce),
    ];
    HttpRequest {
        method: Cow::Borrowed("POST"),
        path: Cow::Borrowed("/"),
        query: joined(&query),
        headers: vec![
            (Cow::Borrowed("host"), host.to_owned()),
            (Cow::Borrowed("accept"), "application/json".to_owned()),
            (Cow::Borrowed("content-type"), "application/x-www-form-urlencoded".to_owned()),
            (Cow::Borrowed("user-agent"), USER_AGENT.to_owned()),
        ],
        body: joined(&form).into_bytes(),
    }
}

/// Where STS is asked. `given` and `network` are the user's own choice of endpoint and network; a simulator on this machine
/// answers for STS too.
pub fn endpoint(place: &StsPlace, network: Network, given: Option<&str>) -> Result<Endpoint, Error> {
    if let Some(given) = given.map(Endpoint::parse).transpose()?.filter(Endpoint::is_loopback) {
        return Ok(given);
    }
    if let Some(host) = &place.endpoint {
        return Endpoint::parse(host);
    }
    let in_vpc = place.in_vpc.unwrap_or(network == Network::Vpc);
    match place.region.as_deref() {
        Some(region) if in_vpc => Endpoint::parse(&format!("sts-vpc.{region}.aliyuncs.com")),
        Some(region) => Endpoint::parse(&format!("sts.{region}.aliyuncs.com")),
        // Inside a VPC only the region's host answers; without a region the central one is the best guess left.
        None => Endpoint::resolve(Product::Sts, "", Network::Public, None),
    }
}

fn joined(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", percent_encode(name), percent_encode(value))).collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_follow_their_switches() {
        let at = |place: StsPlace, network, given: Option<&str>| {
            endpoint(&place, network, given).map_or_else(|error| error.to_string(), |endpoint| endpoint.to_string())
        };
        let beijing = || StsPlace { region: Some("cn-beijing".to_owned()), ..StsPlace::default() };
        assert_eq!(at(StsPlace::default(), Network::Public, None), "https://sts.aliyuncs.com");
        assert_eq!(at(beijing(), Network::Public, None), "https://sts.cn-beijing.aliyuncs.com");
        assert_eq!(at(beijing(), Network::Vpc, None), "https://sts-vpc.cn-beijing.aliyuncs.com");
        let outside = StsPlace { in_vpc: Some(false), ..beijing() };
        assert_eq!(at(outside, Network::Vpc, None), "https://sts.cn-beijing.aliyuncs.com");
        let in_vpc = StsPlace { in_vpc: Some(true), ..beijing() };
        assert_eq!(at(in_vpc.clone(), Network::Public, None), "https://sts-vpc.cn-beijing.aliyuncs.com");
        let own = StsPlace { endpoint: Some("sts.example.com".to_owned()), ..in_vpc };
        assert_eq!(at(own.clone(), Network::Public, Some("ecs.example.com")), "https://sts.example.com");
        assert_eq!(at(own, Network::Public, Some("http://127.0.0.1:81")), "http://127.0.0.1:81");
    }

    #[test]
    fn the_token_travels_in_the_body_only() {
        let oidc = OidcRole {
            provider_arn: "acs:ram::1:oidc-provider/p".to_owned(),
            token_file: "/t".to_owned(),
            role: Role::new("acs:ram::1:role/ops"),
            sts: StsPlace::default(),
        };
        let request = assume_role_with_oidc(&oidc, "hush", "sts.aliyuncs.com", Time::EPOCH, "n");
        assert!(!request.query.contains("hush") && !format!("{request:?}").contains("hush"));
        let body = String::from_utf8(request.body).unwrap();
        assert!(body.contains("OIDCToken=hush") && body.contains("RoleArn=acs%3Aram%3A%3A1%3Arole%2Fops"), "{body}");
    }
}
