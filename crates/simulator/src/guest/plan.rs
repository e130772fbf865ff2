//! What the plug-in does in a guest, planned in one go: every step's time, how it ends, what it leaves behind.
//!
//! The order of steps is the one recorded of the Linux plug-in 1.8 (docs/sources/feature.md 1.9); scripts run around the freeze,
//! as the vendor's documents say, or inside it, as a field note draws it.

use consnap_core::Platform;

use super::arguments::Options;
use super::forced::{self, LeftGroup, Reach};
use super::record;
use crate::random::Random;
use crate::scenario::{
    GroupFault, GuestFault, InstanceSpec, QuiesceRecord, ScriptOrder, ScriptSpec, SnapshotFault, TagFault,
};
use crate::world::Tags;

/// What the plan is made for.
pub(crate) struct GuestView<'g> {
    pub(crate) spec: &'g InstanceSpec,
    /// The role the guest sees.
    pub(crate) role: Option<&'g str>,
    /// Whether that role's policy allows what the plug-in calls.
    pub(crate) role_allows: bool,
    /// The disk left out.
    pub(crate) excluded: Excluded,
    /// When Cloud Assistant stops waiting, in milliseconds after the start.
    pub(crate) timeout: u32,
    /// What goes wrong.
    pub(crate) fault: Option<&'g GuestFault>,
}

/// The disk a run leaves out.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Excluded {
    None,
    /// The disk at this position.
    Disk(usize),
    /// An id that is not a disk of this instance.
    Foreign,
}

/// What a run does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The exit code the shell gives.
    pub(crate) exit: i64,
    pub(crate) course: Course,
    pub(crate) steps: Steps,
    /// Milliseconds after the start at which the shell ends.
    pub(crate) shell_ends: u32,
    pub(crate) group: Option<GroupPlan>,
    /// From and until when the guest is held, in milliseconds after the start; no end when it stays so.
    pub(crate) hold: Option<(u32, Option<u32>)>,
    /// Whether the plug-in starts at all.
    pub(crate) starts: bool,
}

/// How a run goes, for its log.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Course {
    pub(crate) reach: Reach,
    pub(crate) scripts: Scripts,
    /// The level the run really had, before any fault of the tags.
    pub(crate) tags: Tags,
    pub(crate) reason: Reason,
}

/// What became of the application scripts.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scripts {
    NotAsked,
    NotFound,
    WrongPermission,
    PreFailed,
    Ran,
}

/// Why a run ends as it does.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Finished,
    Forced,
    NoMetadata,
    NoRole,
    OtherRole,
    RoleForbidden,
    SystemNotSupported,
    NoEssd,
    AllEssdExcluded,
    DiskNotSupported,
    DiskRefused,
    SnapshotInProgress,
    PreScriptTimedOut,
    PostScriptFailed,
    FreezeTimedOut,
    ThawTimedOut,
    GroupFailed,
    GroupTimedOut,
    MemberFailed,
}

/// Times of the steps, in milliseconds after the start of the command.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Steps {
    pub(crate) begun: u32,
    pub(crate) looked: u32,
    pub(crate) pre_done: u32,
    pub(crate) frozen: u32,
    pub(crate) created: u32,
    pub(crate) satisfied: u32,
    pub(crate) thawed: u32,
    pub(crate) post_done: u32,
    pub(crate) tagged: u32,
    pub(crate) ended: u32,
}

/// A group a run makes.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) struct GroupPlan {
    pub(crate) created: u32,
    pub(crate) settled: u32,
    /// `None`: it never settles.
    pub(crate) settles: bool,
    pub(crate) fails: bool,
    pub(crate) tags: Tags,
    pub(crate) tagged: u32,
    pub(crate) last_member: Option<SnapshotFault>,
}

/// The launcher sleeps so long after the plug-in's end (docs/sources/launcher.md 2.3).
const LAUNCHER_SLEEP: u32 = 200;
/// How long a group takes that the plug-in does not wait for.
const SLOW_GROUP: u32 = 300_000;
/// How late tags come that come late.
const LATE_TAGS: u32 = 60_000;

