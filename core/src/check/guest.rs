//! What only the guest knows: scripts, mounts, VSS Writers.

use super::Checker;
use super::instance::{Findings, text};
use crate::base::consistency::Platform;
use crate::catalog::file_systems::{FileSystemClass, classify};
use crate::catalog::{limits, vss};
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::{guest as looks, prerequisites as rows, quiesce as quiesce_rows};
use crate::input::document::shorten;
use crate::input::facts::{Folder, Guest, InstanceFacts, Mount, Script};
use crate::plugin::witness::{Coverage, WitnessMount, coverage};

/// What a look into the guest says about the level.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The two scripts together.
    pub(super) scripts: Scripts,
    /// Whether the mounts are known.
    pub(super) mounts: bool,
    /// A place with data that the snapshot does not cover, and the code that says so.
    pub(super) uncovered: Option<(String, &'static str)>,
    /// What is known of the VSS Writers.
    pub(super) writers: Writers,
}

/// What is known of the VSS Writers.
#[derive(Debug, Default, PartialEq)]
pub(super) enum Writers {
    /// Nothing.
    #[default]
    Unknown,
    /// None is stable.
    None,
    /// One that holds the data of a product is not stable, or its last error was one.
    Unfit(String),
    /// A service of a product runs, and the writer of the product is not there.
    Missing(String),
    /// A service of a product runs that has no writer.
    Without(String),
    /// The words for the last error of a data writer are in no list.
    ErrorUnread(String),
    /// No service of a data product runs.
    NoneExpected,
    /// Which services run is not known.
    ExpectationUnknown,
    /// The writers of all data products that run are there, stable and without an error.
    Ready,
}

