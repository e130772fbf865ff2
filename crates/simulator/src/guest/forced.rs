//! What belongs to an exit code when a scenario forces it: how far the plug-in came, what is left behind.

use crate::random::Random;

/// How far a run comes before it ends.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// The shell or the launcher ends before the plug-in starts.
    Launcher,
    /// The plug-in looks around and gives up.
    Checked,
    /// Scripts ran or file systems were to be frozen; nothing was made.
    Frozen,
    /// The group was ordered.
    Created,
    /// To the end.
    Finished,
}

/// How the group ends that a failed run leaves.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum LeftGroup {
    None,
    Whole,
    Failed,
    /// Still in progress when the plug-in gives up; accomplished minutes later.
    Slow,
    OneMemberFailed,
}

/// What an exit code leaves behind.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Consequences {
    pub(crate) reach: Reach,
    pub(crate) group: LeftGroup,
    /// Whether the guest stays held.
    pub(crate) held: bool,
    /// Whether the plug-in carries on after the shell that started it has died (docs/sources/launcher.md 3.3).
    pub(crate) runs_on: bool,
}

/// What an exit code leaves behind (docs/sources/feature.md 1.6, docs/sources/launcher.md 2.6). Where a code leaves it
/// open, a draw decides.
pub(crate) fn consequences(exit: i64, random: &mut Random) -> Consequences {
    let of = |reach, group, held| Consequences { reach, group, held, runs_on: false };
    match exit {
        0 => of(Reach::Finished, LeftGroup::Whole, false),
        5 => of(Reach::Created, LeftGroup::Failed, false),
        6 => of(Reach::Created, LeftGroup::Slow, false),
        7 | 15 => of(Reach::Created, LeftGroup::OneMemberFailed, false),
        8 => of(Reach::Created, LeftGroup::Whole, false),
        // The script that locks the application may have locked it before it failed.
        9 | 11 => of(Reach::Frozen, LeftGroup::None, random.chance(0.5)),
        // The post-thaw script comes after the group: the application stays locked, the snapshots are there.
        10 | 12 => of(Reach::Created, LeftGroup::Whole, true),
        // The shell or the launcher was killed; the plug-in behind it may not have noticed.
        -1 | 129..=159 if random.chance(0.5) => {
            Consequences { reach: Reach::Finished, group: LeftGroup::Whole, held: false, runs_on: true }
        }
        // Killed somewhere: by the launcher's own limit, by a signal, by itself.
        247 | 255 | -1 | 129..=159 | 0xC000_0000..=0xFFFF_FFFF => {
            if random.chance(0.5) {
                of(Reach::Created, LeftGroup::Whole, random.chance(0.5))
            } else {
                of(Reach::Frozen, LeftGroup::None, random.chance(0.5))
            }
        }
        126 | 127 | 193 | 194 | 232..=246 | 3009 | 3010 | 9009 => of(Reach::Launcher, LeftGroup::None, false),
        // 1, 2, 3, 4, 13, 14, 16 and codes nobody knows: nothing was made.
        _ => of(Reach::Checked, LeftGroup::None, false),
    }
}
