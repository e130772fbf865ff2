//! `DescribeSnapshotGroups` and `DescribeSnapshots`.

use consnap_core::Time;

use super::{Call, Here, tags_match};
use crate::json::Json;
use crate::service::Simulator;
use crate::service::error::ApiError;
use crate::service::paging::{Page, PageRules};
use crate::world::{Group, MemberStatus, ids};

const GROUP_PAGES: PageRules = PageRules {
    operation: "DescribeSnapshotGroups",
    max_results: 100,
    min_results: 1,
    max_page_size: 100,
    strict: false,
};

const SNAPSHOT_PAGES: PageRules =
    PageRules { operation: "DescribeSnapshots", max_results: 100, min_results: 10, max_page_size: 100, strict: false };

/// Places of the whole snapshot listing: group position times this, plus the member's position.
const PER_GROUP: u64 = 256;

impl Simulator {
    pub(super) fn describe_snapshot_groups(&self, call: &Call<'_>, here: Here) -> Result<Vec<u8>, ApiError> {
        let parameters = call.parameters;
        let page = Page::read(GROUP_PAGES, parameters)?;
        let ids = parameters.repeated("SnapshotGroupId");
        if ids.len() > 10 {
            return Err(ApiError::of("InvalidSnapshotGroupId.MustBeOne"));
        }
        let statuses = parameters.repeated("Status");
        if statuses.iter().any(|status| !matches!(*status, "progressing" | "accomplished" | "failed")) {
            return Err(ApiError::of("InvalidStatus.ValueNotSupported"));
        }
        let (name, tags) = (parameters.filter("Name"), parameters.pairs("Tag"));
        let owner = match parameters.filter("InstanceId") {
            None => None,
            Some(id) => Some(here.find(self.world.find(id)).ok_or_else(|| ApiError::of("InvalidInstanceId.NotFound"))?),
        };
        let matches = |position: u32| {
            let group = self.world.groups.get(position as usize)?;
            let fits = group.visible_from <= call.now
                && name.is_none_or(|name| *group.name == *name)
                && owner.is_none_or(|owner| group.instance == owner)
                && (statuses.is_empty() || statuses.contains(&group.status(call.now).name()))
                && (tags.is_empty() || tags_match(&tags, self.group_tags(position)));
            fits.then_some((position, group))
        };
        let (found, token, _) = if !ids.is_empty() {
            page.scan(ids.len() as u64, |place| {
                matches(here.find(self.world.find_group(ids.get(usize::try_from(place).ok()?)?))?)
            })
        } else if let Some(owner) = owner {
            let groups = self.groups_of(owner);
            page.scan(groups.len() as u64, |place| matches(*groups.get(usize::try_from(place).ok()?)?))
        } else {
            page.scan(here.places(self.world.groups.len()), |place| matches(u32::try_from(place).ok()?))
        };
        Ok(Json::write(256 + found.len() * 900, |json| {
            json.text("RequestId", call.request_id);
            json.text("NextToken", &token);
            json.list("SnapshotGroups", "SnapshotGroup", found, |json, (position, group)| {
                self.write_group(json, position, group, call.now);
            });
        }))
    }

    fn groups_of(&self, instance: u32) -> &[u32] {
        self.world
            .instance(instance)
            .and_then(|instance| instance.past.as_deref())
            .map_or(&[], |past| past.groups.as_slice())
    }

