// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

fn main() {
    // The driver compiles the work once for all peers, and says where it is.
    let folder = std::env::var("WORK_LIBRARY").expect("WORK_LIBRARY is the folder of libwork.a");
    println!("cargo:rustc-link-search=native={folder}");
    println!("cargo:rustc-link-lib=static=work");
    println!("cargo:rustc-link-lib=m");
    println!("cargo:rerun-if-changed={folder}/libwork.a");

    let compiler = std::env::var("RUSTC").expect("cargo says which compiler it uses");
    let version = std::process::Command::new(compiler).arg("--version").output().expect("rustc tells its version");
    println!("cargo:rustc-env=RUSTC_VERSION={}", String::from_utf8_lossy(&version.stdout).trim());

    let lock = std::fs::read_to_string("Cargo.lock").expect("cargo has resolved the dependencies");
    let rayon = lock.split("name = \"rayon\"\nversion = \"").nth(1).and_then(|rest| rest.split('"').next());
    println!("cargo:rustc-env=RAYON_VERSION={}", rayon.expect("rayon is among them"));
}
