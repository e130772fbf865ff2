//! What the record of a quiesce script says beside the plug-in's exit code and the tags: a table, and its words.
//!
//! Only a record that consnap's own command has read comes here. `scripts/README.md` has its form.

use serde::{Deserialize, Serialize};

use crate::diagnostics::text::Text;

/// What a record shows.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RecordState {
    /// The service was held from the lock to the release, after the thaw.
    Valid,
    /// The hold was lost, something was written meanwhile, or what a restore needs is missing; nothing is held.
    Lost,
    /// The service was held, but part of its data lies on disks outside of the group; nothing is held.
    Outside,
    /// The limit was over before the post-script; nothing is held.
    Expired,
    /// The pre-script refused; nothing was held.
    Refused,
    /// The release is not certain.
    Unreleased,
    /// There is no record that counts.
    None,
}

/// Why a record does not count.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RecordDefect {
    /// There is none.
    Absent,
    /// A line is not of the form of a record.
    Form,
    /// Its format is another than this version reads.
    Format,
    /// Its last line is missing.
    Cut,
    /// It has another number of lines than its last line says.
    Count,
    /// A line or a key is there twice.
    Repeated,
    /// A line or a key is missing.
    Missing,
    /// A role, verdict or result is not known.
    Unknown,
    /// What it says contradicts itself.
    Contradictory,
    /// It is of another service.
    OtherService,
    /// It was written before the instance was started anew.
    OtherBoot,
    /// Other scripts than those of the job wrote it.
    OtherScripts,
    /// It is not from the time of the command.
    OtherTime,
    /// The time of the command cannot be told by the guest's clock.
    Clock,
    /// The post-script has left none.
    Unfinished,
    /// It was released while a file system still stood.
    StillFrozen,
    /// On which disks the data of the service lie cannot be told.
    Unlocated,
    /// Somebody else than root may have made it.
    Foreign,
    /// The answer of the command that reads it is not whole.
    Unread,
}

/// What a record and the rest of the evidence come to.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WitnessVerdict {
    /// The tag says application, and the record bears it out.
    Valid,
    /// The tag says application, and the record says otherwise.
    Contradicted,
    /// The service was held, but part of its data is not in the group.
    Outside,
    /// The pre-script refused: there is no application-consistent snapshot, and nothing is held.
    Refused,
    /// The hold did not last; it is released.
    Lost,
    /// The hold ended at its limit; it is released.
    Expired,
    /// The release is not certain.
    Unreleased,
    /// The record adds nothing.
    None,
}

crate::base::consistency::wire_names!(RecordState {
    Valid => "valid", Lost => "lost", Outside => "outside", Expired => "expired", Refused => "refused", Unreleased => "unreleased", None => "none",
});
crate::base::consistency::wire_names!(RecordDefect {
    Absent => "absent", Form => "form", Format => "format", Cut => "cut", Count => "count", Repeated => "repeated",
    Missing => "missing", Unknown => "unknown", Contradictory => "contradictory", OtherService => "other_service",
    OtherBoot => "other_boot", OtherScripts => "other_scripts", OtherTime => "other_time", Clock => "clock",
    Unfinished => "unfinished", StillFrozen => "still_frozen", Unlocated => "unlocated", Foreign => "foreign", Unread => "unread",
});
crate::base::consistency::wire_names!(WitnessVerdict {
    Valid => "valid", Contradicted => "contradicted", Outside => "outside", Refused => "refused", Lost => "lost", Expired => "expired",
    Unreleased => "unreleased", None => "none",
});

/// What an instance can come to at best.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AtBest {
    /// A snapshot of a weaker consistency than the tags say.
    Weaker,
    /// No usable snapshot.
    Failed,
}

/// A cell of the table: an exit code of the plug-in and what the record shows.
struct Cell {
    /// The exit code; `None` for any.
    exit_code: Option<i64>,
    /// Whether every expected snapshot is tagged as application-consistent; `None` where it does not matter.
    tagged: Option<bool>,
    state: RecordState,
    verdict: WitnessVerdict,
}

const fn cell(exit_code: Option<i64>, tagged: Option<bool>, state: RecordState, verdict: WitnessVerdict) -> Cell {
    Cell { exit_code, tagged, state, verdict }
}

/// The first cell that fits counts; where none does, the record adds nothing and the code's own row stands.
static CELLS: &[Cell] = &[
    cell(None, None, RecordState::Unreleased, WitnessVerdict::Unreleased),
    cell(Some(0), Some(true), RecordState::Valid, WitnessVerdict::Valid),
    cell(Some(0), Some(true), RecordState::Lost, WitnessVerdict::Contradicted),
    cell(Some(0), Some(true), RecordState::Expired, WitnessVerdict::Contradicted),
    cell(Some(0), Some(true), RecordState::Refused, WitnessVerdict::Contradicted),
    // Whatever the tags say: a copy with only part of the data is none of the service.
    cell(Some(0), None, RecordState::Outside, WitnessVerdict::Outside),
    // The pre-script ended with an error: of the reasons for it, this is the harmless one.
    cell(Some(9), None, RecordState::Refused, WitnessVerdict::Refused),
    // The post-script ended with an error, and says that it released nevertheless.
    cell(Some(10), None, RecordState::Lost, WitnessVerdict::Lost),
    cell(Some(10), None, RecordState::Expired, WitnessVerdict::Expired),
];

