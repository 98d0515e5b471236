//! Work that needs no network.

mod build;
mod call;
mod growth;
mod plan;
mod read;

use crate::Work;

pub(crate) fn all() -> Vec<Work> {
    [build::all(), read::all(), call::all(), plan::all(), growth::all()]
        .into_iter()
        .flatten()
        .collect()
}