/// Plans a run.
pub(crate) fn plan(view: &GuestView<'_>, options: &Options, random: &mut Random) -> Plan {
    let spec = view.spec;
    let fault = view.fault;
    if !spec.guest.launcher_present {
        return launcher_end(if spec.platform == Platform::Linux { 127 } else { 9009 }, 40);
    }
    if !spec.guest.plugin_list_reachable {
        // Three tries, three seconds apart (docs/sources/launcher.md 2.4).
        return launcher_end(243, 6_300);
    }
    let scripts = scripts(spec, options);
    let tags = level(spec, options, scripts);
    let steps = steps(view, options, scripts, random);
    let natural = natural_end(view, options, scripts, steps);
    let (reason, exit) = match fault.and_then(|fault| fault.exit_code) {
        Some(0)
            if natural.1 == 0
                || matches!(natural.0, Reason::GroupFailed | Reason::GroupTimedOut | Reason::MemberFailed) =>
        {
            (Reason::Finished, 0)
        }
        Some(code) if code != 0 => (Reason::Forced, code),
        _ => natural,
    };
    let mut left = forced::consequences(exit, random);
    if let Some(fault) = fault.filter(|_| exit != 0) {
        match fault.group_made {
            Some(true) if left.group == LeftGroup::None => {
                left.group = LeftGroup::Whole;
                left.reach = Reach::Created;
            }
            Some(false) => {
                left.group = LeftGroup::None;
                left.reach = left.reach.min(Reach::Frozen);
            }
            _ => {}
        }
        left.held = fault.held.unwrap_or(left.held);
    }
    if record::service(options).is_some() && matches!(exit, 9 | 10) {
        // The scripts of consnap release by themselves, or say that they could not.
        left.held = spec.guest.quiesce_record == QuiesceRecord::Unreleased;
    }
    let course = Course { reach: left.reach, scripts, tags, reason };
    let ended = end_of(reason, exit, left.reach, steps, options);
    let group = group(left, course, steps, fault);
    let freezes = left.reach >= Reach::Frozen;
    let hold = freezes.then(|| {
        let until = match reason {
            // The helper thaws by itself when its time is over (docs/sources/feature.md 1.9).
            Reason::ThawTimedOut => steps.frozen.saturating_add(limit(options.timeout_seconds)),
            _ if left.reach >= Reach::Created => steps.post_done,
            _ => ended,
        };
        (steps.looked, if left.held { None } else { Some(until) })
    });
    let shell_ends = if left.runs_on { steps.looked } else { ended.saturating_add(LAUNCHER_SLEEP) };
    Plan {
        exit,
        course,
        steps: Steps { ended, ..steps },
        shell_ends,
        group,
        hold,
        starts: left.reach > Reach::Launcher,
    }
}

fn launcher_end(exit: i64, millis: u32) -> Plan {
    Plan {
        exit,
        course: Course { reach: Reach::Launcher, scripts: Scripts::NotAsked, tags: Tags::None, reason: Reason::Forced },
        steps: Steps { ended: millis, ..Steps::default() },
        shell_ends: millis,
        group: None,
        hold: None,
        starts: false,
    }
}

/// A script must be there, a file of root with mode 0700 (docs/sources/feature.md 1.5); else the run degrades without
/// an error.
fn scripts(spec: &InstanceSpec, options: &Options) -> Scripts {
    if spec.platform == Platform::Windows || options.pre_script_path.is_empty() || options.post_script_path.is_empty() {
        return Scripts::NotAsked;
    }
    let pairs =
        [(&spec.guest.pre_script, &options.pre_script_path), (&spec.guest.post_script, &options.post_script_path)];
    if pairs.iter().any(|(script, path)| !script.exists || script.path != **path) {
        return Scripts::NotFound;
    }
    if pairs.iter().any(|(script, path)| !is_private(script) || spec.guest.forbids_execution(path)) {
        return Scripts::WrongPermission;
    }
    // The scripts of consnap notice that it is frozen already, and refuse.
    let refuses = spec.guest.script_order == ScriptOrder::AfterFreeze && record::service(options).is_some();
    if spec.guest.pre_script.exit_code != 0 || refuses { Scripts::PreFailed } else { Scripts::Ran }
}

fn is_private(script: &ScriptSpec) -> bool {
    script.mode.trim_start_matches('0') == "700" && script.owner == "root" && script.kind == "file"
}

/// The level a run reaches (docs/sources/feature.md 1.1).
fn level(spec: &InstanceSpec, options: &Options, scripts: Scripts) -> Tags {
    match spec.platform {
        Platform::Windows if options.enable_writers && spec.guest.vss_writers => Tags::Application,
        Platform::Windows => Tags::FileSystem,
        Platform::Linux if scripts == Scripts::Ran => Tags::Application,
        Platform::Linux if options.enable_fs_freeze => Tags::FileSystem,
        Platform::Linux => Tags::None,
    }
}

fn limit(seconds: i64) -> u32 {
    u32::try_from(seconds.saturating_mul(1000)).unwrap_or(u32::MAX)
}

