//! Operating systems: how their names begin, and which of them the vendor listed when.
//!
//! Support is dated: each edition of the documents is a row, and the newest one not later than the day in question
//! counts. The editions did not only grow (2024-03-14 lists less than 2023-11-01).

use jiff::civil::{Date, date};
use serde::Serialize;

use super::dated;
use crate::base::consistency::Platform;

/// A family of systems, told apart by the beginning of the name.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Alibaba Cloud Linux, once Aliyun Linux.
    AlibabaCloudLinux,
    /// CentOS, not Stream.
    CentOs,
    /// CentOS Stream.
    CentOsStream,
    /// Ubuntu.
    Ubuntu,
    /// Windows Server with a year.
    WindowsServer,
    /// Windows Server of the semi-annual channel, `Version 1903`.
    WindowsServerSemiAnnual,
    /// A system that no edition lists.
    NeverListed,
}

/// How the name of a family begins.
#[derive(Debug, Serialize)]
pub struct NameRow {
    /// The first words, in lower case, one blank between them.
    pub words: &'static [&'static str],
    /// Which family.
    pub family: Family,
    /// Which platform.
    pub platform: Platform,
}

const fn name(words: &'static [&'static str], family: Family, platform: Platform) -> NameRow {
    NameRow { words, family, platform }
}

/// The beginnings of names, a longer one before a shorter. Source: docs/sources/feature.md 7.2, recorded replies and
/// image lists.
pub static NAMES: &[NameRow] = &[
    name(&["alibaba", "cloud", "linux"], Family::AlibabaCloudLinux, Platform::Linux),
    name(&["aliyun", "linux"], Family::AlibabaCloudLinux, Platform::Linux),
    name(&["centos", "stream"], Family::CentOsStream, Platform::Linux),
    name(&["centos", "linux"], Family::CentOs, Platform::Linux),
    name(&["centos"], Family::CentOs, Platform::Linux),
    name(&["ubuntu"], Family::Ubuntu, Platform::Linux),
    name(&["windows", "server", "version"], Family::WindowsServerSemiAnnual, Platform::Windows),
    name(&["windows", "server"], Family::WindowsServer, Platform::Windows),
    name(&["debian"], Family::NeverListed, Platform::Linux),
    name(&["rocky", "linux"], Family::NeverListed, Platform::Linux),
    name(&["almalinux"], Family::NeverListed, Platform::Linux),
    name(&["anolis", "os"], Family::NeverListed, Platform::Linux),
    name(&["red", "hat"], Family::NeverListed, Platform::Linux),
    name(&["suse", "linux"], Family::NeverListed, Platform::Linux),
    name(&["opensuse"], Family::NeverListed, Platform::Linux),
    name(&["fedora"], Family::NeverListed, Platform::Linux),
    name(&["coreos"], Family::NeverListed, Platform::Linux),
    name(&["oracle", "linux"], Family::NeverListed, Platform::Linux),
    name(&["openeuler"], Family::NeverListed, Platform::Linux),
    name(&["kylin"], Family::NeverListed, Platform::Linux),
    name(&["neokylin"], Family::NeverListed, Platform::Linux),
    name(&["uos"], Family::NeverListed, Platform::Linux),
    name(&["uniontech"], Family::NeverListed, Platform::Linux),
    name(&["deepin"], Family::NeverListed, Platform::Linux),
    name(&["gentoo"], Family::NeverListed, Platform::Linux),
    name(&["arch", "linux"], Family::NeverListed, Platform::Linux),
    // FreeBSD images say `linux` in OSType (docs/sources/feature.md 7.1).
    name(&["freebsd"], Family::NeverListed, Platform::Linux),
];