/// What is known of both scripts.
#[derive(Debug, Default, PartialEq)]
pub(super) enum Scripts {
    /// Not enough.
    #[default]
    Unknown,
    /// The plug-in will run them.
    Ready,
    /// The plug-in will not use them, for the reason of this code.
    Unfit(&'static str),
}

pub(super) fn check<S: AsRef<str> + Ord>(
    checker: &Checker<'_>,
    platform: Option<Platform>,
    (facts, guest): (&InstanceFacts<S>, &Guest<S>),
    excluded: &[(&str, &str)],
    findings: &mut Findings,
) -> Seen {
    processes_and_role(checker, facts, guest, findings);
    let mut seen = Seen { mounts: guest.mounts.is_some(), ..Seen::default() };
    if guest.metadata_reachable == Some(false) {
        findings.push(Finding::new(&rows::METADATA_SILENT, "/guest/metadata_reachable"));
    }
    if guest.launcher_present == Some(false) {
        findings.push(Finding::new(&rows::LAUNCHER_MISSING, "/guest/launcher_present"));
    }
    for (at, mount) in guest.mounts.iter().flatten().enumerate() {
        if let Some(row) = one_mount(platform, at, mount, excluded, findings) {
            seen.uncovered.get_or_insert_with(|| (shorten(mount.target.as_ref()), row));
        }
    }
    if platform == Some(Platform::Linux) {
        service_data(checker, (facts, guest), excluded, findings);
        seen.scripts = scripts(checker, guest, findings);
    }
    if platform == Some(Platform::Windows) {
        seen.writers = writers(guest, findings);
        if seen.writers == Writers::None && checker.job.windows.vss_writers != Some(false) {
            findings.push(Finding::new(&rows::NO_WRITERS, "/guest/vss_writers"));
        }
    }
    seen
}

/// Whether the disks of the group hold all data of the service that is held: a service that is held perfectly is torn in the
/// copy all the same where they do not.
fn service_data<S: AsRef<str> + Ord>(
    checker: &Checker<'_>,
    (facts, guest): (&InstanceFacts<S>, &Guest<S>),
    excluded: &[(&str, &str)],
    findings: &mut Findings,
) {
    let Some(quiesce) = &checker.job.linux.quiesce else { return };
    let own = |ids: &[S]| ids.iter().map(|id| id.as_ref().to_owned()).collect::<Vec<_>>();
    let seen = guest.mounts.as_ref().map(|mounts| {
        let located = |mount: &Mount<S>| {
            let known =
                mount.disk_ids.as_deref().map(own).or_else(|| Some(own(std::slice::from_ref(mount.disk_id.as_ref()?))));
            let others = mount.other_devices.as_deref().filter(|others| !others.is_empty()).map(own);
            let disk_ids = others.or(known);
            WitnessMount {
                target: mount.target.as_ref().to_owned(),
                file_system: mount.file_system.as_ref().to_owned(),
                disk_ids,
            }
        };
        mounts.iter().map(located).collect::<Vec<_>>()
    });
    let named: Vec<&str> = guest.data_mounts.iter().flatten().map(AsRef::as_ref).collect();
    let disks = facts.disks.iter().flatten().map(|disk| disk.disk_id.as_ref());
    let expected = disks.filter(|disk| !excluded.iter().any(|(_, id)| id == disk));
    let finding = |row| Finding::new(row, "/guest/data_mounts").with("engine", shorten(&quiesce.engine));
    match coverage(&named, seen.as_deref(), expected) {
        Coverage::Inside => {}
        Coverage::Outside(mounts) => {
            findings.push(finding(&quiesce_rows::QUIESCE_DATA_OUTSIDE).with("mounts", shorten(&mounts.join(", "))));
        }
        Coverage::Unknown => findings.push(finding(&quiesce_rows::QUIESCE_DATA_UNKNOWN)),
    }
}

fn writers<S: AsRef<str> + Ord>(guest: &Guest<S>, findings: &mut Findings) -> Writers {
    let Some(stable) = &guest.vss_writers else { return Writers::Unknown };
    let mut unfit = None;
    for (name, state) in guest.vss_writers_not_stable.iter().flatten() {
        let (name, state) = (name.as_ref(), state.as_ref());
        let finding = Finding::new(&rows::WRITER_NOT_STABLE, "/guest/vss_writers_not_stable");
        findings.push(finding.with("writer", shorten(name)).with("state", shorten(vss::state_name(state))));
        if vss::holds_data(name) {
            unfit.get_or_insert_with(|| shorten(name));
        }
    }
    let error_of = |writer: &str| {
        let mut all = guest.vss_writer_errors.iter().flatten();
        all.find(|(name, _)| name.as_ref() == writer).map(|(_, words)| words.as_ref().to_owned())
    };
    for writer in stable.iter().map(AsRef::as_ref).filter(|writer| vss::holds_data(writer)) {
        if let Some(words) = error_of(writer) {
            let finding = Finding::new(&rows::WRITER_ERROR, "/guest/vss_writer_errors");
            findings.push(finding.with("writer", shorten(writer)).with("error", shorten(&words)));
            if vss::is_error(&words) {
                unfit.get_or_insert_with(|| shorten(writer));
            }
        }
    }
    match (unfit, &guest.data_services) {
        (Some(writer), _) => Writers::Unfit(writer),
        (None, _) if stable.is_empty() => Writers::None,
        (None, None) => Writers::ExpectationUnknown,
        (None, Some(services)) => expected(services, stable, error_of),
    }
}

/// Whether the writers of all products that run are there.
fn expected<S: AsRef<str>>(services: &[S], stable: &[S], error_of: impl Fn(&str) -> Option<String>) -> Writers {
    let mut found = Writers::NoneExpected;
    let mut unread = None;
    for service in services.iter().map(AsRef::as_ref) {
        let Some(product) = vss::product_of(service) else { continue };
        if product.writers.is_empty() {
            return Writers::Without(shorten(service));
        }
        let writer = stable.iter().map(AsRef::as_ref).find(|writer| product.is_held_by(writer));
        let Some(writer) = writer else { return Writers::Missing(shorten(service)) };
        if error_of(writer).is_some() {
            unread.get_or_insert_with(|| shorten(writer));
        }
        found = Writers::Ready;
    }
    unread.map_or(found, Writers::ErrorUnread)
}

fn scripts<S: AsRef<str>>(checker: &Checker<'_>, guest: &Guest<S>, findings: &mut Findings) -> Scripts {
    let linux = &checker.job.linux;
    let mut together = Scripts::Ready;
    for (place, path, found) in [
        ("/guest/pre_script", &linux.pre_script_path, &guest.pre_script),
        ("/guest/post_script", &linux.post_script_path, &guest.post_script),
    ] {
        if let (Some(path), Some(found)) = (path, found) {
            loose_folders(place, path, found, findings);
        }
        let state = match (path, found) {
            // Whatever lies there is replaced, and looked at before the instance is started.
            (Some(path), _) if checker.job.linux.uploads_to(path) => ScriptState::Ready,
            (Some(path), Some(found)) => script_state(place, path, found, guest.mounts.as_deref()),
            _ => ScriptState::Unknown,
        };
        match (state, &together) {
            (ScriptState::Ready, _) => {}
            (ScriptState::Unfit(finding), Scripts::Unfit(_)) => findings.push(finding),
            (ScriptState::Unfit(finding), _) => {
                together = Scripts::Unfit(finding.code());
                findings.push(finding);
            }
            (unknown, before) => {
                if *before == Scripts::Ready {
                    together = Scripts::Unknown;
                }
                if let ScriptState::Elsewhere(finding) = unknown {
                    findings.push(finding);
                }
            }
        }
    }
    together
}

/// The scripts of a guest nobody has looked into: known only where they are uploaded.
pub(super) fn unseen(checker: &Checker<'_>) -> Seen {
    let linux = &checker.job.linux;
    let both = [&linux.pre_script_path, &linux.post_script_path];
    let ready = both.into_iter().all(|path| path.as_ref().is_some_and(|path| linux.uploads_to(path)));
    Seen { scripts: if ready { Scripts::Ready } else { Scripts::Unknown }, ..Seen::default() }
}

/// What else is going on in the guest, the role it sees, and how old the look is.
fn processes_and_role<S: AsRef<str> + Ord>(
    checker: &Checker<'_>,
    facts: &InstanceFacts<S>,
    guest: &Guest<S>,
    findings: &mut Findings,
) {
    if guest.freezer_running == Some(true) {
        findings.push(Finding::new(&looks::FREEZER_RUNNING, "/guest/freezer_running"));
    }
    if guest.plugin_running == Some(true) {
        findings.push(Finding::new(&looks::PLUGIN_RUNNING, "/guest/plugin_running"));
    }
    if let (Some(seen), Some(attached)) = (text(guest.metadata_role.as_ref()), text(facts.ram_role.as_ref()))
        && seen != attached
    {
        let shown = |role: &str| if role.is_empty() { "-".to_owned() } else { shorten(role) };
        let finding = Finding::new(&looks::GUEST_ROLE, "/guest/metadata_role");
        findings.push(finding.with("seen", shown(seen)).with("attached", shown(attached)));
    }
    if let (Some(now), Some(probed)) = (checker.context.now, guest.probed_at) {
        let seconds = now.since(probed).as_secs();
        if seconds > u64::from(limits::PROBE_AGE.value) {
            let hours = (seconds / 3600).to_string();
            findings.push(Finding::new(&looks::PROBE_OLD, "/guest/probed_at").with("hours", hours));
        }
    }
}

/// Says what a mount means; gives back the code when it may hold data that is not covered.
fn one_mount<S: AsRef<str>>(
    platform: Option<Platform>,
    at: usize,
    mount: &Mount<S>,
    excluded: &[(&str, &str)],
    findings: &mut Findings,
) -> Option<&'static str> {
    let place = || format!("/guest/mounts/{at}");
    let target = || shorten(mount.target.as_ref());
    let disks: Vec<&str> = match &mount.disk_ids {
        Some(disks) => disks.iter().map(AsRef::as_ref).collect(),
        None => text(mount.disk_id.as_ref()).into_iter().collect(),
    };
    let out: Vec<&str> = disks.iter().copied().filter(|disk| excluded.iter().any(|(_, id)| id == disk)).collect();
    let joined = |names: &[&str]| shorten(&names.join(", "));
    if !out.is_empty() && out.len() == disks.len() {
        // What lies there is not meant to be covered.
        if mount.holds_data == Some(true) {
            let finding = Finding::new(&rows::DATA_EXCLUDED, place());
            findings.push(finding.with("target", target()).with("disk", joined(&out)));
        }
        return None;
    }
    let data = may_hold_data(mount);
    if !out.is_empty() && data {
        let finding = Finding::new(&looks::DATA_TORN, place());
        findings.push(finding.with("target", target()).with("disks", joined(&out)));
        return Some(looks::DATA_TORN.code);
    }
    if let Some(others) = mount.other_devices.as_ref().filter(|others| data && !others.is_empty()) {
        let others: Vec<&str> = others.iter().map(AsRef::as_ref).collect();
        let finding = Finding::new(&looks::DATA_ON_OTHER_DEVICE, place());
        findings.push(finding.with("target", target()).with("devices", joined(&others)));
        return Some(looks::DATA_ON_OTHER_DEVICE.code);
    }
    let row = match (cover(platform, mount), data) {
        (Cover::Covered, _) => return None,
        (Cover::Elsewhere, true) => &rows::DATA_ON_NETWORK,
        (Cover::Elsewhere, false) => &rows::NETWORK_BESIDE,
        (Cover::Unlisted, true) => &rows::DATA_ON_UNLISTED,
        (Cover::Unlisted, false) => &rows::UNLISTED_BESIDE,
    };
    findings.push(
        Finding::new(row, place()).with("target", target()).with("file_system", shorten(mount.file_system.as_ref())),
    );
    data.then_some(row.code)
}

