//! Random variants of the service's behaviour, where the real one is only assumed.

use contacts_sandbox::{
    Behaviour, DeleteResponse, Duplicates, EndOfList, ErrorShape, Limits, NewPhones, NextLink,
};

use crate::random::Random;

/// Random behaviour. Limits and duplicate checks stay off, so that duplicates become visible.
pub fn random_behaviour(random: &mut Random) -> Behaviour {
    Behaviour {
        seed: random.draw(),
        limits: Limits::NONE,
        duplicates: Duplicates::Allowed,
        new_phones: *random.pick(&[NewPhones::EnabledAtOnce, NewPhones::DisabledUntilVerified]),
        page_cap: *random.pick(&[None, None, Some(1), Some(2)]),
        next_link: *random.pick(&[
            NextLink::Placeholder,
            NextLink::Query,
            NextLink::Path,
            NextLink::Absolute,
            NextLink::ForeignAbsolute,
        ]),
        end_of_list: *random.pick(&[
            EndOfList::Absent,
            EndOfList::Null,
            EndOfList::Empty,
            EndOfList::WithoutLinks,
        ]),
        error_shape: *random.pick(&[
            ErrorShape::List,
            ErrorShape::ListWithDetail,
            ErrorShape::ByField,
        ]),
        delete_response: *random.pick(&[
            DeleteResponse::NoContent,
            DeleteResponse::OkEmpty,
            DeleteResponse::OkJson,
        ]),
        first_and_last: random.one_in(2),
        extra_members: random.one_in(2),
        name_in_data: random.one_in(2),
        disabled_reason: random.one_in(2),
        ..Behaviour::default()
    }
}
