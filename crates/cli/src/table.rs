//! Tables of text whose columns line up, whatever script and width the characters have.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use anstyle::Style;

/// A cell: its text, which the caller has made harmless, and how it is shown.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub(crate) fn styled(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self { text: text.into(), style: Style::new() }
    }
}

/// Lays out rows under a heading; the last column is as long as it likes.
pub(crate) fn lay_out(heading: &[&str], rows: &[Vec<Cell>]) -> Vec<String> {
    let mut widths: Vec<usize> = heading.iter().map(|title| title.width()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.text.width());
        }
    }
    let heading: Vec<Cell> = heading.iter().map(|title| Cell::styled(*title, Style::new().bold())).collect();
    std::iter::once(&heading).chain(rows).map(|row| line(row, &widths)).collect()
}

fn line(row: &[Cell], widths: &[usize]) -> String {
    let mut line = String::new();
    for (index, (cell, width)) in row.iter().zip(widths).enumerate() {
        let style = cell.style;
        if index > 0 {
            line.push_str("  ");
        }
        // Writing into a String cannot fail.
        let _ = write!(line, "{style}{}{style:#}", cell.text);
        if index + 1 < row.len() {
            line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.text.width())));
        }
    }
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_count_twice() {
        let rows = [vec!["数据".into(), "x".into()], vec!["abc".into(), "yyy zz".into()]];
        assert_eq!(
            lay_out(&["NAME", "WHY"], &rows)
                .into_iter()
                .map(|line| anstream::adapter::strip_str(&line).to_string())
                .collect::<Vec<_>>(),
            ["NAME  WHY", "数据  x", "abc   yyy zz"]
        );
    }
}
