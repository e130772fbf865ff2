//! A journal is only a file. Before anything is sent by it, its commands are written anew from the job and compared, byte for
//! byte, and the hash of the plan is made again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Session;
use super::checking::{CommandWriter, upload_key};
use super::records::CallRecord;
use crate::base::consistency::Platform;
use crate::check::CheckContext;
use crate::input::job::accept::keep_standing_acceptances;
use crate::run::plan::Canonical;

impl Session {
    /// Whether the plan of the journal is the one that this job makes, and the one that was agreed to.
    pub(super) fn plan_is_proven(&self) -> bool {
        let Some(hash) = &self.state.plan_hash else { return false };
        if self.setup.approved_plan.as_ref().is_some_and(|approved| approved != hash) {
            return false;
        }
        // The name of the groups has the time of the check in it.
        let Some(checked_at) = self.state.checked_at else { return false };
        let mut job = self.setup.job.clone();
        let context = CheckContext { as_of: self.setup.as_of, now: Some(checked_at) };
        keep_standing_acceptances(&mut job, context.today());
        let uploads = upload_key(&job);
        let mut writer = CommandWriter::new(&self.setup, checked_at);
        let mut canonical = Canonical::default();
        for target in &self.state.targets {
            let Some(planned) = self.state.command_of(target) else { continue };
            if target.platform != Some(planned.platform) {
                return false;
            }
            let role = Some(planned.role.as_str());
            let Ok((index, new)) = writer.write(&job, planned.platform, &target.id, role, &target.excluded) else {
                return false;
            };
            if new.is_some_and(|new| (&new.command, new.timeout_seconds) != (&planned.command, planned.timeout_seconds))
            {
                return false;
            }
            let (command, timeout) = writer.canonical(index);
            let written = uploads.as_ref().filter(|_| planned.platform == Platform::Linux);
            let written = written.map(|uploads| format!("{command}\n{uploads}"));
            let region = self.region(target.region);
            canonical.add(&region, target.role_planned, (written.as_deref().unwrap_or(command), timeout), &target.id);
        }
        canonical.hash() == *hash
    }

    /// Whether a start carries the command of its plan, and nothing else.
    pub(super) fn start_is_proven(&self, record: &CallRecord) -> bool {
        let Some(request) = &record.request else { return false };
        let content = request.parameter("CommandContent").and_then(|content| STANDARD.decode(content).ok());
        let Some(content) = content else { return false };
        !record.targets.is_empty()
            && record.targets.iter().all(|&index| {
                let command = self.state.target(index).and_then(|target| self.state.command_of(target));
                command.is_some_and(|planned| content == planned.command.as_bytes())
            })
    }
}
