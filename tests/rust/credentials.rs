//! Where credentials are found, in which order, and what is said when they are not.

use std::fs;
use std::path::Path;

use consnap_client::credentials::{Found, find};
use consnap_core::credentials::{cli_profile, ini, issued};
use consnap_core::{Error, Lang};
use proptest::prelude::*;

const PROFILES: &str = r#"{"current":"ops","profiles":[
    {"name":"default","mode":"AK","access_key_id":"LTAI-default","access_key_secret":"hush"},
    {"name":"ops","mode":"StsToken","access_key_id":"STS.ops","access_key_secret":"hush","sts_token":"hush","region_id":"cn-beijing"},
    {"name":"role","mode":"RamRoleArn","access_key_id":"LTAI","access_key_secret":"hush","ram_role_arn":"acs:ram::1:role/ops"}]}"#;
const SECTIONS: &str = "[default]\ntype = access_key\naccess_key_id = LTAI-ini\naccess_key_secret = hush\n";

fn look(home: &Path, profile: Option<&str>, set: &[(&str, &str)]) -> Result<Found, Error> {
    let home = home.to_str().unwrap();
    find(profile, |name| match name {
        "HOME" => Some(home.to_owned()),
        _ => set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()),
    })
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
    let id = |profile, set: &[(&str, &str)]| look(home.path(), profile, set).unwrap().credential.access_key_id;
    let key = [("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI-env"), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "hush")];
    assert_eq!(id(None, &key), "LTAI-env");
    // A profile that was asked for goes before the environment: another place would be another identity.
    assert_eq!(id(Some("default"), &key), "LTAI-default");
    assert_eq!(id(None, &[]), "STS.ops");
    assert_eq!(id(None, &[("ALIBABA_CLOUD_PROFILE", "default")]), "LTAI-default");
    assert_eq!(id(None, &[("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true")]), "LTAI-ini");
    fs::remove_file(home.path().join(".aliyun/config.json")).unwrap();
    assert_eq!(id(None, &[]), "LTAI-ini");

    let other = home.path().join("other.json");
    fs::write(&other, PROFILES).unwrap();
    let found = look(home.path(), None, &[("ALIBABA_CLOUD_CONFIG_FILE", other.to_str().unwrap())]).unwrap();
    assert_eq!(found.region.as_deref(), Some("cn-beijing"));
    assert!(found.credential.source.contains("profile `ops`"), "{}", found.credential.source);
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
        (Some("role"), &[][..], "CE203"),
        (Some("nobody"), &[], "CE204"),
        (None, &[("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "hush")], "CE202"),
        (None, &[("ALIBABA_CLOUD_PROFILE", "role")], "CE203"),
    ] {
        let error = look(home.path(), profile, set).unwrap_err();
        assert_eq!(error.row.code, code);
        assert!(!error.message(Lang::En).contains("hush") && !format!("{error:?}").contains("hush"));
    }
    assert_eq!(look(empty.path(), Some("ops"), &[]).unwrap_err().row.code, "CE205");
    fs::write(home.path().join(".aliyun/config.json"), b"\xff{").unwrap();
    assert_eq!(look(home.path(), None, &[]).unwrap_err().row.code, "CE205");
    fs::remove_file(home.path().join(".aliyun/config.json")).unwrap();
    fs::create_dir(home.path().join(".aliyun/config.json")).unwrap();
    assert_eq!(look(home.path(), None, &[]).unwrap_err().row.code, "CE205");
}

proptest! {
    /// Any text is read without a panic, and what is said of it never repeats it.
    #[test]
    fn no_file_panics(text in "(?s).{0,200}", near in "[\\[\\]{}=\":, \n#;a-z_]{0,200}") {
        for text in [text, near] {
            let _ = cli_profile::parse(&text, "f", None);
            let _ = ini::parse(&text, "f", "default");
            let _ = issued::parse(text.as_bytes(), "m");
        }
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
