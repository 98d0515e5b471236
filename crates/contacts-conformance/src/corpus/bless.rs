//! What the core makes of the cases, written into their files.

use std::{fs, io};

use super::{Case, Group, reading};

/// Writes into the tables of a group's file what the core makes of its answers. All else in the file stays as it is.
///
/// # Errors
/// If the file cannot be read or written.
pub fn bless(group: &Group) -> io::Result<()> {
    let text = fs::read_to_string(&group.path)?;
    let blocks = blocks(&text);
    let (first, blocks) = blocks.split_first().map_or(("", &[][..]), |(first, blocks)| (first, blocks));
    let mut blessed = first.to_owned();
    for (block, case) in blocks.iter().zip(&group.cases) {
        let answer = block.find("[case.to.").and_then(|at| block.get(..at)).unwrap_or(block);
        blessed.push_str(answer);
        blessed.push_str(&tables(case));
    }
    fs::write(&group.path, blessed.trim_end().to_owned() + "\n")
}

fn tables(case: &Case) -> String {
    let table = |question: &super::Question| {
        let reading = reading::read(case, *question, case.told);
        format!("[case.to.{question}]\n{}\n", reading.comes)
    };
    case.to.keys().map(table).collect()
}

/// What stands before the first case, and each case with the comment above it.
fn blocks(text: &str) -> Vec<&str> {
    let mut blocks = Vec::new();
    let (mut from, mut comment, mut at) = (0, None, 0);
    for line in text.split_inclusive('\n') {
        match line.trim_end() {
            "[[case]]" => {
                let start = comment.take().unwrap_or(at);
                blocks.push(text.get(from..start).unwrap_or_default());
                from = start;
            }
            line if line.starts_with('#') => comment = comment.or(Some(at)),
            _ => comment = None,
        }
        at += line.len();
    }
    blocks.push(text.get(from..).unwrap_or_default());
    blocks
}