/// Times as recorded (docs/sources/feature.md 1.9): creating about 320 ms, tagging about 145 ms, polls 200 ms apart.
fn steps(view: &GuestView<'_>, options: &Options, scripts: Scripts, random: &mut Random) -> Steps {
    let spec = view.spec;
    let script_millis = |script: &ScriptSpec| script.millis.min(limit(options.script_timeout_seconds));
    let (pre, post) = match scripts {
        Scripts::Ran => (script_millis(&spec.guest.pre_script), script_millis(&spec.guest.post_script)),
        Scripts::PreFailed => (script_millis(&spec.guest.pre_script), 0),
        _ => (0, 0),
    };
    let seconds = |given: Option<u32>| given.map(|seconds| seconds.saturating_mul(1000));
    let stall = view.fault.and_then(|fault| {
        let past_timeout = seconds(fault.stall_past_timeout_seconds).map(|past| view.timeout.saturating_add(past));
        seconds(fault.stall_seconds).or(past_timeout)
    });
    let stall = stall.unwrap_or(0);
    let begun = random.between(300, 900);
    let looked = begun.saturating_add(random.between(130, 260));
    let pre_ends = |begun: u32| begun.saturating_add(pre).saturating_add(stall);
    let (pre_done, frozen) = match spec.guest.script_order {
        ScriptOrder::AfterFreeze if spec.platform == Platform::Linux => {
            let frozen = looked.saturating_add(spec.guest.freeze_millis);
            (pre_ends(frozen), frozen)
        }
        _ => (pre_ends(looked), pre_ends(looked).saturating_add(spec.guest.freeze_millis)),
    };
    let created = pre_done.max(frozen).saturating_add(random.between(280, 360));
    let satisfied = created.saturating_add(random.between(spec.guest.group_millis.min, spec.guest.group_millis.max));
    let thawed = satisfied.saturating_add(random.between(1, 200));
    let post_done = thawed.saturating_add(post);
    let tagged = post_done.saturating_add(random.between(120, 170));
    Steps {
        begun,
        looked,
        pre_done,
        frozen,
        created,
        satisfied,
        thawed,
        post_done,
        tagged,
        ended: tagged.saturating_add(20),
    }
}

/// How a run ends by what the guest is like.
fn natural_end(view: &GuestView<'_>, options: &Options, scripts: Scripts, steps: Steps) -> (Reason, i64) {
    let spec = view.spec;
    let guest = &spec.guest;
    if !guest.metadata_reachable || spec.metadata_endpoint == "disabled" {
        return (Reason::NoMetadata, 1);
    }
    match view.role {
        None => return (Reason::NoRole, 13),
        Some(role) if role != options.ram_role_name => return (Reason::OtherRole, 1),
        Some(_) => {}
    }
    if !guest.system_supported {
        return (Reason::SystemNotSupported, 1);
    }
    if !view.role_allows {
        return (Reason::RoleForbidden, 3);
    }
    if let Some(end) = disks_end(view, options) {
        return end;
    }
    let script_limit = limit(options.script_timeout_seconds);
    let script_asked = matches!(scripts, Scripts::Ran | Scripts::PreFailed);
    if script_asked && guest.pre_script.millis > script_limit {
        return (Reason::PreScriptTimedOut, 9);
    }
    let freeze_limit = limit(options.timeout_seconds);
    if spec.platform == Platform::Linux && options.enable_fs_freeze {
        if guest.freeze_millis > freeze_limit {
            return (Reason::FreezeTimedOut, 11);
        }
        if steps.thawed.saturating_sub(steps.frozen) > freeze_limit {
            return (Reason::ThawTimedOut, 6);
        }
    }
    match (view.fault.and_then(|fault| fault.group), view.fault.and_then(|fault| fault.snapshot)) {
        (Some(GroupFault::Failed), _) => return (Reason::GroupFailed, 5),
        (Some(GroupFault::Progressing), _) => return (Reason::GroupTimedOut, 6),
        (_, Some(SnapshotFault::Failed)) => return (Reason::MemberFailed, 7),
        _ => {}
    }
    // A script that fails degrades the run by the documents (docs/sources/feature.md 1.1); after the thaw nothing is
    // left to degrade.
    if scripts == Scripts::Ran && (guest.post_script.millis > script_limit || guest.post_script.exit_code != 0) {
        return (Reason::PostScriptFailed, 10);
    }
    (Reason::Finished, 0)
}

