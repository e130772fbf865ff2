//! `SendFile` and `DescribeSendFileResults`.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use consnap_core::{Platform, Time};
use sha2::{Digest as _, Sha256};

use super::run_command::{Carried, fingerprint};
use super::{Call, Here};
use crate::json::Json;
use crate::random::{Random, mix};
use crate::scenario::ScriptSpec;
use crate::service::Simulator;
use crate::service::error::ApiError;
use crate::service::faults::guest_fault;
use crate::world::ids;

/// Largest file in Base64, in bytes (docs/sources/api.md 4.18).
const CONTENT_LIMIT: usize = 32 * 1024;
/// Most instances of a call.
const INSTANCES: usize = 50;
/// Sent files the service remembers.
const RECORDS: usize = 1_000;

/// The files that were sent, the oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct SentFiles {
    list: VecDeque<SentFile>,
    next_number: u64,
}

#[derive(Clone, Debug)]
struct SentFile {
    number: u64,
    name: String,
    target_dir: String,
    mode: String,
    overwrite: bool,
    sent_at: Time,
    /// Position of the instance, when it is done, and why it failed.
    results: Vec<(u32, Time, &'static str)>,
}

impl Simulator {
    pub(super) fn send_file(&mut self, call: &Call<'_>, here: Here, done_at: Time) -> Result<Vec<u8>, ApiError> {
        let parameters = call.parameters;
        let name = parameters.required("Name")?;
        let target_dir = parameters.required("TargetDir")?;
        let content = parameters.required("Content")?;
        let bytes = match parameters.filter("ContentType").unwrap_or("PlainText") {
            "PlainText" => content.as_bytes().to_vec(),
            "Base64" => STANDARD.decode(content).map_err(|_| ApiError::of("FileContent.DecodeError"))?,
            _ => return Err(ApiError::of("FileContentType.Invalid")),
        };
        if STANDARD.encode(&bytes).len() > CONTENT_LIMIT {
            return Err(ApiError::of("FileSize.ExceedLimit"));
        }
        if name.chars().count() > 255 {
            return Err(ApiError::of("FileName.ExceedLimit"));
        }
        if target_dir.chars().count() > 255 || !target_dir.starts_with('/') || target_dir.ends_with(' ') {
            return Err(ApiError::of("FileTargetDir.Invalid"));
        }
        let mode = parameters.filter("FileMode").unwrap_or("0644");
        if !matches!(mode.len(), 3 | 4) || !mode.bytes().all(|digit| (b'0'..=b'7').contains(&digit)) {
            return Err(ApiError::of("FileMode.Invalid"));
        }
        let overwrite = parameters.flag("Overwrite")?.unwrap_or(false);
        let owner = parameters.filter("FileOwner").unwrap_or("root").to_owned();
        if parameters.repeated("InstanceId").len() > INSTANCES {
            return Err(ApiError::of("InstanceIds.ExceedLimit"));
        }
        let targets = self.targets(parameters, here)?;
        let print = fingerprint(parameters);
        let token = parameters.filter("ClientToken");
        if let Some(carried) =
            token.and_then(|token| self.tokens.find(token, call.now, self.scenario.service.client_token_seconds))
        {
            return if carried.parameters == print {
                Ok(accepted(call.request_id, carried.invocation))
            } else {
                Err(ApiError::of("IdempotentParameterMismatch"))
            };
        }
        let number = self.sent_files.next_number;
        let file = ScriptSpec {
            path: format!("{}/{name}", target_dir.trim_end_matches('/')),
            mode: mode.to_owned(),
            owner,
            sha256: hexadecimal(&Sha256::digest(&bytes)),
            ..ScriptSpec::default()
        };
        let results = targets.into_iter().zip(0u64..).map(|(position, place)| {
            let mut random = Random::new(mix(self.scenario.seed ^ mix(number << 20 | place) ^ 0xf11e));
            self.put_file(position, &file, overwrite, call.now, &mut random)
        });
        let results = results.collect();
        self.sent_files.list.push_back(SentFile {
            number,
            name: name.to_owned(),
            target_dir: target_dir.to_owned(),
            mode: mode.to_owned(),
            overwrite,
            sent_at: call.now,
            results,
        });
        self.sent_files.next_number += 1;
        if self.sent_files.list.len() > RECORDS {
            self.sent_files.list.pop_front();
        }
        if let Some(token) = token {
            self.tokens.remember(token, Carried { parameters: print, invocation: number, at: call.now, done_at });
        }
        Ok(accepted(call.request_id, number))
    }