/// What a verdict means.
#[derive(Debug, Serialize)]
pub struct WitnessRow {
    /// Which.
    pub verdict: WitnessVerdict,
    /// What the instance can come to at best; `None`: as tags and exit code say.
    pub at_best: Option<AtBest>,
    /// Whether the guest may still be held; `None`: as the exit code says.
    pub held: Option<bool>,
    /// What it means.
    pub meaning: Text,
    /// What to do.
    pub next_step: Text,
}

macro_rules! rows {
    ($($verdict:ident $at_best:expr, $held:expr,
        ($en:literal, $zh:literal) => ($next_en:literal, $next_zh:literal);)*) => {
        /// All verdicts.
        pub static ROWS: &[WitnessRow] = &[$(WitnessRow {
            verdict: WitnessVerdict::$verdict, at_best: $at_best, held: $held,
            meaning: Text::new($en, $zh), next_step: Text::new($next_en, $next_zh),
        },)*];
    };
}

rows! {
    Valid None, None,
        ("the snapshots are tagged as application-consistent, and the record of the scripts bears it out",
         "快照带有应用一致性标签，且脚本记录予以证实")
        => ("nothing", "无需处理");
    Contradicted Some(AtBest::Weaker), None,
        ("the snapshots are tagged as application-consistent, but the record of the scripts says that the service was not held until then",
         "快照带有应用一致性标签，但脚本记录表明服务并未一直保持静默")
        => ("do not rely on this snapshot for the service; see why the hold ended, and run again",
            "请勿将此快照用于恢复该服务；请查明静默中断的原因后重新执行");
    Outside Some(AtBest::Weaker), None,
        ("the service was held, but part of its data lies on disks that are not in the group: the copy is torn",
         "服务已静默，但其部分数据所在云盘不在快照一致性组内：该副本不完整")
        => ("do not rely on this snapshot for the service; put all its disks into the group, or move its data, then run again",
            "请勿将此快照用于恢复该服务；请将其全部云盘纳入快照一致性组，或迁移其数据，然后重新执行");
    Refused Some(AtBest::Failed), Some(false),
        ("the pre-script refused to hold the service; nothing was held, and nothing is", "应用冻结脚本拒绝静默该服务；过去和现在均未静默")
        => ("resolve what the script names, then run again; `consnap scripts explain` explains the word",
            "请处理脚本指出的问题后重新执行；`consnap scripts explain` 可解释结果词");
    Lost Some(AtBest::Weaker), Some(false),
        ("the service was not held until the snapshot; it is released", "服务未保持静默到快照创建；现已解除")
        => ("see why the hold ended, and run again; no guest needs help", "请查明静默中断的原因后重新执行；无需对实例进行处理");
    Expired Some(AtBest::Weaker), Some(false),
        ("the limit of the hold was over before the post-script; the service is released", "应用解冻脚本执行前已超过静默时限；服务已解除静默")
        => ("raise the limit above the time for freeze, group and thaw, and run again; no guest needs help",
            "请将时限调整到大于冻结、创建快照一致性组和解冻的总时长后重新执行；无需对实例进行处理");
    Unreleased None, Some(true),
        ("the scripts cannot tell whether the service was released", "脚本无法确认服务是否已解除静默")
        => ("check at once that the service accepts writes; run the post-script again if not",
            "请立即确认服务可正常写入；否则请再次执行应用解冻脚本");
    None None, None,
        ("no record of the scripts counts for this command", "没有可用于此命令的脚本记录")
        => ("go by the exit code and the tags", "请以退出码和标签为准");
}

/// The verdict for an exit code, the tags and what the record shows.
pub fn verdict(exit_code: Option<i64>, tagged: bool, state: RecordState) -> WitnessVerdict {
    let fits = |cell: &&Cell| {
        cell.state == state
            && (cell.exit_code.is_none() || cell.exit_code == exit_code)
            && cell.tagged.is_none_or(|needed| needed == tagged)
    };
    CELLS.iter().find(fits).map_or(WitnessVerdict::None, |cell| cell.verdict)
}

/// The words of a verdict.
pub fn row(verdict: WitnessVerdict) -> Option<&'static WitnessRow> {
    ROWS.iter().find(|row| row.verdict == verdict)
}

