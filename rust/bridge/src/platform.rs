//! What the platform says, by the C functions of `cpp/MailboatPlatform.h`. They take numbers
//! that Kotlin and Objective-C++ write; one that is none of the header's is ignored, so that
//! an older engine stays whole under newer glue.

use std::ffi::{CStr, OsStr, c_char};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use mailboat_engine::guard;
use mailboat_engine::platform::{
    AppState, Network, NetworkKind, Power, set_app_state, set_database_folder, set_network,
    set_power,
};

use crate::panics::may_panic;

/// Kinds of network by their number in the header.
const KINDS: [NetworkKind; 6] = [
    NetworkKind::Unknown,
    NetworkKind::None,
    NetworkKind::Wifi,
    NetworkKind::Cellular,
    NetworkKind::Ethernet,
    NetworkKind::Other,
];
/// States of the app by their number in the header.
const STATES: [AppState; 2] = [AppState::Foreground, AppState::Background];
/// What the device lives on, by its number in the header.
const POWERS: [Power; 4] = [Power::Unknown, Power::Charging, Power::Battery, Power::Low];

/// The folder that relative paths lie in.
///
/// # Safety
/// `folder` is null, or a text that ends with a zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailboat_set_database_folder(folder: *const c_char) {
    if folder.is_null() {
        return;
    }
    // SAFETY: the caller's promise.
    let folder = unsafe { CStr::from_ptr(folder) };
    contained(|| set_database_folder(Path::new(OsStr::from_bytes(folder.to_bytes()))));
}

/// The platform's word on the network.
#[unsafe(no_mangle)]
pub extern "C" fn mailboat_set_network(kind: i32, metered: i32, validated: i32) {
    contained(|| {
        if let (Some(kind), Some(metered), Some(validated)) =
            (named(&KINDS, kind), answered(metered), answered(validated))
        {
            set_network(Network { kind, metered, validated });
        }
    });
}

/// Whether the app is in front.
#[unsafe(no_mangle)]
pub extern "C" fn mailboat_set_app_state(state: i32) {
    contained(|| {
        if let Some(state) = named(&STATES, state) {
            set_app_state(state);
        }
    });
}

/// What the device lives on.
#[unsafe(no_mangle)]
pub extern "C" fn mailboat_set_power(power: i32) {
    contained(|| {
        if let Some(power) = named(&POWERS, power) {
            set_power(power);
        }
    });
}

/// Lets no panic into the platform.
fn contained(entry: impl FnOnce()) {
    let _ = guard(|| {
        may_panic();
        entry();
        Ok(())
    });
}

fn named<T: Copy>(names: &[T], number: i32) -> Option<T> {
    names.get(usize::try_from(number).ok()?).copied()
}

/// The header's `MailboatAnswer`.
fn answered(number: i32) -> Option<Option<bool>> {
    match number {
        -1 => Some(None),
        0 => Some(Some(false)),
        1 => Some(Some(true)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = include_str!("../../../cpp/MailboatPlatform.h");

    /// The names and numbers of an enum of the header, in its order.
    fn numbers(name: &str) -> Vec<(String, i32)> {
        let begin = format!("typedef enum {name} {{");
        let (_, rest) = HEADER.split_once(&begin).expect("the header has it");
        let (body, _) = rest.split_once('}').expect("it ends");
        let constant = |line: &str| {
            let (constant, number) = line.trim().trim_end_matches(',').split_once(" = ")?;
            Some((constant.to_owned(), number.parse().ok()?))
        };
        body.lines().filter_map(constant).collect()
    }

    fn expected<T: std::fmt::Debug>(prefix: &str, names: &[T]) -> Vec<(String, i32)> {
        let names = names.iter().map(|name| format!("{prefix}{name:?}"));
        names.zip(0..).collect()
    }

    #[test]
    fn the_header_and_rust_agree_on_every_number() {
        assert_eq!(numbers("MailboatNetworkKind"), expected("MailboatNetwork", &KINDS));
        assert_eq!(numbers("MailboatAppState"), expected("Mailboat", &STATES));
        assert_eq!(numbers("MailboatPower"), expected("MailboatPower", &POWERS));
        let answers = numbers("MailboatAnswer").into_iter().map(|(name, number)| {
            let answer = answered(number).expect("Rust knows it");
            (name, answer)
        });
        let expected = [("Unsaid", None), ("No", Some(false)), ("Yes", Some(true))]
            .map(|(name, answer)| (format!("Mailboat{name}"), answer));
        assert_eq!(answers.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_number_that_is_none_of_the_headers_names_nothing() {
        for number in [i32::MIN, -1, 6, i32::MAX] {
            assert_eq!(named(&KINDS, number), None);
            assert_eq!(named(&STATES, number), None);
            assert_eq!(named(&POWERS, number), None);
        }
        assert_eq!((answered(-2), answered(2)), (None, None));
    }
}