/// Whether the snapshot covers what a file system holds.
enum Cover {
    Covered,
    Elsewhere,
    Unlisted,
}

fn cover<S: AsRef<str>>(platform: Option<Platform>, mount: &Mount<S>) -> Cover {
    match classify(mount.file_system.as_ref(), platform) {
        FileSystemClass::Supported => Cover::Covered,
        FileSystemClass::Network | FileSystemClass::Cluster => Cover::Elsewhere,
        FileSystemClass::Virtual if mount.holds_data != Some(true) => Cover::Covered,
        FileSystemClass::Firmware if is_boot(mount) && mount.holds_data != Some(true) => Cover::Covered,
        _ => Cover::Unlisted,
    }
}

/// Unknown counts as data, but for the partitions a system starts from.
fn may_hold_data<S: AsRef<str>>(mount: &Mount<S>) -> bool {
    mount.holds_data.unwrap_or_else(|| !is_boot(mount))
}

fn is_boot<S: AsRef<str>>(mount: &Mount<S>) -> bool {
    let target = mount.target.as_ref();
    // Windows gives the system partition no letter.
    target.is_empty() || target == "/boot" || target == "/efi" || target.starts_with("/boot/")
}

/// What is known of a script.
enum ScriptState {
    /// As the plug-in wants it.
    Ready,
    /// Something the plug-in wants is not known.
    Unknown,
    /// The plug-in will not use it.
    Unfit(Finding),
    /// The facts speak of another file, so nothing is known of this one.
    Elsewhere(Finding),
}

