//! Exit codes of all layers: plug-in, launcher, shell and agent share one field, `ExitCode`.

use serde::Serialize;

use super::codes::OutcomeRow;

mod agent;
mod launcher;
mod plugin;
mod shell;

pub use plugin::PANIC as PLUGIN_PANIC;

/// A row of the table.
#[derive(Debug, Serialize)]
pub struct ExitCodeRow {
    /// The number as `ExitCode` shows it. On Windows codes are unsigned.
    pub number: i64,
    /// What it means and what to do.
    pub outcome: OutcomeRow,
}

/// All tables. Where layers share a number, the most likely meaning stands first.
pub static TABLES: &[&[ExitCodeRow]] = &[plugin::ROWS, agent::ROWS, launcher::ROWS, shell::ROWS];

/// All rows, and those that no number alone leads to: a crash of the plug-in, other signals, unknown numbers.
pub fn rows() -> impl Iterator<Item = &'static ExitCodeRow> {
    TABLES.iter().flat_map(|table| table.iter()).chain([&plugin::PANIC, &shell::ANY_SIGNAL, &UNKNOWN])
}

/// The rows a number may mean, the most likely first; never empty.
pub fn candidates(number: i64) -> impl Iterator<Item = &'static ExitCodeRow> {
    let unsigned = as_unsigned(number);
    let known = move || {
        TABLES.iter().flat_map(|table| table.iter()).filter(move |row| row.number == number || row.number == unsigned)
    };
    let other = known().next().is_none().then(|| any_other(number));
    known().chain(other)
}

/// The row of a number in a table; the row for unknown numbers when there is none.
pub fn find(number: i64) -> &'static ExitCodeRow {
    match plugin::ROWS.iter().find(|row| row.number == number) {
        Some(row) => row,
        None => candidates(number).next().unwrap_or(&UNKNOWN),
    }
}

/// The row with a key, such as `exit:launcher:2`, among those of a number; else its most likely one.
pub fn find_as(number: i64, key: &str) -> &'static ExitCodeRow {
    candidates(number).find(|row| row.outcome.key == key).unwrap_or_else(|| find(number))
}

/// The exit code that goes with an error name of the launcher, such as `DOWNLOAD_FAIL` or `EXECUTE_TIMEOUT_ERR`.
pub fn launcher_code(name: &str) -> Option<i64> {
    launcher::ROWS.iter().find(|row| is_named(row, name)).map(|row| row.number)
}

/// Whether a row has this symbolic name. The launcher prints some names with `_ERR` at their end.
pub(super) fn is_named(row: &ExitCodeRow, name: &str) -> bool {
    let row_name = row.outcome.name;
    !row_name.is_empty()
        && (row_name.eq_ignore_ascii_case(name)
            || name.strip_suffix("_ERR").is_some_and(|short| row_name.eq_ignore_ascii_case(short)))
}

/// Windows codes are unsigned; some tools show them with a sign.
fn as_unsigned(number: i64) -> i64 {
    match i32::try_from(number) {
        Ok(small) if small < -1 => i64::from(small.cast_unsigned()),
        _ => number,
    }
}

fn any_other(number: i64) -> &'static ExitCodeRow {
    // A signal has a number from 1 to 64; 128 + n above the launcher's range would be 232 and more.
    if (129..=192).contains(&number) { &shell::ANY_SIGNAL } else { &UNKNOWN }
}

static UNKNOWN: ExitCodeRow = ExitCodeRow {
    number: i64::MIN,
    outcome: super::codes::outcome!(
        "exit:unknown",
        "",
        Unknown,
        held,
        group,
        AfterLook,
        "consnap: not in any list it knows",
        ("the exit code is not in any list that consnap knows", "该退出码不在 consnap 已知的任何列表中"),
        (
            "a newer plug-in or plug-in manager, or something other than the plug-in ended the command",
            "云助手插件或其插件管理程序版本较新，或由其他程序返回"
        ),
        crate::diagnostics::text::Text::new(
            "check whether a group was made and whether the application accepts writes; run again only after that",
            "请先确认是否已创建快照一致性组、应用是否可正常写入，之后再决定是否重新执行"
        )
    ),
};

/// Declares a table: `number "name" held group When (meaning) (cause) => next step`, with the words of `outcome!`.
macro_rules! exit_codes {
    ($layer:ident $prefix:literal $source:literal:
        $($number:literal $name:literal $held:ident $group:ident $repeat:ident
            $meaning:tt $cause:tt => $next:expr;)*) => {
        pub(super) static ROWS: &[super::ExitCodeRow] = &[$(super::ExitCodeRow {
            number: $number,
            outcome: crate::catalog::codes::outcome!(
                concat!($prefix, $number), $name, $layer, $held, $group, $repeat, $source, $meaning, $cause, $next
            ),
        },)*];
    };
}
use exit_codes;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::codes::{ClearedBy, HeldBy, Layer, Repeat};

    /// The numbers of a layer for which a column is set.
    fn numbers(layer: Layer, column: impl Fn(&OutcomeRow) -> bool) -> Vec<i64> {
        let in_layer = rows().filter(|row| row.outcome.layer == layer && row.number != i64::MIN);
        in_layer.filter(|row| column(&row.outcome)).map(|row| row.number).collect()
    }

    #[test]
    fn plugin_columns_are_as_designed() {
        let plain = |row: &OutcomeRow| row.name.is_empty();
        let held = numbers(Layer::Plugin, |row| row.held && plain(row));
        assert_eq!(held, [9, 10, 11, 12, 255, 4_294_967_295]);
        let for_good = numbers(Layer::Plugin, |row| row.held && row.cleared_by == ClearedBy::Nothing);
        assert_eq!(for_good, [9, 10, 11, 12]);
        let group = numbers(Layer::Plugin, |row| row.group_may_exist && plain(row));
        assert_eq!(group, [5, 6, 7, 8, 9, 10, 11, 12, 15, 255, 4_294_967_295]);
        assert_eq!(numbers(Layer::Plugin, |row| !row.tags_tell), [8]);
        assert_eq!(numbers(Layer::Plugin, |row| row.held && row.held_by == HeldBy::Script), [9, 10]);
        // What is tried once more by itself: only where the cause passes.
        assert_eq!(numbers(Layer::Plugin, |row| row.repeat == Repeat::AfterPause), [16]);
        assert_eq!(numbers(Layer::Launcher, |row| row.held), [247]);
        assert_eq!(numbers(Layer::Launcher, |row| row.group_may_exist), [0, 247]);
    }

    #[test]
    fn all_documented_numbers_have_a_row() {
        let documented =
            (0..=16).chain(232..=247).chain([126, 127, 137, 143, 193, 194, 255, 3009, 3010, 9009, 4_294_967_295]);
        for number in documented {
            assert!(TABLES.iter().flat_map(|table| table.iter()).any(|row| row.number == number), "{number}");
        }
    }

    #[test]
    fn any_number_has_a_row() {
        for number in [i64::MIN, i64::MAX, -2, -1, 17, 128, 192, 231, 248, 256] {
            assert!(candidates(number).next().is_some());
        }
        assert_eq!(find(128).outcome.key, "exit:unknown");
        assert_eq!(find(-1).outcome.key, "exit:agent:-1");
        assert_eq!(find_as(2, "exit:launcher:2").outcome.key, "exit:launcher:2");
        assert_eq!(find_as(3, "exit:launcher:99").outcome.key, "exit:plugin:3");
    }
}
