//! The core must stay free of clocks, sockets and files, so its dependencies are a short list.

use std::process::Command;

/// Everything `mailboat-core` may link, with what those crates need themselves.
const ALLOWED: &[&str] = &[
    "mailboat-core",
    "backoff", // the delay envelope (ADR 0005)
    "cfg-if",
    "getrandom",
    "instant",
    "libc",
    "ppv-lite86",
    "rand",
    "rand_chacha",
    "rand_core",
    "zerocopy",
    "zerocopy-derive",
    "serde",
    "serde_core",
    "serde_derive",
    "proc-macro2",
    "quote",
    "syn",
    "unicode-ident",
    "ts-rs",
    "ts-rs-macros",
    "termcolor",
    "thiserror",
    "thiserror-impl",
    "serde_json",
    "itoa",
    "memchr",
    "ryu",
    "zmij",
    "uuid",
    "rustversion",
];

#[test]
fn the_core_links_only_what_this_list_allows() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "-p", "mailboat-core", "-e", "normal", "--prefix", "none", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs, since it started this test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).expect("cargo prints UTF-8");
    let strangers: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| !ALLOWED.contains(name))
        .collect();
    assert!(tree.lines().count() > 5, "the tree was read:\n{tree}");
    assert!(strangers.is_empty(), "not on the list: {strangers:?}");
}