/// Which versions a rule covers. A version is compared number by number; `2012 R2` counts as 2012.2.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Versions {
    /// This one and every later one.
    From(&'static [u32]),
    /// Every version that begins with these numbers.
    Within(&'static [u32]),
}

impl Versions {
    /// Whether a version is covered.
    pub fn covers(self, version: &[u32]) -> bool {
        match self {
            Self::From(least) => version >= least,
            Self::Within(beginning) => version.starts_with(beginning),
        }
    }
}

/// A listed system.
#[derive(Debug, Serialize)]
pub struct SystemRule {
    /// Which family.
    pub family: Family,
    /// Which versions.
    pub versions: Versions,
}

/// One edition of the list.
#[derive(Debug, Serialize)]
pub struct Edition {
    /// The day it is known from.
    #[serde(serialize_with = "dated::write_date")]
    pub date: Date,
    /// The document.
    pub source: &'static str,
    /// What it lists.
    pub systems: &'static [SystemRule],
}

impl Edition {
    /// Whether it lists a system.
    pub fn lists(&self, family: Family, version: &[u32]) -> bool {
        self.systems.iter().any(|rule| rule.family == family && rule.versions.covers(version))
    }
}

impl dated::Dated for Edition {
    fn date(&self) -> Date {
        self.date
    }
}

const fn rule(family: Family, versions: Versions) -> SystemRule {
    SystemRule { family, versions }
}

const WINDOWS_2012_R2: SystemRule = rule(Family::WindowsServer, Versions::Within(&[2012, 2]));
const WINDOWS_2016: SystemRule = rule(Family::WindowsServer, Versions::Within(&[2016]));
const WINDOWS_2019: SystemRule = rule(Family::WindowsServer, Versions::Within(&[2019]));
const WINDOWS_2022: SystemRule = rule(Family::WindowsServer, Versions::Within(&[2022]));
const CENTOS_7_6: SystemRule = rule(Family::CentOs, Versions::From(&[7, 6]));
const UBUNTU_18_04: SystemRule = rule(Family::Ubuntu, Versions::From(&[18, 4]));
const ALINUX_2_1903: SystemRule = rule(Family::AlibabaCloudLinux, Versions::Within(&[2, 1903]));
const ALINUX_2: SystemRule = rule(Family::AlibabaCloudLinux, Versions::Within(&[2]));
const ALINUX_3: SystemRule = rule(Family::AlibabaCloudLinux, Versions::Within(&[3]));

/// All editions, oldest first.
pub static EDITIONS: &[Edition] = &[
    Edition {
        date: date(2021, 3, 25),
        source: "guide-2021; go-page",
        systems: &[WINDOWS_2012_R2, WINDOWS_2016, WINDOWS_2019, CENTOS_7_6, UBUNTU_18_04, ALINUX_2_1903],
    },
    Edition {
        date: date(2023, 11, 1),
        source: "go-page-2023",
        systems: &[
            WINDOWS_2012_R2,
            WINDOWS_2016,
            WINDOWS_2019,
            WINDOWS_2022,
            CENTOS_7_6,
            UBUNTU_18_04,
            ALINUX_2,
            ALINUX_3,
        ],
    },
    Edition {
        date: date(2024, 3, 14),
        source: "guide-2024-03",
        systems: &[WINDOWS_2012_R2, WINDOWS_2016, WINDOWS_2019, WINDOWS_2022, CENTOS_7_6, UBUNTU_18_04, ALINUX_2],
    },
    Edition {
        date: date(2024, 4, 1),
        source: "guide-2024-04",
        systems: &[
            WINDOWS_2012_R2,
            WINDOWS_2016,
            WINDOWS_2019,
            WINDOWS_2022,
            CENTOS_7_6,
            UBUNTU_18_04,
            ALINUX_2,
            ALINUX_3,
        ],
    },
];

/// The edition that counts on a day; the newest one without a day. `None` before the first.
pub fn edition(as_of: Option<Date>) -> Option<&'static Edition> {
    dated::newest(EDITIONS, as_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers_not_text() {
        let newest = edition(None).unwrap();
        assert!(newest.lists(Family::CentOs, &[7, 10]));
        assert!(newest.lists(Family::CentOs, &[8]));
        assert!(!newest.lists(Family::CentOs, &[7, 4]));
        assert!(!newest.lists(Family::CentOs, &[7]));
        assert!(!newest.lists(Family::CentOsStream, &[9]));
        assert!(newest.lists(Family::Ubuntu, &[24, 4]));
        assert!(!newest.lists(Family::WindowsServer, &[2012]));
        assert!(newest.lists(Family::WindowsServer, &[2012, 2]));
        assert!(!newest.lists(Family::AlibabaCloudLinux, &[4]));
    }

    #[test]
    fn the_day_picks_the_edition() {
        let lists_alinux_3 = |day| edition(Some(day)).is_some_and(|e| e.lists(Family::AlibabaCloudLinux, &[3, 2104]));
        assert!(edition(Some(date(2021, 3, 24))).is_none());
        assert!(!lists_alinux_3(date(2022, 1, 1)));
        assert!(lists_alinux_3(date(2024, 3, 13)));
        assert!(!lists_alinux_3(date(2024, 3, 14)));
        assert!(lists_alinux_3(date(2024, 4, 1)));
    }
}
