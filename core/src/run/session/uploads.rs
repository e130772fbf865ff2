//! Putting scripts on instances before they are started, and looking whether they lie there as they should.
//!
//! Each script is one `SendFile` for fifty instances, journalled before it is sent. It replaces what lies under its name, so a
//! call that may have been carried out is repeated with its token; after a crash everything that was not yet seen in place is
//! simply sent once more. An instance is started only when the probe has seen its scripts: content, owner, mode and folders.

use base16ct::lower::encode_string;
use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::event::{Event, Phase, Purpose};
use super::records::TargetIndex;
use super::start::token;
use super::{CallPurpose, Session};
use crate::base::consistency::Platform;
use crate::base::http::HttpReply;
use crate::base::time::Time;
use crate::catalog::api_errors::Scope;
use crate::catalog::pacing;
use crate::check::loose_folder;
use crate::diagnostics::finding::{Finding, Severity};
use crate::diagnostics::messages::{guest as rows, prerequisites};
use crate::ecs::api::requests::{self, DescribeSendFileResults, Filled, Ids};
use crate::ecs::api::{Operation, replies};
use crate::ecs::reply::{self, Failure};
use crate::input::facts::{Guest, Script};
use crate::plugin::probe::ReadAnswer;

/// Scripts on their way.
#[derive(Debug, Default)]
pub(super) struct Uploading {
    /// What each writing call carries, as an index into the job's scripts.
    calls: BTreeMap<u64, usize>,
    sent: Vec<Sent>,
    /// When each sent file is looked at next.
    looks: BTreeSet<(Time, usize)>,
    /// Looks queued or under way.
    outstanding: usize,
    /// Instances whose files all arrived, so far.
    alive: BTreeSet<TargetIndex>,
    /// Whether the look into the guests has begun.
    seen: bool,
}

/// A file the service took.
#[derive(Debug)]
struct Sent {
    invoke_id: String,
    region: u16,
    script: usize,
    open: BTreeMap<String, TargetIndex>,
    taken_at: Time,
}

impl Uploading {
    pub(super) fn next_wake(&self) -> Time {
        self.looks.first().map_or(Time::FAR_FUTURE, |(at, _)| *at)
    }
}

impl Session {
    /// Uploads scripts where that is asked and needed. True while that is under way.
    pub(super) fn upload_scripts(&mut self) -> bool {
        if self.uploading.is_none() {
            self.begin_uploads();
        }
        let Some(uploading) = &mut self.uploading else { return false };
        let mut due = Vec::new();
        while let Some(&(at, sent)) = uploading.looks.first().filter(|(at, _)| *at <= self.now) {
            uploading.looks.remove(&(at, sent));
            due.extend(uploading.sent.get(sent).map(|known| (sent, known.region, known.invoke_id.clone())));
        }
        for (sent, region, invoke_id) in due {
            let Ok(invoke_id) = Filled::new(invoke_id) else { continue };
            if let Some(uploading) = &mut self.uploading {
                uploading.outstanding += 1;
            }
            self.read(
                CallPurpose::Files { sent },
                DescribeSendFileResults { invoke_id }.into_call(&self.region(region)),
            );
        }
        self.drive_probe();
        let Some(uploading) = &mut self.uploading else { return false };
        let sending = !uploading.calls.is_empty() || uploading.outstanding > 0 || !uploading.looks.is_empty();
        if !sending && !uploading.seen {
            uploading.seen = true;
            let alive: Vec<TargetIndex> = uploading.alive.iter().copied().collect();
            let mut chosen: BTreeMap<(u16, Platform), Vec<String>> = BTreeMap::new();
            for index in alive {
                let Some(target) = self.state.target(index) else { continue };
                chosen.entry((target.region, Platform::Linux)).or_default().push(target.id.to_string());
            }
            if !chosen.is_empty() {
                self.probe(chosen);
            }
        }
        sending || self.probing.is_some()
    }