    /// Tags of the group object itself: only those a caller put. Whether the plug-in tags it is unknown
    /// (docs/sources/feature.md 1.1).
    fn group_tags(&self, position: u32) -> impl Iterator<Item = (&str, &str)> + Clone {
        let put = if self.world.extra_tags.is_empty() {
            None
        } else {
            self.world.extra_tags.get(&ids::write(ids::Kind::Group, u64::from(position)))
        };
        put.into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    fn write_group(&self, json: &mut Json, position: u32, group: &Group, now: Time) {
        let instance = self.world.instance(group.instance);
        let instance_id = instance.map_or("", |instance| instance.id.as_ref());
        json.text("SnapshotGroupId", &ids::write(ids::Kind::Group, u64::from(position)));
        json.text("Name", &group.name);
        json.text("Description", &group.description);
        json.text("InstanceId", instance_id);
        json.text("Status", group.status(now).name());
        json.text("ProgressStatus", "");
        json.text("CreationTime", &group.created_at.to_wire());
        json.text("ResourceGroupId", "");
        // Key and Value here, TagKey and TagValue elsewhere (docs/sources/api.md 4.13).
        json.list("Tags", "Tag", self.group_tags(position), |json, (key, value)| {
            json.text("Key", key);
            json.text("Value", value);
        });
        let members = group.members.iter().enumerate().filter(|(member, _)| group.has_member(*member));
        json.list("Snapshots", "Snapshot", members, |json, (member, disk)| {
            let status = group.member_status(member, now);
            let number = group.first_snapshot + member as u64;
            let id = ids::write(ids::Kind::Snapshot, number);
            json.text("SnapshotId", &id);
            json.text("SourceDiskId", &self.world.disk_id(group.instance, usize::from(*disk)));
            json.text("SourceDiskType", disk_kind(*disk));
            json.text("Progress", if status == MemberStatus::Accomplished { "100%" } else { "0%" });
            json.flag("Available", status == MemberStatus::Accomplished);
            json.flag("InstantAccess", true);
            json.number("InstantAccessRetentionDays", 0);
            let own = self.scenario.service.tags_in_groups.then(|| self.member_tags(group, member, &id, now));
            let origin = [("acs:ecs:createFrom", instance_id)];
            json.list("Tags", "Tag", own.into_iter().flatten().chain(origin), |json, (key, value)| {
                json.text("Key", key);
                json.text("Value", value);
            });
        });
    }

    /// Tags of a snapshot: those of the plug-in, and those a caller put.
    fn member_tags<'s>(
        &'s self,
        group: &Group,
        member: usize,
        id: &str,
        now: Time,
    ) -> impl Iterator<Item = (&'s str, &'s str)> + Clone {
        let put = if self.world.extra_tags.is_empty() { None } else { self.world.extra_tags.get(id) };
        let put = put.into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()));
        group.tags_of(member, now).iter().copied().chain(put)
    }

    pub(super) fn describe_snapshots(&self, call: &Call<'_>, here: Here) -> Result<Vec<u8>, ApiError> {
        let parameters = call.parameters;
        let page = Page::read(SNAPSHOT_PAGES, parameters)?;
        let ids = match parameters.json_list("SnapshotIds") {
            None => None,
            Some(Ok(ids)) if ids.len() <= 100 => Some(ids),
            Some(_) => return Err(ApiError::of("InvalidSnapshotIds.Malformed")),
        };
        let status = parameters.filter("Status").filter(|status| *status != "all");
        if status.is_some_and(|status| !matches!(status, "progressing" | "accomplished" | "failed")) {
            return Err(ApiError::of("InvalidStatus.NotFound"));
        }
        let (owner, disk, name, tags) = (
            parameters.filter("InstanceId"),
            parameters.filter("DiskId"),
            parameters.filter("SnapshotName"),
            parameters.pairs("Tag"),
        );
        let owner_position = owner.map(|owner| here.find(self.world.find(owner)));
        let disk_position = disk.map(|disk| here.find(self.world.find_disk(disk)));
        let matches = |position: u32, member: usize| {
            let group = self.world.groups.get(position as usize)?;
            let source = *group.members.get(member)?;
            let fits = group.visible_from <= call.now
                && group.has_member(member)
                && owner_position.is_none_or(|owner| owner == Some(group.instance))
                && disk_position.is_none_or(|disk| disk == Some((group.instance, usize::from(source))))
                && name.is_none_or(|name| *group.name == *name)
                && status.is_none_or(|status| group.member_status(member, call.now).name() == status)
                && (tags.is_empty() || {
                    let id = ids::write(ids::Kind::Snapshot, group.first_snapshot + member as u64);
                    tags_match(&tags, self.member_tags(group, member, &id, call.now))
                });
            fits.then_some((group, member))
        };
        let (found, token, total) = if let Some(ids) = &ids {
            page.scan(ids.len() as u64, |place| {
                let (position, member) = here.find(self.world.find_snapshot(ids.get(usize::try_from(place).ok()?)?))?;
                matches(position, member)
            })
        } else {
            let of_owner = match (owner_position, disk_position) {
                (Some(Some(owner)), _) | (_, Some(Some((owner, _)))) => Some(self.groups_of(owner)),
                (Some(None), _) | (_, Some(None)) => Some(&[][..]),
                _ => None,
            };
            let places = of_owner.map_or_else(|| here.places(self.world.groups.len()), |groups| groups.len() as u64);
            page.scan(places * PER_GROUP, |place| {
                let (at, member) = (place / PER_GROUP, usize::try_from(place % PER_GROUP).ok()?);
                let position = match of_owner {
                    Some(groups) => *groups.get(usize::try_from(at).ok()?)?,
                    None => u32::try_from(at).ok()?,
                };
                matches(position, member)
            })
        };
        Ok(Json::write(256 + found.len() * 760, |json| {
            json.text("RequestId", call.request_id);
            json.count("TotalCount", total);
            json.number("PageNumber", page.number);
            json.count("PageSize", page.size);
            json.text("NextToken", &token);
            json.list("Snapshots", "Snapshot", found, |json, (group, member)| {
                self.write_snapshot(json, group, member, call.now);
            });
        }))
    }

    fn write_snapshot(&self, json: &mut Json, group: &Group, member: usize, now: Time) {
        let number = group.first_snapshot + member as u64;
        let id = ids::write(ids::Kind::Snapshot, number);
        let disk = group.members.get(member).copied().unwrap_or_default();
        let status = group.member_status(member, now);
        let size = self
            .world
            .instance(group.instance)
            .and_then(|instance| instance.spec.disks.get(usize::from(disk)))
            .map_or(0, |disk| disk.size_gib);
        json.text("SnapshotId", &id);
        json.text("SnapshotName", &group.name);
        json.text("Description", &group.description);
        json.text("SourceDiskId", &self.world.disk_id(group.instance, usize::from(disk)));
        json.text("SourceDiskSize", &size.to_string());
        json.text("SourceDiskType", disk_kind(disk));
        json.text("Status", status.name());
        json.text("Progress", if status == MemberStatus::Accomplished { "100%" } else { "0%" });
        json.flag("Available", status == MemberStatus::Accomplished);
        json.text("CreationTime", &group.created_at.to_wire());
        json.text("LastModifiedTime", &group.settled_at.min(now).max(group.created_at).to_wire());
        json.text(
            "SnapshotLinkId",
            &ids::write(ids::Kind::SnapshotLink, u64::from(group.instance) * PER_GROUP + u64::from(disk)),
        );
        json.list("Tags", "Tag", self.member_tags(group, member, &id, now), |json, (key, value)| {
            json.text("TagKey", key);
            json.text("TagValue", value);
        });
        json.text("Usage", group.usage_of(member).name());
        json.constant(CONSTANT);
    }

    /// Deletes what can be deleted of a group. What the service says of a group that is not there is not documented; it is
    /// taken as the family of the other codes (docs/sources/api.md 4.15).
    pub(super) fn delete_snapshot_group(&mut self, call: &Call<'_>, here: Here) -> Result<Vec<u8>, ApiError> {
        let id = call.parameters.required("SnapshotGroupId")?;
        let shown = |position: &u32| {
            let group = self.world.groups.get(*position as usize);
            group.is_some_and(|group| group.visible_from <= call.now)
        };
        let position = here.find(self.world.find_group(id)).filter(shown);
        let position = position.ok_or_else(|| ApiError::of("InvalidSnapshotGroupId.NotFound"))?;
        let outcome = self.world.delete_group(position);
        Ok(Json::write(128 + outcome.len() * 200, |json| {
            json.text("RequestId", call.request_id);
            json.list("OperationProgressSet", "OperationProgress", outcome, |json, (number, gone)| {
                json.text("OperationStatus", if gone { "Success" } else { "Failed" });
                json.text("ErrorCode", if gone { "" } else { "SnapshotCreatedImage" });
                json.text("ErrorMsg", if gone { "" } else { "The snapshot has been used to create an image." });
                json.list("RelatedItemSet", "RelatedItem", [()], |json, ()| {
                    json.text("Name", "SnapshotId");
                    json.text("Value", &ids::write(ids::Kind::Snapshot, number));
                });
            });
        }))
    }
}

/// What is the same for every snapshot: nothing here decides anything.
const CONSTANT: &str = r#""SnapshotType":"user","Category":"Standard","InstantAccess":true,"InstantAccessRetentionDays":0,"Encrypted":false,"KMSKeyId":"","RemainTime":0,"RetentionDays":0,"ProductCode":"","SnapshotSN":"","ResourceGroupId":"","SourceStorageType":"disk""#;

const fn disk_kind(position: u16) -> &'static str {
    if position == 0 { "system" } else { "data" }
}
