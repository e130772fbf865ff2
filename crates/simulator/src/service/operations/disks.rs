//! `DescribeDisks`.

use super::{Call, Here};
use crate::guest::device_letter;
use crate::json::Json;
use crate::scenario::{DiskSpec, TotalCounts};
use crate::service::Simulator;
use crate::service::error::ApiError;
use crate::service::paging::{Page, PageRules};
use crate::world::Instance;

const PAGES: PageRules =
    PageRules { operation: "DescribeDisks", max_results: 500, min_results: 10, max_page_size: 100, strict: false };

/// Places of the whole listing: instance position times this, plus the disk's position.
const PER_INSTANCE: u64 = 256;

impl Simulator {
    pub(super) fn describe_disks(&self, call: &Call<'_>, here: Here) -> Result<Vec<u8>, ApiError> {
        let parameters = call.parameters;
        let page = Page::read(PAGES, parameters)?;
        let ids = match parameters.json_list("DiskIds") {
            None => None,
            Some(Ok(ids)) if ids.len() <= 100 => Some(ids),
            Some(Ok(_)) => return Err(ApiError::of("InvalidDiskIds.Malformed")),
            Some(Err(_)) => return Err(ApiError::of("InvalidParameter.DiskIds")),
        };
        let owner = parameters.filter("InstanceId");
        let (category, kind, status) = (
            parameters.filter("Category").filter(|category| *category != "all"),
            parameters.filter("DiskType").filter(|kind| *kind != "all"),
            parameters.filter("Status").filter(|status| *status != "All"),
        );
        let matches = |instance: u32, position: usize| {
            let owner_of = self.world.instance(instance)?;
            let disk = owner_of.spec.disks.get(position)?;
            let fits = owner.is_none_or(|owner| *owner_of.id == *owner)
                && category.is_none_or(|category| disk.category == category)
                && kind.is_none_or(|kind| kind_of(position) == kind)
                && status.is_none_or(|status| disk.status == status);
            fits.then_some((instance, owner_of, position, disk))
        };
        let split =
            |place: u64| Some((u32::try_from(place / PER_INSTANCE).ok()?, usize::try_from(place % PER_INSTANCE).ok()?));
        let whole = self.scenario.service.total_counts == TotalCounts::Listing;
        let (found, token, total) = match (&ids, owner) {
            (Some(ids), _) => page.scan_and_count(ids.len() as u64, whole, |place| {
                let id = ids.get(usize::try_from(place).ok()?)?;
                let (instance, position) = here.find(self.world.find_disk(id))?;
                matches(instance, position)
            }),
            (None, Some(owner)) => {
                let instance = here.find(self.world.find(owner));
                page.scan_and_count(PER_INSTANCE, whole, |place| matches(instance?, usize::try_from(place).ok()?))
            }
            (None, None) => {
                page.scan_and_count(here.places(self.world.instances.len()) * PER_INSTANCE, whole, |place| {
                    let (instance, position) = split(place)?;
                    matches(instance, position)
                })
            }
        };
        Ok(Json::write(256 + found.len() * 1100, |json| {
            json.text("RequestId", call.request_id);
            json.count("TotalCount", total);
            json.number("PageNumber", page.number);
            json.count("PageSize", page.size);
            json.text("NextToken", &token);
            json.list("Disks", "Disk", found, |json, (instance, owner, position, disk)| {
                self.write_disk(json, instance, owner, position, disk);
            });
        }))
    }

    fn write_disk(&self, json: &mut Json, instance: u32, owner: &Instance, position: usize, disk: &DiskSpec) {
        let id = self.world.disk_id(instance, position);
        let device = format!("/dev/xvd{}", device_letter(position));
        let shared = disk.multi_attach != "Disabled";
        json.text("DiskId", &id);
        json.text("SerialNumber", id.strip_prefix("d-").unwrap_or(&id));
        json.text("Type", kind_of(position));
        json.text("Category", &disk.category);
        json.text(
            "PerformanceLevel",
            match (disk.performance_level.as_str(), disk.category.as_str()) {
                ("", "cloud_essd") => "PL1",
                (level, _) => level,
            },
        );
        json.number("Size", disk.size_gib);
        json.text("Status", &disk.status);
        // Multi-attach disks name their instances in Attachments only (docs/sources/api.md 4.9).
        json.text("InstanceId", if shared { "" } else { &owner.id });
        json.text("Device", if shared { "" } else { &device });
        json.text("MultiAttach", &disk.multi_attach);
        json.flag("Encrypted", disk.encrypted);
        json.text("RegionId", &self.scenario.region);
        json.text("ZoneId", &self.zone_of(owner));
        json.list("Attachments", "Attachment", [()], |json, ()| {
            json.text("InstanceId", &owner.id);
            json.text("Device", &device);
            json.text("AttachedTime", "2025-02-01T03:05:10Z");
        });
        json.constant(CONSTANT);
    }
}

/// What is the same for every disk: nothing here decides anything.
const CONSTANT: &str = r#""KMSKeyId":"","Portable":true,"DeleteWithInstance":true,"DeleteAutoSnapshot":false,"EnableAutoSnapshot":true,"EnableAutomatedSnapshotPolicy":false,"AutoSnapshotPolicyId":"","IOPS":3800,"Throughput":140,"ImageId":"","SourceSnapshotId":"","OperationLocks":{"OperationLock":[]},"Placement":{},"Tags":{"Tag":[]},"BdfId":"","DiskChargeType":"PostPaid","DiskName":"","Description":"","ProductCode":"","ResourceGroupId":"","StorageSetId":"","StorageClusterId":"","CreationTime":"2025-02-01T03:04:55Z","AttachedTime":"2025-02-01T03:05:10Z","DetachedTime":"","ExpiredTime":"2999-09-08T16:00Z""#;

fn kind_of(position: usize) -> &'static str {
    if position == 0 { "system" } else { "data" }
}