    fn begin_uploads(&mut self) {
        let mut groups: BTreeMap<u16, Vec<TargetIndex>> = BTreeMap::new();
        for &index in &self.waiting {
            let Some(target) = self.state.target(index).filter(|target| target.needs_upload) else { continue };
            groups.entry(target.region).or_default().push(index);
        }
        let mut uploading = Uploading::default();
        uploading.alive.extend(groups.values().flatten());
        self.uploading = Some(Box::new(uploading));
        if groups.is_empty() {
            return;
        }
        self.emit(Event::PhaseEntered { phase: Phase::Upload });
        let scripts = self.setup.job.linux.uploads().count();
        let size = pacing::IDS_PER_CALL_REDUCED;
        for targets in groups.into_values() {
            for chunk in targets.chunks(size) {
                for script in 0..scripts {
                    self.send_file(script, chunk);
                }
            }
        }
    }

    fn send_file(&mut self, script: usize, targets: &[TargetIndex]) {
        let Some((path, content)) =
            self.setup.job.linux.uploads().nth(script).map(|(path, content)| (path.to_owned(), content))
        else {
            return;
        };
        let Some(region) = targets.first().and_then(|&index| self.state.target(index)).map(|target| target.region)
        else {
            return;
        };
        let (region, run, ids) = (self.region(region), self.setup.run_id.clone(), self.ids_of(targets));
        let call = self.next_call;
        self.write(Purpose::Upload, targets, |call| {
            let (folder, name) = path.rsplit_once('/')?;
            let token = token(&run, call, &format!("{path}\n{}", hash(&content)), &ids);
            let request = requests::SendFile {
                name: Filled::new(name).ok()?,
                target_dir: Filled::new(if folder.is_empty() { "/" } else { folder }).ok()?,
                content,
                instance_ids: Ids::new(ids).ok()?,
                timeout_seconds: pacing::PROBE_TIMEOUT,
                client_token: Filled::new(token).ok()?,
            };
            Some(request.into_call(&region))
        });
        if self.next_call > call
            && let Some(uploading) = &mut self.uploading
        {
            uploading.calls.insert(call, script);
        }
    }

    /// The service took a file.
    pub(super) fn file_sent(&mut self, call: u64, targets: &[TargetIndex], invoke_id: String) {
        let Some(uploading) = &mut self.uploading else { return };
        let Some(script) = uploading.calls.remove(&call) else { return };
        let open: BTreeMap<String, TargetIndex> =
            targets.iter().filter_map(|&index| Some((self.state.target(index)?.id.to_string(), index))).collect();
        let region = targets.first().and_then(|&index| self.state.target(index)).map_or(0, |target| target.region);
        let first = self.now.plus(pacing::POLL_FIRST);
        uploading.looks.insert((first, uploading.sent.len()));
        uploading.sent.push(Sent { invoke_id, region, script, open, taken_at: self.now });
    }

    /// What became of a sent file.
    pub(super) fn files_looked(&mut self, sent: usize, reply: &HttpReply) -> Result<(), Failure> {
        let page = reply::parse::<replies::DescribeSendFileResults>(Operation::DescribeSendFileResults, reply)?;
        let now = self.now;
        let Some(uploading) = &mut self.uploading else { return Ok(()) };
        uploading.outstanding = uploading.outstanding.saturating_sub(1);
        let Some(known) = uploading.sent.get_mut(sent) else { return Ok(()) };
        let shown = page.invocations.iter().find(|shown| shown.invoke_id.as_deref() == Some(&*known.invoke_id));
        let mut failed = Vec::new();
        for result in shown.iter().flat_map(|shown| &shown.invoke_instances) {
            let status = result.invocation_status.as_deref().unwrap_or_default();
            if matches!(status, "" | "Pending" | "Running") {
                continue;
            }
            let Some(index) = result.instance_id.as_ref().and_then(|id| known.open.remove(id)) else { continue };
            if status != "Success" {
                let code = result.error_code.clone().filter(|code| !code.is_empty());
                failed.push((index, code.unwrap_or_else(|| status.to_owned())));
            }
        }
        let waited = now.since(known.taken_at).as_secs();
        if waited > u64::from(pacing::PROBE_TIMEOUT).saturating_add(pacing::RESULT_GRACE.as_secs()) {
            failed.extend(
                std::mem::take(&mut known.open).into_values().map(|index| (index, "NoResultInTime".to_owned())),
            );
        }
        let script = known.script;
        if !known.open.is_empty() {
            let pause = waited.clamp(pacing::POLL_FIRST.as_secs(), pacing::POLL_LONGEST.as_secs());
            uploading.looks.insert((now.plus_seconds(pause), sent));
        }
        for (index, code) in failed {
            self.upload_failed(index, script, &code);
        }
        Ok(())
    }

