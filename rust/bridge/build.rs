//! Generates the C++ side of the bridge and compiles it into the static library.

fn main() {
    cxx_build::bridge("src/ffi.rs").include("../../cpp").std("c++20").compile("mailboat-bridge");
    println!("cargo:rerun-if-changed=src/ffi.rs");
    println!("cargo:rerun-if-changed=../../cpp/Bell.h");
}
