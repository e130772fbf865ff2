//! Finds credentials where the official SDKs look, in their order, and keeps them fresh.

mod external;
mod fetch;
mod provider;

use std::path::{Path, PathBuf};

use consnap_core::diagnostics::messages::calls;
use consnap_core::ecs::credentials::environment::{oidc_from_environment, sts_place, variables};
use consnap_core::ecs::credentials::{CredentialSource, Secret, cli_profile, from_environment, ini};
use consnap_core::{Error, ErrorKind};
use zeroize::Zeroizing;

pub use fetch::Reach;
pub use provider::Provider;

use fetch::Fetcher;
use provider::Candidate;

/// Credentials and the region their place prefers.
#[derive(Debug)]
pub struct Found {
    /// What signs. Some places are asked only when the first call needs them: [`Provider::current`].
    pub credentials: Provider,
    /// The region of the profile or of the environment, if there is one.
    pub region: Option<String>,
}

/// Looks where the official SDKs look, in their order (docs/sources/api.md 6.1): environment, OIDC, the CLI's profile,
/// the SDKs' files, the metadata service, the credentials URI. Files are read at once; what must be asked over the network is asked
/// by the first [`Provider::current`].
///
/// `profile` is the user's own choice: then only the CLI's file counts, because another place would be another identity.
/// `variable` reads the environment. The first place that has something counts; if what it has cannot be used, that is
/// the error, although the SDKs would go on: another identity must not be used by accident. Nothing anywhere is an
/// error that lists the places.
pub fn find(profile: Option<&str>, reach: Reach, variable: impl Fn(&str) -> Option<String>) -> Result<Found, Error> {
    let set = |name: &str| variable(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let is_on = |name: &str| set(name).is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let fetcher = Fetcher::new(
        reach,
        !is_on(variables::METADATA_V1_DISABLED),
        set(variables::EXTERNAL_DISABLED).is_none_or(|text| text != "1" && !text.eq_ignore_ascii_case("true")),
    );
    let region = set(variables::REGION);
    let sts = sts_place(&variable);
    let found = |recipe: CredentialSource, place: String, region: Option<String>| Found {
        credentials: match recipe.with_sts_of(&sts) {
            CredentialSource::Given(credential) => Provider::from(credential),
            recipe => {
                Provider::renewed(vec![Candidate { recipe, place, optional: false }], Vec::new(), fetcher.clone())
            }
        },
        region,
    };
    let profile_file = set(variables::CONFIG_FILE).map(PathBuf::from).or_else(|| home(&set, ".aliyun/config.json"));
    if let Some(profile) = profile {
        let file = profile_file.ok_or_else(|| nothing_found(&["no home directory".to_owned()]))?;
        let text = read(&file)?.ok_or_else(|| unreadable(&file, "it does not exist"))?;
        let read = cli_profile::parse(&text, &file.display().to_string(), Some(profile))?;
        let recipe = read.recipe.ok_or_else(|| lacks_keys(&read.name, &file))?;
        runs_nobody_elses(&recipe, &file)?;
        return Ok(found(recipe, place_of_profile(&read.name, &file), read.region_id.or(region)));
    }
    let mut tried = vec![format!("`{}`", "ALIBABA_CLOUD_ACCESS_KEY_ID")];
    if let Some(credential) = from_environment(&variable)? {
        return Ok(found(CredentialSource::Given(credential), String::new(), region));
    }
    if let Some(recipe) = oidc_from_environment(&variable) {
        return Ok(found(recipe, "environment".to_owned(), region));
    }
    let wanted = set(variables::PROFILE);
    if let Some(file) = profile_file.filter(|_| !is_on(variables::CLI_PROFILE_DISABLED)) {
        if let Some(text) = read(&file)? {
            let read = cli_profile::parse(&text, &file.display().to_string(), wanted.as_deref())?;
            match read.recipe {
                Some(recipe) => {
                    runs_nobody_elses(&recipe, &file)?;
                    return Ok(found(recipe, place_of_profile(&read.name, &file), read.region_id.or(region)));
                }
                None if wanted.is_some() => return Err(lacks_keys(&read.name, &file)),
                None => {}
            }
        }
        tried.push(format!("`{}`", file.display()));
    }
    for file in sections_files(&set) {
        if let Some(text) = read(&file)? {
            let section = wanted.as_deref().unwrap_or("default");
            let recipe = ini::parse(&text, &file.display().to_string(), section)?;
            return Ok(found(recipe, format!("section `{section}` in `{}`", file.display()), region));
        }
        tried.push(format!("`{}`", file.display()));
    }
    // A profile that was asked for by name and is nowhere must not become the identity of this instance.
    if wanted.is_some() {
        return Err(nothing_found(&tried));
    }
    let mut candidates = Vec::new();
    if !is_on(variables::METADATA_DISABLED) {
        let recipe = CredentialSource::Metadata { role_name: set(variables::METADATA_ROLE) };
        candidates.push(Candidate { recipe, place: String::new(), optional: true });
    }
    if let Some(uri) = set(variables::CREDENTIALS_URI) {
        let recipe = CredentialSource::Uri { uri: Secret::new(uri) };
        let place = format!("`{}`", variables::CREDENTIALS_URI);
        candidates.push(Candidate { recipe, place, optional: false });
    }
    if candidates.is_empty() {
        return Err(nothing_found(&tried));
    }
    Ok(Found { credentials: Provider::renewed(candidates, tried, fetcher), region })
}

/// The files of the SDKs that may be there: that of the environment, else those of the home directory. The SDK for Go reads
/// the first name, that for Python the second.
fn sections_files(set: &impl Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    match set(variables::CREDENTIALS_FILE) {
        Some(file) => vec![PathBuf::from(file)],
        None => [".alibabacloud/credentials", ".alibabacloud/credentials.ini"]
            .into_iter()
            .filter_map(|name| home(set, name))
            .collect(),
    }
}

fn nothing_found(tried: &[String]) -> Error {
    Error::new(ErrorKind::Credential, &calls::NO_CREDENTIALS).with("tried", tried.join(", "))
}

fn unreadable(file: &Path, detail: impl Into<String>) -> Error {
    Error::new(ErrorKind::Credential, &calls::CREDENTIALS_FILE_UNREADABLE)
        .with("file", file.display().to_string())
        .with("detail", detail)
}

fn lacks_keys(profile: &str, file: &Path) -> Error {
    Error::new(ErrorKind::Credential, &calls::CREDENTIALS_INCOMPLETE)
        .with("source", place_of_profile(profile, file))
        .with("missing", "access_key_id")
}

fn place_of_profile(name: &str, file: &Path) -> String {
    format!("profile `{name}` in `{}`", file.display())
}

fn home(set: &impl Fn(&str) -> Option<String>, below: &str) -> Option<PathBuf> {
    set("HOME").or_else(|| set("USERPROFILE")).map(|home| Path::new(&home).join(below))
}

/// Who may write a file that names a program decides what runs here.
fn runs_nobody_elses(recipe: &CredentialSource, file: &Path) -> Result<(), Error> {
    match others_may_write(file).filter(|_| recipe.runs_a_program()) {
        Some(mode) => Err(Error::new(ErrorKind::Credential, &calls::PROGRAM_OF_OTHERS)
            .with("file", file.display().to_string())
            .with("mode", mode)),
        None => Ok(()),
    }
}

/// The files with credentials of this user that others may write, with their modes: whoever can change one chooses the identity.
pub fn files_open_to_others(variable: impl Fn(&str) -> Option<String>) -> Vec<(PathBuf, String)> {
    let set = |name: &str| variable(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let files = [set(variables::CONFIG_FILE).map(PathBuf::from).or_else(|| home(&set, ".aliyun/config.json"))];
    let files = files.into_iter().flatten().chain(sections_files(&set));
    files.filter_map(|file| others_may_write(&file).map(|mode| (file, mode))).collect()
}

/// The mode of a file that others than its owner may write, or that belongs to another user than this one or root.
#[cfg(unix)]
fn others_may_write(file: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = std::fs::metadata(file).ok()?;
    let own = [0, rustix::process::geteuid().as_raw()].contains(&metadata.uid());
    (metadata.mode() & 0o022 != 0 || !own).then(|| format!("{:04o}, uid {}", metadata.mode() & 0o7777, metadata.uid()))
}

/// Windows gives the files of a profile to its user alone.
#[cfg(not(unix))]
fn others_may_write(_: &Path) -> Option<String> {
    None
}

/// The text of a file; `None` when there is no such file. Its memory is cleared.
fn read(file: &Path) -> Result<Option<Zeroizing<String>>, Error> {
    match std::fs::read(file) {
        Ok(bytes) => {
            let bytes = Zeroizing::new(bytes);
            let text = std::str::from_utf8(&bytes).map_err(|_| unreadable(file, "it is not UTF-8"))?;
            Ok(Some(Zeroizing::new(text.to_owned())))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(file, error.to_string())),
    }
}