    /// The service would not tell what became of a sent file.
    pub(super) fn files_given_up(&mut self, sent: usize, failure: &Failure) {
        let Some(uploading) = &mut self.uploading else { return };
        uploading.outstanding = uploading.outstanding.saturating_sub(1);
        let Some(known) = uploading.sent.get_mut(sent) else { return };
        let (script, open) = (known.script, std::mem::take(&mut known.open));
        for index in open.into_values() {
            self.upload_failed(index, script, failure.name());
        }
    }

    /// A call was rejected: a batch that one instance spoils is halved.
    pub(super) fn upload_refused(
        &mut self,
        call: u64,
        targets: &[TargetIndex],
        scope: Scope,
        too_many: bool,
        code: &str,
    ) {
        let Some(script) = self.uploading.as_mut().and_then(|uploading| uploading.calls.remove(&call)) else { return };
        if targets.len() > 1 && (scope == Scope::Instance || too_many) && self.state.stopped.is_none() {
            let (left, right) = targets.split_at(targets.len() / 2);
            self.send_file(script, left);
            self.send_file(script, right);
            return;
        }
        for &index in targets {
            self.upload_failed(index, script, code);
        }
    }

    /// A call may have been carried out and is not repeated any more.
    pub(super) fn upload_lost(&mut self, call: u64, code: &str) {
        let targets = self.state.calls.get(&call).map(|record| record.targets.clone()).unwrap_or_default();
        self.emit(Event::CallLost { call });
        let Some(script) = self.uploading.as_mut().and_then(|uploading| uploading.calls.remove(&call)) else { return };
        for index in targets {
            self.upload_failed(index, script, code);
        }
    }

    fn upload_failed(&mut self, index: TargetIndex, script: usize, code: &str) {
        let path = self.setup.job.linux.uploads().nth(script).map(|(path, _)| path.to_owned()).unwrap_or_default();
        let finding = Finding::new(&rows::UPLOAD_FAILED, "/linux/upload").with("path", path).with("code", code);
        self.upload_over(index, Some(finding));
    }

    /// What the look into a guest says about the scripts there.
    pub(super) fn upload_seen(&mut self, instance: &str, answer: ReadAnswer) {
        let Some(index) = self.state.find(instance) else { return };
        let first = answer.findings.into_iter().next();
        let guest = answer.reading.map(|reading| reading.into_guest(instance, None, Some(self.now)));
        let wrong = match guest {
            Some(Ok(guest)) => self.wrong_with(&guest),
            Some(Err(finding)) => Some(finding),
            None => Some(first.unwrap_or_else(|| Finding::new(&rows::PROBE_CUT, "/guest"))),
        };
        self.upload_over(index, wrong.map(|finding| finding.weighing(Severity::Error)));
    }

    /// What is wrong with the scripts of a guest, if anything is: the plug-in would silently go without them.
    fn wrong_with(&self, guest: &Guest) -> Option<Finding> {
        if guest.freezer_running == Some(true) {
            return Some(Finding::new(&rows::FREEZER_RUNNING, "/guest/freezer_running"));
        }
        if guest.plugin_running == Some(true) {
            return Some(Finding::new(&rows::PLUGIN_RUNNING, "/guest/plugin_running"));
        }
        self.setup.job.linux.uploads().find_map(|(path, content)| {
            let both = [&guest.pre_script, &guest.post_script];
            let found = both.into_iter().flatten().find(|script| script.path == path);
            wrong_with_script(path, &hash(&content), found)
        })
    }

