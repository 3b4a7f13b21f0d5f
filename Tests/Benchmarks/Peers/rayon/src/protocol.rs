// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

//! The program's side of the talk with the driver; `protocol.hpp` says how it goes.

use std::io::{BufRead, Write};

extern "C" {
    fn work_now() -> f64;
}

#[derive(Clone, Copy)]
pub struct Setup {
    pub workers: usize,
    pub count: usize,
}

/// Takes one sample: the seconds of one unit of work, or what was wrong with the result.
pub type Sample = Box<dyn FnMut() -> Result<f64, String>>;

pub struct Contender {
    pub work: &'static str,
    pub name: &'static str,
    pub prepare: fn(Setup) -> Sample,
}

pub fn timed(body: impl FnOnce()) -> f64 {
    // SAFETY: reads a clock.
    let start = unsafe { work_now() };
    body();
    // SAFETY: as above.
    unsafe { work_now() - start }
}

/// The median of a few calls, each after the runtime's threads had 20 ms to fall asleep.
pub fn after_idling(mut body: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..5)
        .map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            timed(&mut body)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[2]
}

pub fn require(condition: bool, what: &str) -> Result<(), String> {
    if condition { Ok(()) } else { Err(format!("a wrong result: {what}")) }
}

pub fn start_pool(workers: usize) {
    rayon::ThreadPoolBuilder::new().num_threads(workers).build_global().expect("the pool is made once");
}

pub fn serve(contenders: &[Contender]) {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() == 2 && arguments[1] == "version" {
        println!("rayon {}, {}", env!("RAYON_VERSION"), env!("RUSTC_VERSION"));
        return;
    }
    if arguments.len() == 2 && arguments[1] == "list" {
        for contender in contenders {
            println!("{}\t{}", contender.work, contender.name);
        }
        return;
    }
    assert!(arguments.len() == 5, "usage: version | list | WORK CONTENDER WORKERS COUNT");
    let contender = contenders
        .iter()
        .find(|contender| contender.work == arguments[1] && contender.name == arguments[2])
        .expect("no such contender");
    let setup = Setup {
        workers: arguments[3].parse().expect("WORKERS is a number"),
        count: arguments[4].parse().expect("COUNT is a number"),
    };
    // A cold pool is what this one times.
    if contender.work != "w3" {
        start_pool(setup.workers);
    }
    let mut sample = (contender.prepare)(setup);
    println!("ready");
    for _ in std::io::stdin().lock().lines() {
        match sample() {
            Ok(seconds) => println!("{seconds:.12}"),
            Err(what) => println!("error {what}"),
        }
        std::io::stdout().flush().expect("the driver reads");
    }
}