    /// Puts the file on one instance, and tells when that is done and why it failed.
    fn put_file(
        &mut self,
        position: u32,
        file: &ScriptSpec,
        overwrite: bool,
        now: Time,
        random: &mut Random,
    ) -> (u32, Time, &'static str) {
        let scenario = Arc::clone(&self.scenario);
        let soon = now.plus(Duration::from_millis(u64::from(random.between(200, 900))));
        let Some(instance) = self.world.instance_mut(position) else { return (position, now, "InstanceNotExists") };
        let past = instance.past.get_or_insert_default();
        past.commands = past.commands.saturating_add(1);
        let commands = past.commands;
        let fault = guest_fault(&scenario.guest_faults, &instance.id, commands, random);
        let fault = fault.and_then(|at| scenario.guest_faults.get(at as usize));
        let assistant = &instance.spec.cloud_assistant;
        if instance.spec.status != "Running" {
            return (position, soon, "InstanceNotRunning");
        }
        let gone = !assistant.online || !assistant.installed || !assistant.responds;
        if gone || fault.is_some_and(|fault| fault.offline) {
            return (position, now.plus(Duration::from_secs(60)), "ClientNotRunning");
        }
        if fault.is_some_and(|fault| fault.task_error.is_some()) || instance.spec.platform == Platform::Windows {
            return (position, soon, "FileNameInvalid");
        }
        let guest = &mut Arc::make_mut(&mut instance.spec).guest;
        if !overwrite && guest.script_at(&file.path).is_some() {
            return (position, soon, "FileExist");
        }
        let known = [&mut guest.pre_script, &mut guest.post_script].into_iter().chain(&mut guest.files);
        if let Some(known) = known.filter(|known| known.exists).find(|known| known.path == file.path) {
            // What it does stays as the scenario has it; what it is comes from whoever sent it.
            known.mode.clone_from(&file.mode);
            known.owner.clone_from(&file.owner);
            known.sha256.clone_from(&file.sha256);
            "file".clone_into(&mut known.kind);
        } else {
            guest.files.push(file.clone());
        }
        (position, soon, "")
    }

    pub(super) fn describe_send_file_results(&self, call: &Call<'_>, here: Here) -> Vec<u8> {
        let wanted = call.parameters.filter("InvokeId");
        let number = wanted.map(|id| here.find(ids::read(ids::Kind::SentFile, id)));
        let found: Vec<&SentFile> = self
            .sent_files
            .list
            .iter()
            .filter(|sent| number.is_none_or(|number| number == Some(sent.number)))
            .collect();
        Json::write(1_024, |json| {
            json.text("RequestId", call.request_id);
            json.count("TotalCount", found.len());
            json.text("NextToken", "");
            json.list("Invocations", "Invocation", found, |json, sent| {
                json.text("InvokeId", &ids::write(ids::Kind::SentFile, sent.number));
                json.text("Name", &sent.name);
                json.text("TargetDir", &sent.target_dir);
                json.text("FileMode", &sent.mode);
                // A string, unlike in the request (docs/sources/api.md 4.19).
                json.text("Overwrite", if sent.overwrite { "true" } else { "false" });
                json.text("CreationTime", &sent.sent_at.to_wire());
                json.count("VmCount", sent.results.len());
                json.list("InvokeInstances", "InvokeInstance", &sent.results, |json, (position, at, error)| {
                    let done = *at <= call.now;
                    let status = match (done, error.is_empty()) {
                        (false, _) => "Running",
                        (true, true) => "Success",
                        (true, false) => "Failed",
                    };
                    let id = self.world.instance(*position).map_or("", |instance| instance.id.as_ref());
                    json.text("InstanceId", id);
                    json.text("InvocationStatus", status);
                    json.text("ErrorCode", if done { error } else { "" });
                    json.text("ErrorInfo", "");
                    json.text("FinishTime", &if done { at.to_wire() } else { String::new() });
                });
            });
        })
    }
}

fn accepted(request_id: &str, number: u64) -> Vec<u8> {
    Json::write(128, |json| {
        json.text("RequestId", request_id);
        json.text("InvokeId", &ids::write(ids::Kind::SentFile, number));
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