    fn upload_over(&mut self, index: TargetIndex, failed: Option<Finding>) {
        let Some(uploading) = &mut self.uploading else { return };
        if !uploading.alive.remove(&index) {
            return;
        }
        if failed.is_some() {
            self.waiting.retain(|&waiting| waiting != index);
        }
        if let Some(instance) = self.state.target(index).map(|target| target.id.to_string()) {
            self.emit(Event::ScriptsUploaded { instance, failed });
        }
    }
}

fn wrong_with_script(path: &str, wanted: &str, found: Option<&Script>) -> Option<Finding> {
    let about = |row| Finding::new(row, "/guest").with("path", path);
    let Some(found) = found.filter(|found| found.exists) else {
        return Some(about(&prerequisites::SCRIPT_MISSING));
    };
    let text = |fact: &Option<String>| fact.clone().unwrap_or_default();
    if found.kind.as_deref().is_some_and(|kind| kind != "regular file") {
        return Some(about(&prerequisites::SCRIPT_KIND).with("kind", text(&found.kind)));
    }
    let content = text(&found.sha256);
    if content != wanted {
        return Some(about(&rows::SCRIPT_CONTENT).with("found", content).with("wanted", wanted));
    }
    if text(&found.owner) != "0" {
        return Some(about(&prerequisites::SCRIPT_OWNER).with("owner", text(&found.owner)));
    }
    if text(&found.mode).trim_start_matches('0') != "700" {
        return Some(about(&prerequisites::SCRIPT_MODE).with("mode", text(&found.mode)));
    }
    if found.noexec != Some(false) {
        return Some(about(&prerequisites::SCRIPT_NOEXEC));
    }
    let loose = found.folders.iter().flatten().find(|folder| loose_folder(folder));
    loose.map(|folder| about(&rows::SCRIPT_FOLDER).with("folder", folder.path.clone()))
}

fn hash(content: &[u8]) -> String {
    encode_string(&Sha256::digest(content))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::facts::Folder;

    #[test]
    fn a_script_must_lie_there_as_it_was_sent() {
        let good = Script {
            path: "/opt/a".to_owned(),
            exists: true,
            kind: Some("regular file".to_owned()),
            owner: Some("0".to_owned()),
            mode: Some("700".to_owned()),
            sha256: Some(hash(b"x")),
            noexec: Some(false),
            size: Some(1),
            folders: Some(vec![Folder {
                path: "/opt".to_owned(),
                kind: Some("directory".to_owned()),
                owner: Some("0".to_owned()),
                group: Some("0".to_owned()),
                mode: Some("755".to_owned()),
            }]),
        };
        let code = |change: &dyn Fn(&mut Script)| {
            let mut script = good.clone();
            change(&mut script);
            wrong_with_script("/opt/a", &hash(b"x"), Some(&script)).map(|finding| finding.code())
        };
        assert_eq!(code(&|_| ()), None);
        assert_eq!(wrong_with_script("/opt/a", &hash(b"x"), None).map(|finding| finding.code()), Some("CS280"));
        assert_eq!(code(&|script| script.exists = false), Some("CS280"));
        assert_eq!(code(&|script| script.sha256 = Some(hash(b"y"))), Some("CS287"));
        assert_eq!(code(&|script| script.sha256 = None), Some("CS287"));
        assert_eq!(code(&|script| script.kind = Some("symbolic link".to_owned())), Some("CS281"));
        assert_eq!(code(&|script| script.owner = Some("1000".to_owned())), Some("CS282"));
        assert_eq!(code(&|script| script.owner = None), Some("CS282"));
        assert_eq!(code(&|script| script.mode = Some("755".to_owned())), Some("CS283"));
        assert_eq!(code(&|script| script.mode = None), Some("CS283"));
        assert_eq!(code(&|script| script.noexec = Some(true)), Some("CS284"));
        // Nobody could tell: the plug-in may go without the script.
        assert_eq!(code(&|script| script.noexec = None), Some("CS284"));
        assert_eq!(code(&|script| script.folders.as_mut().unwrap()[0].mode = Some("777".to_owned())), Some("CS286"));
        assert_eq!(code(&|script| script.folders.as_mut().unwrap()[0].owner = Some("33".to_owned())), Some("CS286"));
    }
}