/// The first thing wrong with a script, in the order in which the plug-in looks: there, a regular file, root's, 0700,
/// executable where it lies.
fn script_state<S: AsRef<str>>(
    place: &'static str,
    path: &str,
    found: &Script<S>,
    mounts: Option<&[Mount<S>]>,
) -> ScriptState {
    let about = |row| Finding::new(row, place).with("path", shorten(path));
    if found.path.as_ref() != path {
        return ScriptState::Elsewhere(about(&rows::SCRIPT_ELSEWHERE).with("found", shorten(found.path.as_ref())));
    }
    if !found.exists {
        return ScriptState::Unfit(about(&rows::SCRIPT_MISSING));
    }
    let kind = text(found.kind.as_ref());
    if let Some(kind) = kind.filter(|kind| *kind != "regular file") {
        return ScriptState::Unfit(about(&rows::SCRIPT_KIND).with("kind", shorten(kind)));
    }
    let owner = text(found.owner.as_ref());
    if let Some(owner) = owner.filter(|owner| !matches!(*owner, "root" | "0")) {
        return ScriptState::Unfit(about(&rows::SCRIPT_OWNER).with("owner", shorten(owner)));
    }
    let mode = text(found.mode.as_ref());
    if let Some(mode) = mode.filter(|mode| !is_0700(mode)) {
        return ScriptState::Unfit(about(&rows::SCRIPT_MODE).with("mode", shorten(mode)));
    }
    let noexec = found.noexec.or_else(|| mounts.map(|mounts| lies_on_noexec(path, mounts)));
    if noexec == Some(true) {
        return ScriptState::Unfit(about(&rows::SCRIPT_NOEXEC));
    }
    let all_known = kind.is_some() && owner.is_some() && mode.is_some() && noexec.is_some();
    if all_known { ScriptState::Ready } else { ScriptState::Unknown }
}

