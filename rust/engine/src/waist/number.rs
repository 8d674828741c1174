//! JavaScript has one kind of number; the waist names engines and watches by whole ones.

use super::error::WaistError;

/// The number of an engine or a watch as JavaScript passed it.
///
/// # Errors
/// `INVALID_ARGUMENT` for what is not a whole number of 32 bits, such as NaN.
pub fn whole_number(number: f64) -> Result<u32, WaistError> {
    if number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number) {
        // The cast is exact: the number was found to be whole and in range.
        return Ok(number as u32);
    }
    Err(WaistError::invalid(
        "This call takes a number that names an engine, a watch or a server. Call Mailboat through its TypeScript API.",
    ))
}
