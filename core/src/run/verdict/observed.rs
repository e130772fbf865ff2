//! What the service's replies show of groups and snapshots, as evidence.

use super::{GroupEvidence, SnapshotEvidence, SnapshotState, level_of_tags};
use crate::base::consistency::Consistency;
use crate::base::time::Time;
use crate::ecs::api::replies;

/// Tag of a snapshot that names the instance it was made of.
const CREATED_FROM: &str = "acs:ecs:createFrom";

/// The level of two sets of tags together.
pub(crate) fn both(one: (Consistency, bool), other: (Consistency, bool)) -> (Consistency, bool) {
    let application = |(level, both)| both || level == Consistency::Application;
    let file_system = |(level, _)| level == Consistency::FileSystem;
    let (application, file_system) = (application(one) || application(other), file_system(one) || file_system(other));
    let level = match (application, file_system) {
        (_, true) => Consistency::FileSystem,
        (true, false) => Consistency::Application,
        (false, false) => Consistency::Crash,
    };
    (level, application && file_system)
}

/// The instance a group belongs to: its own field, or the tag on its members.
pub(crate) fn instance_of<'a>(group: &'a replies::SnapshotGroup<'_>) -> Option<&'a str> {
    group.instance_id.as_deref().or_else(|| {
        let mut origins = group
            .snapshots
            .iter()
            .map(|snapshot| snapshot.tags.iter().find(|tag| tag.key == CREATED_FROM).map(|tag| &*tag.value));
        let first = origins.next()??;
        origins.all(|origin| origin == Some(first)).then_some(first)
    })
}

/// A state in the service's words.
pub(crate) fn state_of(status: Option<&str>) -> SnapshotState {
    match status {
        Some("accomplished") => SnapshotState::Accomplished,
        Some("progressing") => SnapshotState::Progressing,
        Some("failed") => SnapshotState::Failed,
        _ => SnapshotState::Unknown,
    }
}

/// Inside a group a snapshot has no status: availability and progress stand for it.
fn usable(snapshot: &replies::Snapshot<'_>) -> bool {
    snapshot.status.as_deref() == Some("accomplished")
        || (snapshot.status.is_none()
            && snapshot.available == Some(true)
            && snapshot.progress.as_deref() == Some("100%"))
}

/// The level the tags of a snapshot show, and whether both consistency tags are there.
pub(crate) fn level(snapshot: &replies::Snapshot<'_>) -> (Consistency, bool) {
    level_of_tags(snapshot.tags.iter().map(|tag| (&*tag.key, &*tag.value)))
}

/// A group as the service showed it.
pub(crate) fn evidence(group: &replies::SnapshotGroup<'_>) -> GroupEvidence {
    let snapshots = group
        .snapshots
        .iter()
        .map(|member| {
            let (level, both_tags) = level(member);
            let usable = usable(member);
            SnapshotEvidence {
                snapshot_id: (*member.snapshot_id).into(),
                disk_id: member.source_disk_id.as_deref().unwrap_or_default().into(),
                status: if usable { SnapshotState::Accomplished } else { state_of(member.status.as_deref()) },
                level,
                both_tags,
            }
        })
        .collect();
    GroupEvidence {
        group_id: (*group.snapshot_group_id).into(),
        status: state_of(group.status.as_deref()),
        created_at: group.creation_time.as_deref().and_then(Time::parse),
        snapshots,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(status: Option<&str>, available: Option<bool>, progress: Option<&str>) -> SnapshotState {
        let group = serde_json::json!({
            "SnapshotGroupId": "ssg-a",
            "Snapshots": {"Snapshot": [{
                "SnapshotId": "s-a", "Status": status, "Available": available, "Progress": progress,
            }]},
        })
        .to_string();
        let group: replies::SnapshotGroup<'_> = serde_json::from_str(&group).unwrap();
        evidence(&group).snapshots[0].status
    }

    #[test]
    fn a_snapshot_is_usable_by_its_status_or_inside_a_group_by_availability_and_progress() {
        for (status, state) in [
            ("accomplished", SnapshotState::Accomplished),
            ("progressing", SnapshotState::Progressing),
            ("failed", SnapshotState::Failed),
            ("new word", SnapshotState::Unknown),
        ] {
            assert_eq!(shown(Some(status), None, None), state, "{status}");
            // The status says more than what stands beside it.
            assert_eq!(shown(Some(status), Some(true), Some("100%")), state, "{status}");
        }
        assert_eq!(shown(None, Some(true), Some("100%")), SnapshotState::Accomplished);
        for (available, progress) in [
            (Some(false), Some("100%")),
            (None, Some("100%")),
            (Some(true), Some("99%")),
            (Some(true), None),
            (None, None),
        ] {
            assert_eq!(shown(None, available, progress), SnapshotState::Unknown, "{available:?} {progress:?}");
        }
    }
}
