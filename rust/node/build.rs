//! Tells the linker what Node's add-ons need on this platform.

fn main() {
    napi_build::setup();
}
