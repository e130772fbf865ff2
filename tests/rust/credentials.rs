//! Where credentials are found, in which order, what is said when they are not, and how they are kept fresh: over HTTP
//! against the STS and the metadata service that the simulator plays.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use consnap_client::caller::ApiCaller;
use consnap_client::credentials::{Found, Reach, find};
use consnap_client::transport::{HttpTransport, TransportOptions};
use consnap_core::ecs::api::replies;
use consnap_core::ecs::api::requests::GetCallerIdentity;
use consnap_core::ecs::credentials::{Credential, cli_profile, external, ini, issued};
use consnap_core::ecs::reply;
use consnap_core::{Error, Lang, Time};
use consnap_simulator::scenario::{AccessKey, MetadataTokens, OwnMachine, Role};
use consnap_simulator::{Scenario, Simulator, server};
use proptest::prelude::*;

const PROFILES: &str = r#"{"current":"ops","profiles":[
    {"name":"default","mode":"AK","access_key_id":"LTAI-default","access_key_secret":"hush"},
    {"name":"ops","mode":"StsToken","access_key_id":"STS.ops","access_key_secret":"hush","sts_token":"hush","region_id":"cn-beijing"},
    {"name":"fresh","mode":"AK","access_key_id":"","access_key_secret":""},
    {"name":"sso","mode":"CloudSSO","access_token":"hush"}]}"#;
const SECTIONS: &str = "[default]\ntype = access_key\naccess_key_id = LTAI-ini\naccess_key_secret = hush\n";
/// Nobody asks the real metadata service in a test.
const NO_METADATA: (&str, &str) = ("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true");

fn look(home: &Path, profile: Option<&str>, set: &[(&str, &str)]) -> Result<Found, Error> {
    let home = home.to_str().unwrap();
    find(profile, Reach::default(), |name| match name {
        "HOME" => Some(home.to_owned()),
        _ => set.iter().chain([&NO_METADATA]).find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()),
    })
}

fn wall() -> Time {
    Time::EPOCH.plus(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap())
}

/// The credentials of a place that needs no network.
fn given(found: &Found) -> Arc<Credential> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(found.credentials.current(wall())).unwrap()
}

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".aliyun")).unwrap();
    fs::write(home.path().join(".aliyun/config.json"), PROFILES).unwrap();
    fs::create_dir(home.path().join(".alibabacloud")).unwrap();
    fs::write(home.path().join(".alibabacloud/credentials"), SECTIONS).unwrap();
    home
}

#[test]
fn environment_before_profile_before_ini_file() {
    let home = home();
    let id = |profile, set: &[(&str, &str)]| given(&look(home.path(), profile, set).unwrap()).access_key_id.clone();
    let key = [("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI-env"), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "hush")];
    assert_eq!(id(None, &key), "LTAI-env");
    // A profile that was asked for goes before the environment: another place would be another identity.
    assert_eq!(id(Some("default"), &key), "LTAI-default");
    assert_eq!(id(None, &[]), "STS.ops");
    assert_eq!(id(None, &[("ALIBABA_CLOUD_PROFILE", "default")]), "LTAI-default");
    assert_eq!(id(None, &[("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true")]), "LTAI-ini");
    // As `aliyun configure` leaves it: there is a profile, and nothing in it.
    fs::write(home.path().join(".aliyun/config.json"), PROFILES.replacen("ops", "fresh", 1)).unwrap();
    assert_eq!(id(None, &[]), "LTAI-ini");
    fs::remove_file(home.path().join(".aliyun/config.json")).unwrap();
    assert_eq!(id(None, &[]), "LTAI-ini");

    let other = home.path().join("other.json");
    fs::write(&other, PROFILES).unwrap();
    let found = look(home.path(), None, &[("ALIBABA_CLOUD_CONFIG_FILE", other.to_str().unwrap())]).unwrap();
    assert_eq!(found.region.as_deref(), Some("cn-beijing"));
    assert!(given(&found).source.contains("profile `ops`"), "{}", given(&found).source);
    assert!(!format!("{found:?}").contains("hush"), "{found:?}");
}

