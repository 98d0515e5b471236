//! Tables for people. What is to be copied stays whole: an id, a number, an address.

use std::io::{self, Write};

use comfy_table::{Attribute, Cell, ColumnConstraint, ContentArrangement, Table, Width, presets};

use super::Output;

/// Between two columns.
const GAP: u16 = 2;

impl Output {
    /// A row of cells a line; a line for each cell where the terminal is so narrow that words would have to be broken.
    pub(super) fn grid<const N: usize>(
        self,
        out: &mut dyn Write,
        names: &[&str; N],
        rows: impl Iterator<Item = [Cell; N]>,
    ) -> io::Result<()> {
        let rows: Vec<_> = rows.collect();
        let header =
            names.map(|name| self.styled(Cell::new(name), |cell| cell.add_attribute(Attribute::Bold)));
        let words = std::array::from_fn(|place| {
            let cells = rows.iter().chain([&header]).map(|row| row[place].content());
            widest(cells.flat_map(|text| text.split([' ', '\n']).map(str::to_owned).collect::<Vec<_>>()))
        });
        let least = words.iter().map(|word| word.saturating_add(GAP)).fold(0, u16::saturating_add);
        let table = self.empty_table();
        match table.width() {
            Some(width) if width < least.saturating_sub(GAP) => self.cells(out, &header, rows),
            _ => rows_of(table, header, rows, &words, out),
        }
    }

    fn empty_table(self) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        if self.colored {
            table.enforce_styling();
        }
        table
    }

    /// A line for each cell, behind its name.
    fn cells<const N: usize>(
        self,
        out: &mut dyn Write,
        header: &[Cell; N],
        rows: Vec<[Cell; N]>,
    ) -> io::Result<()> {
        let names = widest(header.iter().map(Cell::content));
        for (number, row) in rows.into_iter().enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            for (name, cell) in header.iter().zip(row) {
                let mut table = self.empty_table();
                // One word goes on over the edge of the terminal, which does not break what is copied from there.
                if !cell.content().contains(' ') {
                    table.set_content_arrangement(ContentArrangement::Disabled);
                }
                table.add_row([name.clone(), cell]);
                let mut columns = table.column_iter_mut();
                if let (Some(name), Some(cell)) = (columns.next(), columns.next()) {
                    name.set_padding((0, GAP));
                    name.set_constraint(ColumnConstraint::Absolute(Width::Fixed(names + GAP)));
                    cell.set_padding((0, 0));
                }
                writeln!(out, "{}", table.trim_fmt())?;
            }
        }
        Ok(())
    }

    pub(super) fn styled(self, cell: Cell, style: impl FnOnce(Cell) -> Cell) -> Cell {
        if self.colored { style(cell) } else { cell }
    }
}

/// A line for each row; no column is narrower than its longest word.
fn rows_of<const N: usize>(
    mut table: Table,
    header: [Cell; N],
    rows: Vec<[Cell; N]>,
    words: &[u16; N],
    out: &mut dyn Write,
) -> io::Result<()> {
    table.set_header(header).add_rows(rows);
    for (number, (column, word)) in (1..).zip(table.column_iter_mut().zip(words)) {
        let gap = if number < N { GAP } else { 0 };
        column.set_padding((0, gap));
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(word.saturating_add(gap))));
    }
    writeln!(out, "{}", table.trim_fmt())
}

/// The columns of a terminal that the widest of these words takes.
fn widest(words: impl Iterator<Item = String>) -> u16 {
    let mut table = Table::new();
    table.add_rows(words.map(|word| [word]));
    table.column_max_content_widths().into_iter().max().unwrap_or_default()
}
