//! Arguments as JavaScript passed them. One that does not fit is INVALID_ARGUMENT for
//! the entry to throw or to reject with, as it does with every other error.

use std::ptr;

use mailboat_engine::waist::{WaistError, whole_number};
use napi::bindgen_prelude::{FromNapiValue, FunctionRef};
use napi::sys;

use crate::failure::check;

/// Texts below this many bytes are read in one call instead of two. Most commands are.
const SHORT_BYTES: usize = 1024;
/// What a character that did not fit can leave free at the end of a buffer, and the NUL.
const CUT_BYTES: usize = 4;

/// A string: JSON, which the engine reads.
pub struct Text(Result<String, WaistError>);

/// The number of an engine, a watch or a dev server.
pub struct Number(Result<u32, WaistError>);

/// A function that takes the number of an engine.
pub struct Callback(Result<FunctionRef<u32, ()>, WaistError>);

impl Text {
    pub(crate) fn get(self) -> Result<String, WaistError> {
        self.0
    }
}

impl Number {
    pub(crate) fn get(&self) -> Result<u32, WaistError> {
        self.0.clone()
    }
}

impl Callback {
    pub(crate) fn get(self) -> Result<FunctionRef<u32, ()>, WaistError> {
        self.0
    }
}

impl FromNapiValue for Text {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> napi::Result<Self> {
        // SAFETY: the caller passes a live environment and a value of it.
        Ok(Self(unsafe { text(env, value) }))
    }
}

impl FromNapiValue for Number {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> napi::Result<Self> {
        let mut number = f64::NAN;
        // SAFETY: the caller passes a live environment and a value of it; `number` takes the result.
        let status = unsafe { sys::napi_get_value_double(env, value, &mut number) };
        if status != sys::Status::napi_ok {
            number = f64::NAN;
        }
        Ok(Self(whole_number(number)))
    }
}

impl FromNapiValue for Callback {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> napi::Result<Self> {
        let mut kind = sys::ValueType::napi_undefined;
        // SAFETY: the caller passes a live environment and a value of it; `kind` takes the result.
        unsafe { sys::napi_typeof(env, value, &mut kind) };
        if kind != sys::ValueType::napi_function {
            return Ok(Self(Err(invalid("a function"))));
        }
        // SAFETY: as above, and the value is a function.
        Ok(Self(Ok(unsafe { FunctionRef::from_napi_value(env, value) }?)))
    }
}

/// # Safety
/// `env` must be live and on its own thread, `value` one of its values in an open scope.
unsafe fn text(env: sys::napi_env, value: sys::napi_value) -> Result<String, WaistError> {
    // SAFETY: the caller's promise is the same.
    let text = unsafe { utf8(env, value) }?;
    // UTF-8 cannot carry half of a surrogate pair: Node puts this character in its place,
    // which a text may also hold by right.
    if text.contains(char::REPLACEMENT_CHARACTER) {
        // SAFETY: the caller's promise is the same.
        unsafe { refuse_lone_surrogates(env, value) }?;
    }
    Ok(text)
}

/// # Safety
/// As [`text`].
unsafe fn utf8(env: sys::napi_env, value: sys::napi_value) -> Result<String, WaistError> {
    let mut short = [0_u8; SHORT_BYTES];
    let mut length = 0;
    // SAFETY: the buffer has the size that is passed; the rest is the caller's promise.
    let status = unsafe {
        sys::napi_get_value_string_utf8(
            env,
            value,
            short.as_mut_ptr().cast(),
            SHORT_BYTES,
            &mut length,
        )
    };
    if status == sys::Status::napi_string_expected {
        return Err(invalid("a string of JSON"));
    }
    check(status)?;
    if length < SHORT_BYTES - CUT_BYTES {
        return Ok(String::from_utf8_lossy(&short[..length]).into_owned());
    }
    // SAFETY: without a buffer only the length is asked for; the rest is the caller's promise.
    check(unsafe { sys::napi_get_value_string_utf8(env, value, ptr::null_mut(), 0, &mut length) })?;
    let mut bytes = vec![0_u8; length + 1];
    // SAFETY: the buffer has the size that is passed; the rest is the caller's promise.
    check(unsafe {
        sys::napi_get_value_string_utf8(
            env,
            value,
            bytes.as_mut_ptr().cast(),
            bytes.len(),
            &mut length,
        )
    })?;
    bytes.truncate(length);
    String::from_utf8(bytes).map_err(|_| invalid("a string of Unicode text"))
}

/// # Safety
/// As [`text`].
unsafe fn refuse_lone_surrogates(
    env: sys::napi_env,
    value: sys::napi_value,
) -> Result<(), WaistError> {
    let mut length = 0;
    // SAFETY: without a buffer only the length is asked for; the rest is the caller's promise.
    check(unsafe {
        sys::napi_get_value_string_utf16(env, value, ptr::null_mut(), 0, &mut length)
    })?;
    let mut units = vec![0_u16; length + 1];
    // SAFETY: the buffer has the size that is passed; the rest is the caller's promise.
    check(unsafe {
        sys::napi_get_value_string_utf16(env, value, units.as_mut_ptr(), units.len(), &mut length)
    })?;
    units.truncate(length);
    if char::decode_utf16(units).any(|unit| unit.is_err()) {
        return Err(WaistError::invalid(
            "A text holds half of a surrogate pair, which is no character. Cut texts between characters.",
        ));
    }
    Ok(())
}

fn invalid(expected: &str) -> WaistError {
    WaistError::invalid(format!(
        "This call takes {expected}. Call Mailboat through its TypeScript API."
    ))
}