#[test]
fn each_failure_says_what_was_tried_and_never_a_secret() {
    let home = home();
    let empty = tempfile::tempdir().unwrap();
    let error = look(empty.path(), None, &[]).unwrap_err();
    let message = error.message(Lang::En);
    assert_eq!(error.row.code, "CE201");
    for place in ["ALIBABA_CLOUD_ACCESS_KEY_ID", ".aliyun/config.json", ".alibabacloud/credentials"] {
        assert!(message.contains(place), "{message}");
    }
    for (profile, set, code) in [
        (Some("sso"), &[][..], "CE254"),
        (Some("nobody"), &[], "CE204"),
        (Some("fresh"), &[], "CE202"),
        (None, &[("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "hush")], "CE202"),
        (None, &[("ALIBABA_CLOUD_PROFILE", "sso")], "CE254"),
        (None, &[("ALIBABA_CLOUD_PROFILE", "fresh")], "CE202"),
    ] {
        let error = look(home.path(), profile, set).unwrap_err();
        assert_eq!(error.row.code, code);
        assert!(!error.message(Lang::En).contains("hush") && !format!("{error:?}").contains("hush"));
    }
    assert_eq!(look(empty.path(), Some("ops"), &[]).unwrap_err().row.code, "CE205");
    // A name that leads nowhere does not become the identity of this machine.
    let named =
        look(empty.path(), None, &[("ALIBABA_CLOUD_PROFILE", "ops"), ("ALIBABA_CLOUD_CREDENTIALS_URI", "http://x")]);
    assert_eq!(named.unwrap_err().row.code, "CE201");
    fs::write(home.path().join(".aliyun/config.json"), b"\xff{").unwrap();
    assert_eq!(look(home.path(), None, &[]).unwrap_err().row.code, "CE205");
    fs::remove_file(home.path().join(".aliyun/config.json")).unwrap();
    fs::create_dir(home.path().join(".aliyun/config.json")).unwrap();
    assert_eq!(look(home.path(), None, &[]).unwrap_err().row.code, "CE205");
}

/// A simulator whose own machine has a role, and a home directory.
struct Played {
    server: server::Server,
    home: tempfile::TempDir,
}

const ACCOUNT: &str = "1234567890123456";

impl Played {
    async fn start(change: impl FnOnce(&mut Scenario)) -> Self {
        let mut scenario = Scenario::default();
        scenario.roles.push(Role { name: "ops".to_owned(), ..Role::default() });
        scenario.own_machine = OwnMachine { role: Some("ops".to_owned()), ..OwnMachine::default() };
        change(&mut scenario);
        let server = server::serve(Simulator::new(scenario), 0).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(".aliyun")).unwrap();
        Self { server, home }
    }

    fn profiles(&self, profiles: &str) {
        let text = format!(r#"{{"current":"it","profiles":[{}]}}"#, profiles.replace("ACCOUNT", ACCOUNT));
        fs::write(self.home.path().join(".aliyun/config.json"), text).unwrap();
    }

    fn find(&self, set: &[(&str, &str)]) -> Found {
        self.try_find(set).unwrap()
    }

    fn try_find(&self, set: &[(&str, &str)]) -> Result<Found, Error> {
        let home = self.home.path().to_str().unwrap().to_owned();
        let reach = Reach { endpoint: Some(self.server.endpoint()), ..Reach::default() };
        find(None, reach, |name| match name {
            "HOME" => Some(home.clone()),
            _ => set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()),
        })
    }

    fn caller(&self, found: Found) -> ApiCaller {
        let transport = HttpTransport::new(TransportOptions::default()).unwrap();
        ApiCaller::new(transport, found.credentials, Some(self.server.endpoint()))
    }

    /// Whose credentials these are, as the service sees it.
    async fn identity(&self, set: &[(&str, &str)]) -> Result<String, Error> {
        let caller = self.caller(self.find(set));
        caller.credentials().current(wall()).await?;
        arn(&caller, wall()).await
    }
}

async fn arn(caller: &ApiCaller, at: Time) -> Result<String, Error> {
    let call = GetCallerIdentity.into_call("cn-hangzhou");
    let answer = caller.call(&call, at).await.map_err(|failure| reply::transport(&failure).to_error())?;
    let identity: replies::GetCallerIdentity =
        reply::parse(call.operation, &answer).map_err(|failure| failure.to_error())?;
    Ok(identity.arn.unwrap())
}

const KEY: &str = r#""access_key_id":"testid","access_key_secret":"testsecret""#;

#[tokio::test]
async fn a_role_is_taken_on_from_every_kind_of_profile() {
    let played = Played::start(|_| {}).await;
    let token = played.home.path().join("token");
    fs::write(&token, "hush-oidc\n").unwrap();
    let uri = format!("{}/__consnap/credentials/ops", played.server.endpoint());
    let program = played.home.path().join("get cred").with_file_name("get-cred");
    fs::write(&program, format!("#!/bin/sh\nprintf '{{\"mode\":\"AK\",%s}}' '{KEY}'\n")).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let role = format!("assumed-role/ops/{}", "night");
    for (profiles, wanted) in [
        (format!(r#"{{"name":"it","mode":"AK",{KEY}}}"#), "user/simulated"),
        (
            format!(r#"{{"name":"it","mode":"RamRoleArn",{KEY},"ram_role_arn":"acs:ram::ACCOUNT:role/ops","ram_session_name":"night","policy":"{{}}"}}"#),
            role.as_str(),
        ),
        (r#"{"name":"it","mode":"EcsRamRole"}"#.to_owned(), "assumed-role/ops/vm-ram-assume-role"),
        (r#"{"name":"it","mode":"ecsramrole","ram_role_name":"ops"}"#.to_owned(), "assumed-role/ops/vm-ram-assume-role"),
        (
            r#"{"name":"it","mode":"ChainableRamRoleArn","source_profile":"two","ram_role_arn":"acs:ram::ACCOUNT:role/AppSnapshotRoleName"},
               {"name":"two","mode":"ChainableRamRoleArn","source_profile":"one","ram_role_arn":"acs:ram::ACCOUNT:role/ops"},
               {"name":"one","mode":"EcsRamRole"}"#.to_owned(),
            "assumed-role/AppSnapshotRoleName/consnap",
        ),
        (
            format!(r#"{{"name":"it","mode":"OIDC","oidc_provider_arn":"acs:ram::ACCOUNT:oidc-provider/p","oidc_token_file":"{}","ram_role_arn":"acs:ram::ACCOUNT:role/ops","ram_session_name":"night"}}"#, token.display()),
            &role,
        ),
        (format!(r#"{{"name":"it","mode":"External","process_command":"{} --json"}}"#, program.display()), "user/simulated"),
        (format!(r#"{{"name":"it","mode":"CredentialsURI","credentials_uri":"{uri}"}}"#), "assumed-role/ops/uri"),
    ] {
        played.profiles(&profiles);
        let arn = played.identity(&[]).await.unwrap_or_else(|error| panic!("{profiles}: {error}"));
        assert_eq!(arn, format!("acs:ram::{ACCOUNT}:{wanted}"), "{profiles}");
    }
    let log = played.server.with(|simulator| format!("{:?}", simulator.calls().collect::<Vec<_>>()));
    assert!(log.contains("AssumeRoleWithOIDC") && !log.contains("hush-oidc"), "the token stays out of the log");
}

#[tokio::test]
async fn the_end_of_the_chain_is_oidc_metadata_and_uri() {
    let played = Played::start(|_| {}).await;
    let token = played.home.path().join("token");
    fs::write(&token, "t").unwrap();
    let arn = |name: &str| format!("acs:ram::{ACCOUNT}:{name}");
    let (role, provider) = (arn("role/ops"), arn("oidc-provider/p"));
    let oidc = [
        ("ALIBABA_CLOUD_ROLE_ARN", role.as_str()),
        ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", provider.as_str()),
        ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", token.to_str().unwrap()),
        ("ALIBABA_CLOUD_ROLE_SESSION_NAME", "pod"),
    ];
    let uri = format!("{}/__consnap/credentials/ops", played.server.endpoint());
    let uri = [("ALIBABA_CLOUD_CREDENTIALS_URI", uri.as_str())];
    // OIDC goes before a profile, and a profile before the metadata service.
    played.profiles(&format!(r#"{{"name":"it","mode":"AK",{KEY}}}"#));
    assert_eq!(played.identity(&oidc).await.unwrap(), arn("assumed-role/ops/pod"));
    assert_eq!(played.identity(&oidc[..2]).await.unwrap(), arn("user/simulated"));
    fs::remove_file(played.home.path().join(".aliyun/config.json")).unwrap();
    assert_eq!(played.identity(&uri).await.unwrap(), arn("assumed-role/ops/vm-ram-assume-role"));
    let no_metadata = [uri[0], NO_METADATA];
    assert_eq!(played.identity(&no_metadata).await.unwrap(), arn("assumed-role/ops/uri"));

    // An instance without a role has nothing to give: the next place is asked, and without one all places are named.
    let bare = Played::start(|scenario| scenario.own_machine.role = None).await;
    assert_eq!(
        bare.identity(&uri).await.unwrap_err().row.code,
        "CE223",
        "the URI was asked: its key is another service's"
    );
    let error = bare.identity(&[]).await.unwrap_err();
    assert_eq!(error.row.code, "CE201");
    let asked = bare.server.endpoint().replace("http://", "`") + "`";
    assert!(error.message(Lang::En).contains(&asked), "{error}");
}

#[tokio::test]
async fn tokens_of_the_metadata_service_are_used_and_may_be_demanded() {
    let v2_only = [("ALIBABA_CLOUD_IMDSV1_DISABLED", "true")];
    for (tokens, with_v1, without_v1) in [
        (MetadataTokens::Optional, true, true),
        (MetadataTokens::Required, true, true),
        (MetadataTokens::Unknown, true, false),
    ] {
        let played = Played::start(|scenario| scenario.own_machine.metadata_tokens = tokens).await;
        played.profiles(r#"{"name":"it","mode":"EcsRamRole"}"#);
        assert_eq!(played.identity(&[]).await.is_ok(), with_v1, "{tokens:?}");
        let strict = played.identity(&v2_only).await;
        assert_eq!(strict.is_ok(), without_v1, "{tokens:?}");
        if let Err(error) = strict {
            assert_eq!(error.row.code, "CE225");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_had_is_said_and_how_to_mend_it() {
    let played = Played::start(|scenario| scenario.roles[0].assumable = false).await;
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (profile, code, word) in [
        (format!(r#"{{"name":"it","mode":"RamRoleArn",{KEY},"ram_role_arn":"acs:ram::ACCOUNT:role/nobody"}}"#), "CE220", "EntityNotExist.Role"),
        (format!(r#"{{"name":"it","mode":"RamRoleArn",{KEY},"ram_role_arn":"acs:ram::ACCOUNT:role/AppSnapshotRoleName"}}"#), "CE220", "NoPermission"),
        (format!(r#"{{"name":"it","mode":"RamRoleArn",{KEY},"ram_role_arn":"acs:ram::ACCOUNT:role/ops","expired_seconds":60}}"#), "CE220", "DurationSeconds"),
        (r#"{"name":"it","mode":"EcsRamRole","ram_role_name":"other"}"#.to_owned(), "CE229", "`other`"),
        (r#"{"name":"it","mode":"External","process_command":"/nonexistent/program"}"#.to_owned(), "CE226", "started"),
        (r#"{"name":"it","mode":"External","process_command":"/bin/sh -c false"}"#.to_owned(), "CE226", "exit status: 1"),
        (r#"{"name":"it","mode":"External","process_command":"/bin/sh -c 'echo no such vault >&2; exit 3'"}"#.to_owned(), "CE226", "exit status: 3; it says: no such vault"),
        (r#"{"name":"it","mode":"External","process_command":"/bin/sh -c 'echo"}"#.to_owned(), "CE226", "a quote in it is open"),
        (r#"{"name":"it","mode":"External","process_command":"/bin/echo hush"}"#.to_owned(), "CE207", "not JSON"),
        (r#"{"name":"it","mode":"OIDC","oidc_provider_arn":"p","oidc_token_file":"/nonexistent/token","ram_role_arn":"x"}"#.to_owned(), "CE205", "/nonexistent/token"),
        (format!(r#"{{"name":"it","mode":"CredentialsURI","credentials_uri":"http://{gone}/?hush"}}"#), "CE228", "refused"),
        (r#"{"name":"it","mode":"CredentialsURI","credentials_uri":"http://example.com/?hush"}"#.to_owned(), "CE228", "without encryption"),
        (r#"{"name":"it","mode":"CredentialsURI","credentials_uri":"hush"}"#.to_owned(), "CE228", "no scheme"),
    ] {
        played.profiles(&profile);
        let error = played.identity(&[]).await.unwrap_err();
        let message = error.message(Lang::En);
        assert_eq!(error.row.code, code, "{message}");
        assert!(message.contains(word), "{message}");
        assert!(!message.contains("hush"), "{message}");
        assert!(!error.message(Lang::Zh).is_empty());
    }
    played.profiles(r#"{"name":"it","mode":"External","process_command":"/bin/echo"}"#);
    let forbidden = played.identity(&[("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS", "1")]).await;
    assert_eq!(forbidden.unwrap_err().row.code, "CE227");
}

/// What a login left is used while it lasts, and read again from the file, where the CLI renews it.
#[tokio::test]
async fn a_login_is_renewed_by_the_cli_and_read_again() {
    let home = home();
    let file = home.path().join(".aliyun/config.json");
    let login = |id: &str, end: i64| {
        let text = format!(
            r#"{{"current":"it","profiles":[{{"name":"it","mode":"CloudSSO","access_key_id":"{id}","access_key_secret":"hush","sts_token":"hush","sts_expiration":{end}}}]}}"#
        );
        fs::write(&file, text).unwrap();
    };
    login("STS.first", 1_800_000_000);
    let found = look(home.path(), None, &[]).unwrap();
    let at = |seconds: i64| Time::from_millis(seconds * 1000);
    assert!(found.credentials.is_renewable());
    assert_eq!(found.credentials.current(at(1_799_990_000)).await.unwrap().access_key_id, "STS.first");
    let ended = found.credentials.current(at(1_800_000_001)).await.unwrap_err();
    assert_eq!(ended.row.code, "CE255");
    assert!(
        ended.help(Lang::En).contains("`aliyun configure --profile it --mode CloudSSO`"),
        "{}",
        ended.help(Lang::En)
    );
    login("STS.second", 1_800_010_000);
    assert_eq!(found.credentials.current(at(1_800_000_100)).await.unwrap().access_key_id, "STS.second");
}

#[test]
fn the_sections_of_either_name_are_read() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".alibabacloud")).unwrap();
    fs::write(home.path().join(".alibabacloud/credentials.ini"), SECTIONS).unwrap();
    assert_eq!(given(&look(home.path(), None, &[]).unwrap()).access_key_id, "LTAI-ini");
}

/// Who may write the file that names a program decides what runs here.
#[tokio::test]
async fn a_program_that_others_may_have_named_is_not_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let played = Played::start(|_| {}).await;
    let (ran, file) = (played.home.path().join("ran"), played.home.path().join(".aliyun/config.json"));
    let program = format!(r#"{{"name":"two","mode":"External","process_command":"/usr/bin/touch {}"}}"#, ran.display());
    let role =
        r#"{"name":"it","mode":"ChainableRamRoleArn","source_profile":"two","ram_role_arn":"acs:ram::1:role/r"}"#;
    // Named at once, and as what a role builds on.
    for profiles in [program.replace("two", "it"), format!("{role},{program}")] {
        played.profiles(&profiles);
        for mode in [0o666, 0o620] {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(played.try_find(&[]).err().map(|error| error.row.code), Some("CE248"));
        }
        assert!(!ran.exists(), "{profiles}");
    }
}

/// How many credentials were handed out so far: their ids are numbered.
async fn handed_out(caller: &ApiCaller, at: Time) -> u32 {
    let credential = caller.credentials().current(at).await.unwrap();
    credential.access_key_id.trim_start_matches("STS.SIMULATED").parse().unwrap()
}

#[tokio::test]
async fn credentials_are_renewed_before_they_end() {
    let played = Played::start(|scenario| scenario.roles.last_mut().unwrap().session_seconds = 3600).await;
    played.profiles(r#"{"name":"it","mode":"EcsRamRole"}"#);
    let caller = played.caller(played.find(&[]));
    let start = wall();
    let after = |seconds| start.plus_seconds(seconds);
    assert_eq!(handed_out(&caller, start).await, 1);
    assert_eq!(handed_out(&caller, after(3400)).await, 1, "far from the end the same ones are used");
    // Calls side by side ask once.
    let at = after(3600 - 170);
    let (one, two) = tokio::join!(handed_out(&caller, at), handed_out(&caller, at));
    assert_eq!((one, two), (2, 2));
    arn(&caller, start).await.unwrap();
}

#[tokio::test]
async fn while_renewal_fails_those_at_hand_are_used_to_their_end() {
    let played = Played::start(|_| {}).await;
    played.profiles(r#"{"name":"it","mode":"EcsRamRole"}"#);
    let caller = played.caller(played.find(&[]));
    let start = wall();
    assert_eq!(handed_out(&caller, start).await, 1);
    played.server.with(|simulator| {
        let mut scenario = simulator.scenario().clone();
        scenario.own_machine.role = None;
        *simulator = Simulator::new(scenario);
    });
    assert_eq!(handed_out(&caller, start.plus_seconds(3600 - 100)).await, 1);
    let error = caller.credentials().current(start.plus_seconds(3700)).await.unwrap_err();
    assert_eq!(error.row.code, "CE224");
    // A call says that it certainly was not sent, and why.
    let failure = caller.call(&GetCallerIdentity.into_call("cn-hangzhou"), start.plus_seconds(3700)).await.unwrap_err();
    let failure = reply::transport(&failure);
    assert_eq!((failure.sent, failure.to_error().row.code), (consnap_core::base::http::Sent::No, "CE209"));
}

/// The service may end a token before its time: then new credentials are fetched, and the repeated call is answered.
#[tokio::test]
async fn a_token_the_service_ends_is_replaced() {
    let played = Played::start(|scenario| {
        scenario.time_scale = 5000.0;
        scenario.roles.last_mut().unwrap().session_seconds = 900;
    })
    .await;
    played.profiles(r#"{"name":"it","mode":"EcsRamRole"}"#);
    let caller = played.caller(played.find(&[]));
    let start = wall();
    assert_eq!(handed_out(&caller, start).await, 1);
    // 900 s of the service's clock, which the caller's knows nothing of.
    tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    let refused = arn(&caller, wall()).await.unwrap_err();
    assert_eq!(refused.api_code.as_deref(), Some("InvalidSecurityToken.Expired"));
    assert!(arn(&caller, wall()).await.unwrap().ends_with("vm-ram-assume-role"));
    assert_eq!(handed_out(&caller, wall()).await, 2);
}

/// A token of a profile whose end is long past is not sent anywhere; shortly after its end the service decides.
#[tokio::test]
async fn a_token_that_ended_is_said_to_have_ended() {
    let played = Played::start(|_| {}).await;
    let end = wall().millis() / 1000 - 3600;
    played.profiles(&format!(r#"{{"name":"it","mode":"StsToken",{KEY},"sts_token":"hush","sts_expiration":{end}}}"#));
    let found = played.find(&[]);
    let error = found.credentials.current(wall()).await.unwrap_err();
    assert_eq!(error.row.code, "CE206");
    assert!(error.message(Lang::En).contains("profile `it`") && !error.message(Lang::En).contains("hush"), "{error}");
    let near = Time::from_millis((end + 60) * 1000);
    assert!(found.credentials.current(near).await.is_ok());
}

/// A clock that is wrong by an hour does not keep STS from being asked: its `Date` header corrects it once.
#[tokio::test]
async fn a_wrong_clock_is_corrected_for_sts() {
    let played = Played::start(|_| {}).await;
    played
        .profiles(&format!(r#"{{"name":"it","mode":"RamRoleArn",{KEY},"ram_role_arn":"acs:ram::ACCOUNT:role/ops"}}"#));
    let caller = played.caller(played.find(&[]));
    caller.credentials().current(wall().plus_seconds(3600)).await.unwrap();
}

/// The request for a URI without a query ends with its path: a server of few lines would not find `path?`.
#[tokio::test]
async fn a_uri_is_asked_as_it_is_written() {
    use std::io::{Read as _, Write as _};
    for (asked, line) in
        [("/cred", "GET /cred HTTP/1.1"), ("/a/cred?x=1&y", "GET /a/cred?x=1&y HTTP/1.1"), ("", "GET / HTTP/1.1")]
    {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let uri = format!("http://{}{asked}", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut buffer = [0; 2048];
            let count = stream.read(&mut buffer).unwrap();
            stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").unwrap();
            String::from_utf8_lossy(&buffer[..count]).lines().next().unwrap().to_owned()
        });
        let found = look(Path::new("/nonexistent"), None, &[("ALIBABA_CLOUD_CREDENTIALS_URI", &uri)]).unwrap();
        let error = found.credentials.current(wall()).await.unwrap_err();
        assert_eq!(error.row.code, "CE228");
        assert_eq!(server.join().unwrap(), line);
    }
}

/// A key whose rights are cut has them cut when it stands for a role.
#[tokio::test]
async fn a_role_has_rights_of_its_own() {
    let played = Played::start(|scenario| {
        scenario.access_keys = vec![AccessKey::default()];
        scenario.roles.last_mut().unwrap().refused_operations = vec!["GetCallerIdentity".to_owned()];
    })
    .await;
    played.profiles(r#"{"name":"it","mode":"EcsRamRole"}"#);
    assert_eq!(played.identity(&[]).await.unwrap_err().api_code.as_deref(), Some("Forbidden.RAM"));
}

proptest! {
    /// Any text is read without a panic, and what is said of it never repeats it.
    #[test]
    fn no_file_panics(text in "(?s).{0,200}", near in "[\\[\\]{}=\":, \n#;a-z_]{0,200}") {
        for text in [text, near] {
            let _ = cli_profile::parse(&text, "f", None);
            let _ = ini::parse(&text, "f", "default");
            let _ = issued::parse(text.as_bytes(), "m");
            let _ = external::parse(text.as_bytes(), "m");
        }
    }

    /// Any URI that is no `http` one is refused before anything is sent, in words that do not repeat it.
    #[test]
    fn no_uri_panics_or_is_repeated(scheme in "[a-z:/ ]{0,6}", secret in "[A-Za-z0-9]{12,30}", tail in "(?s).{0,30}") {
        prop_assume!(!scheme.contains("http"));
        let uri = format!("{scheme}{secret}{tail}");
        let found = look(Path::new("/nonexistent"), None, &[("ALIBABA_CLOUD_CREDENTIALS_URI", &uri)]).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let error = runtime.block_on(found.credentials.current(wall())).unwrap_err();
        prop_assert_eq!(error.row.code, "CE228");
        prop_assert!(!error.message(Lang::En).contains(&secret), "{}", error);
    }

    /// A secret in the wrong place or of the wrong type does not show up in the error.
    #[test]
    fn no_error_repeats_a_secret(secret in "[A-Za-z0-9]{12,30}", member in proptest::sample::select(vec![
        "mode", "name", "sts_expiration", "profiles", "current", "access_key_secret", "region_id"])) {
        let near = [
            format!(r#"{{"profiles":[{{"name":"default","{member}":"{secret}","access_key_secret":["{secret}"]}}]}}"#),
            format!(r#"{{"profiles":[{{"name":"default","access_key_secret":"{secret}""#),
            format!(r#"{{"profiles":"{secret}"}}"#),
        ];
        for text in near {
            let said = cli_profile::parse(&text, "f", None).map_or_else(|error| error.message(Lang::En), |_| String::new());
            // Names and modes are told on purpose; they are no place for a secret.
            prop_assert!(!said.contains(&secret) || matches!(member, "mode" | "name"), "{}", said);
        }
        let said = ini::parse(&format!("[default]\naccess_key_secret {secret}"), "f", "default").unwrap_err();
        prop_assert!(!said.message(Lang::En).contains(&secret));
    }
}

#[tokio::test]
async fn only_an_id_in_a_good_reply_is_the_own_instance() {
    use consnap_client::own_instance;
    use consnap_core::ecs::api::endpoint::Endpoint;
    use consnap_simulator::scenario::{MetadataTokens, OwnMachine};
    for (instance_id, expected) in [("i-bp1abc", Some("i-bp1abc")), ("", None), ("<html>", None), ("i-", None)] {
        for metadata_tokens in [MetadataTokens::Optional, MetadataTokens::Required, MetadataTokens::Unknown] {
            let own_machine = OwnMachine { role: None, instance_id: instance_id.to_owned(), metadata_tokens };
            let scenario = consnap_simulator::Scenario { own_machine, ..consnap_simulator::Scenario::default() };
            let simulator = consnap_simulator::Simulator::new(scenario);
            let server = consnap_simulator::server::serve(simulator, 0).await.unwrap();
            let found = own_instance::ask(Endpoint::parse(&server.endpoint()).unwrap()).await;
            assert_eq!(found.as_deref(), expected);
        }
    }
}
