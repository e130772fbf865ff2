//! API replies to facts.

use crate::api::replies;

use super::{CloudAssistant, Disk, InstanceFacts};

/// The facts of one instance from what the API says of it.
///
/// `disks` may hold those of other instances too; they are left out. No disk at all counts as unknown: an instance always
/// has a system disk. `assistant` and `role` are `None` when they could not be learnt; an empty role means that none is
/// attached.
pub fn from_api(
    instance: &replies::Instance,
    disks: &[replies::Disk],
    assistant: Option<&replies::AssistantStatus>,
    role: Option<&str>,
) -> InstanceFacts {
    let disks: Vec<Disk> = disks
        .iter()
        .filter(|disk| disk.is_attached_to(&instance.instance_id))
        .map(|disk| disk_of(disk, &instance.instance_id))
        .collect();
    let metadata = instance.metadata_options.as_ref();
    InstanceFacts {
        instance_id: instance.instance_id.clone(),
        region_id: instance.region_id.clone(),
        zone_id: instance.zone_id.clone(),
        instance_name: instance.instance_name.clone(),
        status: instance.status.clone(),
        os_type: instance.os_type.clone(),
        os_name: instance.os_name.clone(),
        os_name_en: instance.os_name_en.clone(),
        network_type: instance.instance_network_type.clone(),
        metadata_endpoint: metadata.and_then(|options| options.http_endpoint.clone()),
        metadata_tokens: metadata.and_then(|options| options.http_tokens.clone()),
        locks: Some(
            instance
                .operation_locks
                .iter()
                .map(|lock| lock.lock_reason.clone().unwrap_or_else(|| "unknown".to_owned()))
                .collect(),
        ),
        ram_role: role.map(str::to_owned),
        cloud_assistant: assistant.map(cloud_assistant),
        disks: Some(disks).filter(|disks| !disks.is_empty()),
        tags: Some(instance.tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect()),
        guest: None,
        collected_at: None,
    }
}

/// Cloud Assistant of an instance.
pub fn cloud_assistant(status: &replies::AssistantStatus) -> CloudAssistant {
    CloudAssistant {
        online: status.cloud_assistant_status,
        version: status.cloud_assistant_version.clone(),
        last_heartbeat: status.last_heartbeat_time.clone(),
        active_tasks: status.active_task_count.and_then(|count| u32::try_from(count).ok()),
    }
}

/// A disk as it is attached to an instance.
pub fn disk_of(disk: &replies::Disk, instance_id: &str) -> Disk {
    let here = disk.attachments.iter().find(|at| at.instance_id.as_deref() == Some(instance_id));
    Disk {
        disk_id: disk.disk_id.clone(),
        category: disk.category.clone(),
        kind: disk.kind.clone(),
        performance_level: disk.performance_level.clone(),
        size_gib: disk.size.and_then(|size| u32::try_from(size).ok()),
        status: disk.status.clone(),
        device: disk.device.clone().or_else(|| here.and_then(|at| at.device.clone())),
        multi_attach: disk.multi_attach.clone(),
        encrypted: disk.encrypted,
        zone_id: disk.zone_id.clone(),
        snapshots_in_progress: None,
    }
}
