//! The identifier of a site.

use crate::model::segment::segment_type;

segment_type! {
    /// The cloud id of a site. It is public: [`FindCloudId`](crate::FindCloudId) asks the site for it.
    CloudId, "cloud id"
}
