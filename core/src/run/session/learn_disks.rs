//! Instances that were started although their disks were not known, by an earlier version: their groups cannot be judged.
//! A later look learns the disks first. One that was attached since counts too: better a doubt too many.

use super::event::Event;
use super::records::TargetIndex;
use super::{CallPurpose, Session};
use crate::base::http::HttpReply;
use crate::ecs::api::requests::{DescribeDisks, DiskFilter, Filled};
use crate::ecs::api::{Operation, replies};
use crate::ecs::reply::{self, Failure};
use crate::run::verdict::ExpectedDisk;

impl Session {
    /// Asks for the disks of started instances whose disks are not known. True while answers are missing.
    pub(super) fn learn_disks(&mut self) -> bool {
        let unknown: Vec<(TargetIndex, u16, Filled)> = (0..)
            .zip(&self.state.targets)
            .filter(|(_, target)| target.starts > 0 && target.expected.is_empty())
            .filter_map(|(index, target)| Some((index, target.region, Filled::new(&*target.id).ok()?)))
            .collect();
        for (target, region, id) in unknown {
            let region = self.region(region);
            let call = DescribeDisks { filter: DiskFilter::Instance(id), next_token: None }.into_call(&region);
            self.learning_disks += 1;
            self.read(CallPurpose::ExpectedDisks { target }, call);
        }
        self.learning_disks > 0
    }

    pub(super) fn disks_learnt(&mut self, index: TargetIndex, reply: &HttpReply) -> Result<(), Failure> {
        let page = reply::parse::<replies::DescribeDisks>(Operation::DescribeDisks, reply)?;
        if let Some(target) = self.state.target(index) {
            let instance = target.id.clone();
            let attached = page.disks.iter().filter(|disk| disk.attached_to().any(|owner| *owner == *instance));
            let expected_disks: Vec<ExpectedDisk> = attached
                .filter(|disk| !target.excluded.contains(&disk.disk_id))
                .map(|disk| ExpectedDisk {
                    disk_id: disk.disk_id.as_str().into(),
                    device: disk.device.as_deref().map(Into::into),
                })
                .collect();
            if !expected_disks.is_empty() {
                self.emit(Event::DisksLearnt { instance, expected_disks: expected_disks.into() });
            }
        }
        self.disk_answered();
        Ok(())
    }

    /// An answer came, or will not come: what is still not known stays so.
    pub(super) fn disk_answered(&mut self) {
        self.learning_disks = self.learning_disks.saturating_sub(1);
        if self.learning_disks == 0 {
            self.go_on_from_journal();
        }
    }
}
