//! Finds credentials: environment, then the profile of the `aliyun` CLI, then the SDKs' credentials file.

use std::path::{Path, PathBuf};

use consnap_core::catalog::messages::calls;
use consnap_core::credentials::{Credential, cli_profile, from_environment, ini};
use consnap_core::{Error, ErrorKind};
use zeroize::Zeroizing;

/// Credentials and the region their profile prefers.
#[derive(Clone, Debug)]
pub struct Found {
    /// What signs.
    pub credential: Credential,
    /// The region of the profile, if it has one.
    pub region: Option<String>,
}

/// Looks where the official SDKs look, in their order (ecs-domain 6.1), as far as consnap supports it.
///
/// `profile` is the user's own choice: then only the CLI's file counts, because another place would be another identity.
/// `variable` reads the environment. The first place that has something counts; if what it has cannot be used, that is the
/// error. Nothing anywhere is an error that lists the places.
pub fn find(profile: Option<&str>, variable: impl Fn(&str) -> Option<String>) -> Result<Found, Error> {
    let set = |name: &str| variable(name).filter(|text| !text.trim().is_empty());
    let profile_file =
        set("ALIBABA_CLOUD_CONFIG_FILE").map(PathBuf::from).or_else(|| home(&set, ".aliyun/config.json"));
    if let Some(profile) = profile {
        let file = profile_file.ok_or_else(|| nothing_found(&["no home directory".to_owned()]))?;
        return match read(&file)? {
            Some(text) => of_profile(&text, &file, Some(profile)),
            None => Err(Error::new(ErrorKind::Credential, &calls::CREDENTIALS_FILE_UNREADABLE)
                .with("file", file.display().to_string())
                .with("detail", "it does not exist")),
        };
    }
    let mut tried = vec!["`ALIBABA_CLOUD_ACCESS_KEY_ID`".to_owned()];
    if let Some(credential) = from_environment(&variable)? {
        let region = set("ALIBABA_CLOUD_REGION_ID");
        return Ok(Found { credential, region });
    }
    let wanted = set("ALIBABA_CLOUD_PROFILE");
    let disabled =
        set("ALIBABA_CLOUD_CLI_PROFILE_DISABLED").is_some_and(|text| text.trim().eq_ignore_ascii_case("true"));
    if let Some(file) = profile_file.filter(|_| !disabled) {
        if let Some(text) = read(&file)? {
            return of_profile(&text, &file, wanted.as_deref());
        }
        tried.push(format!("`{}`", file.display()));
    }
    let ini_file =
        set("ALIBABA_CLOUD_CREDENTIALS_FILE").map(PathBuf::from).or_else(|| home(&set, ".alibabacloud/credentials"));
    if let Some(file) = ini_file {
        if let Some(text) = read(&file)? {
            let section = wanted.as_deref().unwrap_or("default");
            let credential = ini::parse(&text, &file.display().to_string(), section)?;
            return Ok(Found { credential, region: None });
        }
        tried.push(format!("`{}`", file.display()));
    }
    Err(nothing_found(&tried))
}

fn nothing_found(tried: &[String]) -> Error {
    Error::new(ErrorKind::Credential, &calls::NO_CREDENTIALS).with("tried", tried.join(", "))
}

fn home(set: &impl Fn(&str) -> Option<String>, below: &str) -> Option<PathBuf> {
    set("HOME").or_else(|| set("USERPROFILE")).map(|home| Path::new(&home).join(below))
}

fn of_profile(text: &str, file: &Path, wanted: Option<&str>) -> Result<Found, Error> {
    let profile = cli_profile::parse(text, &file.display().to_string(), wanted)?;
    Ok(Found { credential: profile.credential, region: profile.region_id })
}

/// The text of a file; `None` when there is no such file. Its memory is cleared.
fn read(file: &Path) -> Result<Option<Zeroizing<String>>, Error> {
    let unreadable = |detail: String| {
        Error::new(ErrorKind::Credential, &calls::CREDENTIALS_FILE_UNREADABLE)
            .with("file", file.display().to_string())
            .with("detail", detail)
    };
    match std::fs::read(file) {
        Ok(bytes) => {
            let bytes = Zeroizing::new(bytes);
            let text = std::str::from_utf8(&bytes).map_err(|_| unreadable("it is not UTF-8".to_owned()))?;
            Ok(Some(Zeroizing::new(text.to_owned())))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(error.to_string())),
    }
}
