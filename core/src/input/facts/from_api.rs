//! API replies to facts.

use crate::ecs::api::replies;

use super::{CloudAssistant, Disk, InstanceFacts};

/// The facts of one instance from what the API says of it.
///
/// `disks` may hold those of other instances too; they are left out. No disk at all counts as unknown: an instance always
/// has a system disk. `assistant` and `role` are `None` when they could not be learnt; an empty role means that none is
/// attached.
pub fn from_api(
    instance: replies::Instance<'_>,
    disks: &[replies::Disk],
    assistant: Option<replies::AssistantStatus>,
    role: Option<String>,
) -> InstanceFacts {
    let disks: Vec<Disk> = disks
        .iter()
        .filter(|disk| disk.is_attached_to(&instance.instance_id))
        .map(|disk| disk_of(disk.clone(), &instance.instance_id))
        .collect();
    let metadata = instance.metadata_options.unwrap_or_default();
    let reason = |lock: replies::OperationLock| lock.lock_reason.unwrap_or_else(|| "unknown".to_owned());
    InstanceFacts {
        instance_id: instance.instance_id,
        region_id: instance.region_id,
        zone_id: instance.zone_id,
        instance_name: instance.instance_name,
        status: instance.status,
        os_type: instance.os_type,
        os_name: instance.os_name,
        os_name_en: instance.os_name_en,
        network_type: instance.instance_network_type,
        metadata_endpoint: metadata.http_endpoint,
        metadata_tokens: metadata.http_tokens,
        locks: instance.operation_locks.map(|locks| locks.into_iter().map(reason).collect()),
        ram_role: role,
        cloud_assistant: assistant.map(cloud_assistant),
        disks: Some(disks).filter(|disks| !disks.is_empty()),
        tags: Some(instance.tags.into_iter().map(|tag| (tag.key.into_owned(), tag.value.into_owned())).collect()),
        guest: None,
        collected_at: None,
    }
}

/// Cloud Assistant of an instance.
pub fn cloud_assistant(status: replies::AssistantStatus) -> CloudAssistant {
    CloudAssistant {
        online: status.cloud_assistant_status,
        version: status.cloud_assistant_version,
        last_heartbeat: status.last_heartbeat_time,
        active_tasks: status.active_task_count.and_then(|count| u32::try_from(count).ok()),
    }
}

/// A disk as it is attached to an instance.
pub fn disk_of(disk: replies::Disk, instance_id: &str) -> Disk {
    let here = disk.attachments.into_iter().find(|at| at.instance_id.as_deref() == Some(instance_id));
    Disk {
        disk_id: disk.disk_id,
        category: disk.category,
        kind: disk.kind,
        performance_level: disk.performance_level,
        size_gib: disk.size.and_then(|size| u32::try_from(size).ok()),
        status: disk.status,
        device: disk.device.or_else(|| here.and_then(|at| at.device)),
        multi_attach: disk.multi_attach,
        encrypted: disk.encrypted,
        zone_id: disk.zone_id,
        snapshots_in_progress: None,
    }
}