/// What the disks decide (docs/sources/feature.md 1.7, docs/sources/feature.md 1.9, docs/sources/feature.md 8.1).
fn disks_end(view: &GuestView<'_>, options: &Options) -> Option<(Reason, i64)> {
    let disks = &view.spec.disks;
    let is_essd = |category: &str| category == "cloud_essd";
    if view.excluded == Excluded::Foreign {
        return Some((Reason::DiskRefused, 4));
    }
    let members =
        || disks.iter().enumerate().filter(|(at, _)| view.excluded != Excluded::Disk(*at)).map(|(_, disk)| disk);
    if !disks.iter().any(|disk| is_essd(&disk.category)) {
        return Some((Reason::NoEssd, 3));
    }
    // Plug-in 1.8 wants one ESSD that is not excluded; AutoPL alone does not do (docs/sources/feature.md 11 C29).
    if !members().any(|disk| is_essd(&disk.category)) {
        return Some((Reason::AllEssdExcluded, 3));
    }
    let supported = |category: &str| matches!(category, "cloud_essd" | "cloud_auto" | "cloud_essd_entry");
    if members().any(|disk| disk.has_snapshots() && !supported(&disk.category)) {
        return Some((Reason::DiskNotSupported, 1));
    }
    if members().any(|disk| disk.multi_attach != "Disabled" || disk.status != "In_use")
        || members().filter(|disk| disk.has_snapshots()).count() > 128
        || options.instant_access_days > 65_535
    {
        return Some((Reason::DiskRefused, 4));
    }
    if members().any(|disk| disk.snapshots_in_progress >= 10) {
        return Some((Reason::DiskRefused, 4));
    }
    if !options.instant_access && members().any(|disk| disk.snapshots_in_progress > 0) {
        return Some((Reason::SnapshotInProgress, 16));
    }
    None
}

/// When the plug-in ends.
fn end_of(reason: Reason, exit: i64, reach: Reach, steps: Steps, options: &Options) -> u32 {
    let script_limit = limit(options.script_timeout_seconds);
    match (reason, exit) {
        (Reason::PreScriptTimedOut, _) if steps.frozen < steps.pre_done => steps.frozen.saturating_add(script_limit),
        (Reason::PreScriptTimedOut, _) => steps.looked.saturating_add(script_limit),
        (Reason::PostScriptFailed, _) => steps.post_done,
        (Reason::FreezeTimedOut, _) => {
            let begun = if steps.frozen < steps.pre_done { steps.looked } else { steps.pre_done };
            begun.saturating_add(limit(options.timeout_seconds))
        }
        (Reason::ThawTimedOut, _) => steps.frozen.saturating_add(limit(options.timeout_seconds)),
        // The launcher's own limit where the plug-in says nothing (docs/sources/launcher.md 2.5).
        (_, 247) => 60_000,
        (_, 6) => steps.created.saturating_add(60_000),
        _ => match reach {
            Reach::Launcher => steps.begun,
            Reach::Checked => steps.looked,
            Reach::Frozen => steps.frozen.max(steps.pre_done),
            Reach::Created => steps.post_done,
            Reach::Finished => steps.ended,
        },
    }
}

fn group(left: forced::Consequences, course: Course, steps: Steps, fault: Option<&GuestFault>) -> Option<GroupPlan> {
    if left.group == LeftGroup::None {
        return None;
    }
    let group_fault = fault.and_then(|fault| fault.group);
    let slow = left.group == LeftGroup::Slow || group_fault == Some(GroupFault::Slow);
    let tags = match (course.reach, fault.and_then(|fault| fault.tags)) {
        (reach, _) if reach < Reach::Finished => Tags::None,
        (_, Some(TagFault::Missing)) => Tags::None,
        (_, Some(TagFault::Both)) => Tags::Both,
        (_, Some(TagFault::FirstOnly)) => Tags::ApplicationOnFirst,
        (_, Some(TagFault::OtherCase)) if course.tags == Tags::Application => Tags::ApplicationOtherCase,
        (_, None | Some(TagFault::Late | TagFault::OtherCase)) => course.tags,
    };
    let late = fault.is_some_and(|fault| fault.tags == Some(TagFault::Late));
    Some(GroupPlan {
        created: steps.created,
        settled: if slow { steps.created.saturating_add(SLOW_GROUP) } else { steps.satisfied },
        settles: group_fault != Some(GroupFault::Progressing),
        fails: left.group == LeftGroup::Failed || group_fault == Some(GroupFault::Failed),
        tags,
        tagged: if late { steps.tagged.saturating_add(LATE_TAGS) } else { steps.tagged },
        last_member: match left.group {
            LeftGroup::OneMemberFailed => Some(SnapshotFault::Failed),
            _ => fault.and_then(|fault| fault.snapshot),
        },
    })
}
