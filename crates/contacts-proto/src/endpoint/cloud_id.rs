//! The id of a site.

use crate::model::segment::segment_type;

segment_type! {
    /// Cloud id of a site. It is public: [`FindCloudId`](crate::FindCloudId) looks it up.
    CloudId, "cloud id"
}
