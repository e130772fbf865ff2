//! Disk categories: what they are called and whether the feature takes them, by dated edition.

use jiff::civil::{Date, date};
use serde::Serialize;

use super::dated;
use crate::diagnostics::text::Text;

/// Whether the feature takes a category.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DiskSupport {
    /// Documented, and seen at work.
    Supported,
    /// Documented, but seen to fail when no ESSD is beside it.
    BesideEssd,
    /// Documented for groups, not for the plug-in; seen at work beside an ESSD.
    BesideEssdUndocumented,
    /// Documented for groups of its own kind only; the plug-in's behaviour is not known.
    OwnKindUndocumented,
    /// Not taken.
    Unsupported,
}

/// What one edition says about a category.
#[derive(Debug, Serialize)]
pub struct DiskEdition {
    /// The day it is known from.
    #[serde(serialize_with = "dated::write_date")]
    pub date: Date,
    /// What it says.
    pub support: DiskSupport,
    /// The document.
    pub source: &'static str,
}

impl dated::Dated for DiskEdition {
    fn date(&self) -> Date {
        self.date
    }
}

/// A disk category.
#[derive(Debug, Serialize)]
pub struct DiskRow {
    /// `Category` of DescribeDisks.
    pub category: &'static str,
    /// The vendor's name.
    pub name: Text,
    /// What the editions say, oldest first.
    pub editions: &'static [DiskEdition],
}

impl DiskRow {
    /// What counts on a day; unsupported before the first edition.
    pub fn support(&self, as_of: Option<Date>) -> DiskSupport {
        dated::newest(self.editions, as_of).map_or(DiskSupport::Unsupported, |edition| edition.support)
    }
}

const fn edition(date: Date, support: DiskSupport, source: &'static str) -> DiskEdition {
    DiskEdition { date, support, source }
}

const FIRST: Date = date(2021, 3, 25);
const ESSD_ONLY: &str = "guide-2021: ESSD only";
const NOT_TAKEN: DiskEdition = edition(FIRST, DiskSupport::Unsupported, ESSD_ONLY);
const NO_SNAPSHOTS: DiskEdition =
    edition(FIRST, DiskSupport::Unsupported, "describe-disks: Category, local and ephemeral disks have no snapshots");
const GROUPS_2025: &str = "groups";

/// All categories.
pub static ROWS: &[DiskRow] = &[
    DiskRow {
        category: "cloud_essd",
        name: Text::new("ESSD", "ESSD云盘"),
        editions: &[edition(FIRST, DiskSupport::Supported, ESSD_ONLY)],
    },
    DiskRow {
        category: "cloud_auto",
        name: Text::new("ESSD AutoPL disk", "ESSD AutoPL云盘"),
        editions: &[
            NOT_TAKEN,
            edition(
                date(2024, 3, 14),
                DiskSupport::BesideEssd,
                "guide-2024-03: ESSD PL0 to PL3 or ESSD AutoPL; plug-in-log: refused as the only disk",
            ),
        ],
    },
    DiskRow {
        category: "cloud_essd_entry",
        name: Text::new("ESSD Entry disk", "ESSD Entry云盘"),
        editions: &[NOT_TAKEN, edition(date(2025, 10, 27), DiskSupport::BesideEssdUndocumented, GROUPS_2025)],
    },
    DiskRow {
        category: "cloud_regional_disk_auto",
        name: Text::new("regional ESSD", "ESSD同城冗余云盘"),
        editions: &[NOT_TAKEN, edition(date(2025, 10, 27), DiskSupport::OwnKindUndocumented, GROUPS_2025)],
    },
    DiskRow {
        category: "cloud_essd_zrs",
        name: Text::new("regional ESSD (ZRS)", "ESSD同城冗余云盘（ZRS）"),
        editions: &[NOT_TAKEN, edition(date(2025, 10, 27), DiskSupport::OwnKindUndocumented, GROUPS_2025)],
    },
    DiskRow { category: "cloud_ssd", name: Text::new("standard SSD", "SSD云盘"), editions: &[NOT_TAKEN] },
    DiskRow { category: "cloud_efficiency", name: Text::new("ultra disk", "高效云盘"), editions: &[NOT_TAKEN] },
    DiskRow { category: "cloud", name: Text::new("basic disk", "普通云盘"), editions: &[NOT_TAKEN] },
    DiskRow { category: "local_ssd_pro", name: Text::new("local SSD", "本地SSD盘"), editions: &[NO_SNAPSHOTS] },
    DiskRow { category: "local_hdd_pro", name: Text::new("local HDD", "本地HDD盘"), editions: &[NO_SNAPSHOTS] },
    DiskRow { category: "ephemeral", name: Text::new("local disk", "本地盘"), editions: &[NO_SNAPSHOTS] },
    DiskRow { category: "ephemeral_ssd", name: Text::new("local SSD", "本地SSD盘"), editions: &[NO_SNAPSHOTS] },
    DiskRow {
        category: "elastic_ephemeral_disk_standard",
        name: Text::new("standard elastic ephemeral disk", "弹性临时盘标准版"),
        editions: &[NO_SNAPSHOTS],
    },
    DiskRow {
        category: "elastic_ephemeral_disk_premium",
        name: Text::new("premium elastic ephemeral disk", "弹性临时盘高级版"),
        editions: &[NO_SNAPSHOTS],
    },
];

/// Whether a disk of a category can have snapshots at all: local and ephemeral disks cannot. An unknown category is taken
/// for one that can.
pub fn can_have_snapshots(category: &str) -> bool {
    !find(category).is_some_and(|row| row.editions.iter().any(|edition| edition.source == NO_SNAPSHOTS.source))
}

/// The row of a category.
pub fn find(category: &str) -> Option<&'static DiskRow> {
    ROWS.iter().find(|row| row.category == category)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_picks_the_support() {
        let auto = find("cloud_auto").unwrap();
        assert_eq!(auto.support(Some(date(2024, 3, 13))), DiskSupport::Unsupported);
        assert_eq!(auto.support(Some(date(2024, 3, 14))), DiskSupport::BesideEssd);
        assert_eq!(auto.support(None), DiskSupport::BesideEssd);
        assert!(can_have_snapshots("cloud_efficiency") && can_have_snapshots("cloud_new"));
        assert!(!can_have_snapshots("local_ssd_pro"));
        assert_eq!(find("cloud_essd").unwrap().support(Some(date(2020, 1, 1))), DiskSupport::Unsupported);
    }
}
