//! The scenario of `consnap simulate` without a file.

use super::{DiskSpec, InstanceSpec, Role, Scenario};
use consnap_core::Platform;

/// Two eligible instances and a few that are not.
pub(super) fn small_scenario() -> Scenario {
    let instance = |id: &str, name: &str| InstanceSpec {
        id: id.to_owned(),
        name: name.to_owned(),
        disks: vec![DiskSpec::of("cloud_essd", 40), DiskSpec::of("cloud_essd", 200)],
        ..InstanceSpec::default()
    };
    let mut linux = instance("i-bp1linux000000000001", "db-1");
    linux.tags.insert("app".to_owned(), "orders".to_owned());
    let mut windows = instance("i-bp1windows0000000001", "sql-1");
    windows.platform = Platform::Windows;
    windows.tags.insert("app".to_owned(), "billing".to_owned());

    let mut stopped = instance("i-bp1stopped0000000001", "db-stopped");
    stopped.status = "Stopped".into();
    let mut offline = instance("i-bp1offline0000000001", "db-offline");
    offline.cloud_assistant.online = false;
    offline.cloud_assistant.heartbeat_age_seconds = 86_400;
    let mut debian = instance("i-bp1debian00000000001", "db-debian");
    debian.os_name = "Debian  12.13 64位".into();
    debian.os_name_en = "Debian  12.13 64 bit".into();
    let mut efficiency = instance("i-bp1efficiency0000001", "db-old-disks");
    efficiency.disks = vec![DiskSpec::of("cloud_efficiency", 40)];
    let mut other_role = instance("i-bp1otherrole00000001", "db-other-role");
    other_role.role = Some("SomeOtherRole".to_owned());

    let mut roles = Scenario::empty().roles;
    roles.push(Role { name: "SomeOtherRole".to_owned(), ..Role::default() });
    Scenario {
        roles,
        instances: vec![linux, windows, stopped, offline, debian, efficiency, other_role],
        ..Scenario::empty()
    }
}