impl RecordState {
    /// In words.
    pub const fn text(self) -> Text {
        match self {
            Self::Valid => {
                Text::new("the service was held until its release after the thaw", "服务保持静默，直到解冻后解除")
            }
            Self::Lost => Text::new("the hold was lost before its end", "静默在结束前中断"),
            Self::Outside => Text::new(
                "the service was held, but part of its data lies outside of the group",
                "服务已静默，但其部分数据不在快照一致性组内",
            ),
            Self::Expired => Text::new("the limit of the hold was over too early", "静默时限过早到期"),
            Self::Refused => Text::new("the pre-script refused, and nothing was held", "应用冻结脚本已拒绝，未静默"),
            Self::Unreleased => Text::new("the release is not certain", "无法确认是否已解除静默"),
            Self::None => Text::new("no record counts", "没有可用的记录"),
        }
    }
}

impl RecordDefect {
    /// In words.
    pub const fn text(self) -> Text {
        match self {
            Self::Absent => Text::new("there is no record", "没有记录"),
            Self::Form => Text::new("line {line} is not of the form of a record", "第 {line} 行不符合记录格式"),
            Self::Format => Text::new("its format is not the one this version reads", "其格式版本不受此版本支持"),
            Self::Cut => Text::new("its last line is missing", "缺少最后一行"),
            Self::Count => Text::new("it has another number of lines than it says", "行数与其声明不符"),
            Self::Repeated => Text::new("line {line} or one of its keys is there twice", "第 {line} 行或其中的键重复"),
            Self::Missing => Text::new("`{key}` is missing", "缺少 `{key}`"),
            Self::Unknown => {
                Text::new("the value of `{key}` is not known to this version", "此版本不认识 `{key}` 的值")
            }
            Self::Contradictory => {
                Text::new("what it says of `{key}` contradicts itself", "其中 `{key}` 的内容自相矛盾")
            }
            Self::OtherService => Text::new("it is of another service", "属于另一个服务"),
            Self::OtherBoot => Text::new("it is from before the last start of the instance", "早于实例最近一次启动"),
            Self::OtherScripts => Text::new("other scripts than those of the job wrote it", "由作业之外的脚本写入"),
            Self::OtherTime => Text::new("it is not from the time of this command", "不是此命令执行期间的记录"),
            Self::Clock => Text::new(
                "when it was written cannot be told: the times of command and read are missing or too far apart",
                "无法判断写入时间：命令和读取的时间缺失或相差过大",
            ),
            Self::Unfinished => Text::new("the post-script has left none", "应用解冻脚本未留下记录"),
            Self::StillFrozen => Text::new(
                "the service was released while a file system was still frozen",
                "解除静默时文件系统仍处于冻结状态",
            ),
            Self::Unlocated => {
                Text::new("on which disks the data of the service lie cannot be told", "无法判断服务的数据位于哪些云盘")
            }
            Self::Foreign => Text::new("its folder or file is not root's alone", "其目录或文件并非仅归 root 所有"),
            Self::Unread => {
                Text::new("the answer of the command that reads it is not whole", "读取记录的命令的返回结果不完整")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [RecordState; 7] = [
        RecordState::Valid,
        RecordState::Lost,
        RecordState::Outside,
        RecordState::Expired,
        RecordState::Refused,
        RecordState::Unreleased,
        RecordState::None,
    ];

    #[test]
    fn a_record_clears_held_for_two_codes_alone() {
        let mut cleared = Vec::new();
        for code in (0..=16).chain([126, 137, 193, 232, 247, 255, -1]).map(Some).chain([None]) {
            for state in STATES {
                for tagged in [false, true] {
                    let found = row(verdict(code, tagged, state)).unwrap();
                    if found.held == Some(false) {
                        cleared.push((code.unwrap(), state, tagged));
                    }
                    // What cannot be told is never better than the code.
                    assert_eq!(found.held == Some(true), state == RecordState::Unreleased);
                    assert!(state != RecordState::None || found.verdict == WitnessVerdict::None);
                    let proven = (code, tagged, state) == (Some(0), true, RecordState::Valid);
                    assert_eq!(found.verdict == WitnessVerdict::Valid, proven, "{code:?} {state} {tagged}");
                }
            }
        }
        let both = |code, state| [(code, state, false), (code, state, true)];
        let expected =
            [both(9, RecordState::Refused), both(10, RecordState::Lost), both(10, RecordState::Expired)].concat();
        assert_eq!(cleared, expected);
    }

    #[test]
    fn a_tag_against_the_record_is_contradicted() {
        for state in [RecordState::Lost, RecordState::Expired, RecordState::Refused] {
            assert_eq!(verdict(Some(0), true, state), WitnessVerdict::Contradicted, "{state}");
            assert_eq!(verdict(Some(0), false, state), WitnessVerdict::None, "{state}");
        }
        assert_eq!(row(WitnessVerdict::Contradicted).unwrap().at_best, Some(AtBest::Weaker));
        for tagged in [false, true] {
            assert_eq!(verdict(Some(0), tagged, RecordState::Outside), WitnessVerdict::Outside);
        }
        assert_eq!(row(WitnessVerdict::Outside).unwrap().at_best, Some(AtBest::Weaker));
    }
}