/// A folder that others than root may change lets them put another script there. The plug-in does not look at folders.
fn loose_folders<S: AsRef<str>>(place: &'static str, path: &str, found: &Script<S>, findings: &mut Findings) {
    if found.path.as_ref() != path {
        return;
    }
    if let Some(loose) = found.folders.iter().flatten().find(|folder| loose_folder(folder)) {
        let finding = Finding::new(&looks::SCRIPT_FOLDER, place).with("path", shorten(path));
        findings.push(finding.with("folder", shorten(loose.path.as_ref())));
    }
}

/// Whether others than root can replace what lies in a folder. The sticky bit keeps them from it.
pub(crate) fn loose_folder<S: AsRef<str>>(folder: &Folder<S>) -> bool {
    let is_root = |name: Option<&S>| text(name).is_none_or(|name| matches!(name, "root" | "0"));
    let Some(mode) = text(folder.mode.as_ref()).and_then(|mode| u32::from_str_radix(mode.trim(), 8).ok()) else {
        return false;
    };
    // The mode of a link means nothing; the folders it leads to stand in the list themselves.
    if text(folder.kind.as_ref()) == Some("symbolic link") {
        return false;
    }
    let (group_writes, all_write, sticky) = (mode & 0o020 != 0, mode & 0o002 != 0, mode & 0o1000 != 0);
    !is_root(folder.owner.as_ref()) || (!sticky && (all_write || (group_writes && !is_root(folder.group.as_ref()))))
}

/// Whether an octal mode means 0700, with or without the bits of the file type. What is no mode is not 0700.
fn is_0700(mode: &str) -> bool {
    u32::from_str_radix(mode.trim(), 8).is_ok_and(|mode| mode & 0o7777 == 0o700)
}

/// Whether the mount that a path lies on forbids execution.
fn lies_on_noexec<S: AsRef<str>>(path: &str, mounts: &[Mount<S>]) -> bool {
    let holds = |target: &str| {
        target == "/" || path.strip_prefix(target.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
    };
    // Of two mounts on one place the later one counts, as `max_by_key` has it.
    let mounts = mounts.iter().filter(|mount| holds(mount.target.as_ref()));
    let nearest = mounts.max_by_key(|mount| mount.target.as_ref().len());
    let options = nearest.and_then(|mount| text(mount.options.as_ref())).unwrap_or_default();
    options.split(',').any(|option| option.trim() == "noexec")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes() {
        for good in ["700", "0700", "100700", " 0700\n"] {
            assert!(is_0700(good), "{good}");
        }
        for bad in ["", "755", "0770", "4700", "0o700", "rwx------", "7000", "1700", "-700", "99999999999"] {
            assert!(!is_0700(bad), "{bad}");
        }
    }

    #[test]
    fn the_nearest_mount_decides() {
        let mount = |target: &str, options: &str| Mount::<String> {
            target: target.into(),
            file_system: "xfs".into(),
            options: Some(options.into()),
            ..Mount::default()
        };
        let mounts =
            [mount("/", "rw"), mount("/tmp", "rw,nosuid,noexec"), mount("/tmpfoo", "rw"), mount("/tmp/x/", "rw")];
        assert!(lies_on_noexec("/tmp/prescript.sh", &mounts));
        assert!(!lies_on_noexec("/tmpfoo/prescript.sh", &mounts));
        assert!(!lies_on_noexec("/tmp/x/prescript.sh", &mounts));
        assert!(!lies_on_noexec("/opt/prescript.sh", &mounts));
        assert!(!lies_on_noexec("/opt/prescript.sh", &[mount("/mnt", "noexec")]));
    }
}
