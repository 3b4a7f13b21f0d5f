// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

mod protocol;

use protocol::{after_idling, require, serve, start_pool, timed, Contender, Sample, Setup};
use rayon::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

extern "C" {
    fn work_square_root(number: u64) -> f64;
    fn work_spin(nanoseconds: u64);
    fn work_skewed_durations(durations: *mut u64, count: usize);
    fn work_sum(values: *const f64, count: usize) -> f64;
    fn work_convolution_error(size: usize, seed: u64) -> f64;
}

static CALLS: AtomicU64 = AtomicU64::new(0);

fn root(number: usize) -> f64 {
    // SAFETY: a pure function of its argument.
    unsafe { work_square_root(number as u64) }
}

fn check_roots(values: &[f64]) -> Result<(), String> {
    require(values.iter().enumerate().all(|(index, value)| *value == index as f64), "not the root")
}

/// Fills an array that is there already; what a sample left out is found.
fn fill_roots(count: usize, units: usize, fill: fn(&mut [f64])) -> Sample {
    let mut values = vec![0.0; count];
    Box::new(move || {
        values.iter_mut().step_by(97).for_each(|value| *value = -1.0);
        let seconds = timed(|| fill(&mut values));
        check_roots(&values)?;
        Ok(seconds / units as f64)
    })
}

fn fill(values: &mut [f64]) {
    values.par_iter_mut().enumerate().for_each(|(index, value)| *value = root(index));
}

fn fill_one_by_one(values: &mut [f64]) {
    values.par_iter_mut().with_max_len(1).enumerate().for_each(|(index, value)| *value = root(index));
}

fn fill_by_tasks(values: &mut [f64]) {
    rayon::scope(|scope| {
        for (index, value) in values.iter_mut().enumerate() {
            scope.spawn(move |_| *value = root(index));
        }
    });
}

fn new_array(setup: Setup) -> Sample {
    Box::new(move || {
        let mut values = Vec::new();
        let seconds = timed(|| values = (0..setup.count).into_par_iter().map(root).collect());
        check_roots(&values)?;
        Ok(seconds)
    })
}

fn call_two() {
    let call = || CALLS.fetch_add(1, Ordering::Relaxed);
    rayon::join(call, call);
}

fn hot_calls(setup: Setup) -> Sample {
    Box::new(move || Ok(timed(|| (0..setup.count).for_each(|_| call_two())) / setup.count as f64))
}

fn cold_call(setup: Setup) -> Sample {
    Box::new(move || {
        Ok(timed(|| {
            start_pool(setup.workers);
            call_two();
        }))
    })
}

fn sums(setup: Setup) -> Sample {
    let values: Vec<f64> = (0..setup.count).map(|index| (index % 8) as f64).collect();
    Box::new(move || {
        let mut sums = Vec::new();
        let sum = |_| {
            // SAFETY: reads the array, which nobody writes.
            unsafe { work_sum(values.as_ptr(), values.len()) }
        };
        let seconds = timed(|| sums = (0..8).into_par_iter().with_max_len(1).map(sum).collect());
        require(sums.iter().all(|sum| *sum == values.len() as f64 * 3.5), "not the sum")?;
        Ok(seconds)
    })
}

fn results(setup: Setup) -> Sample {
    Box::new(move || {
        let mut results: Vec<Vec<f64>> = Vec::new();
        let result = |task| vec![task as f64 + 1.0; setup.count];
        let seconds = timed(|| results = (0..8usize).into_par_iter().with_max_len(1).map(result).collect());
        let is_right = |(task, result): (usize, &Vec<f64>)| result[setup.count - 1] == task as f64 + 1.0;
        require(results.iter().enumerate().all(is_right), "not the array")?;
        Ok(seconds)
    })
}

fn spin(setup: Setup, grain: usize) -> Sample {
    let mut durations = vec![0; setup.count];
    // SAFETY: fills as many as there are.
    unsafe { work_skewed_durations(durations.as_mut_ptr(), durations.len()) };
    Box::new(move || {
        let spin = |duration: &u64| {
            // SAFETY: reads a clock.
            unsafe { work_spin(*duration) }
        };
        Ok(timed(|| durations.par_iter().with_max_len(grain).for_each(spin)))
    })
}

fn convolutions(setup: Setup) -> Sample {
    Box::new(move || {
        let mut errors: Vec<f64> = Vec::new();
        let error = |seed| {
            // SAFETY: touches memory of its own alone.
            unsafe { work_convolution_error(setup.count, seed as u64) }
        };
        let seconds = timed(|| errors = (0..8usize).into_par_iter().with_max_len(1).map(error).collect());
        require(errors.iter().all(|error| *error < 1e-9), "not the convolution")?;
        Ok(seconds)
    })
}

fn nested(setup: Setup) -> Sample {
    let mut values = vec![0.0; 2000];
    Box::new(move || {
        let seconds = timed(|| (0..setup.count).for_each(|_| values.par_chunks_mut(100).for_each(fill)));
        values.chunks(100).try_for_each(check_roots)?;
        Ok(seconds / setup.count as f64)
    })
}

fn main() {
    serve(&[
        Contender { work: "w1-existing", name: "rayon", prepare: |setup| fill_roots(setup.count, 1, fill) },
        Contender { work: "w1-new", name: "rayon collect", prepare: new_array },
        Contender { work: "w1-grain", name: "rayon", prepare: |it| fill_roots(it.count, it.count, fill_one_by_one) },
        Contender { work: "w1-list", name: "rayon spawn", prepare: |it| fill_roots(it.count, it.count, fill_by_tasks) },
        Contender { work: "w1-lazy-all", name: "rayon spawn", prepare: |it| fill_roots(it.count, it.count, fill_by_tasks) },
        Contender { work: "w2-hot", name: "rayon", prepare: hot_calls },
        Contender { work: "w2-idle", name: "rayon", prepare: |_| Box::new(|| Ok(after_idling(call_two))) },
        Contender { work: "w3", name: "rayon", prepare: cold_call },
        Contender { work: "w4", name: "rayon", prepare: sums },
        Contender { work: "w5", name: "rayon", prepare: results },
        Contender { work: "w6", name: "rayon grain 1", prepare: |setup| spin(setup, 1) },
        Contender { work: "w6", name: "rayon", prepare: |setup| spin(setup, usize::MAX) },
        Contender { work: "w7", name: "rayon", prepare: convolutions },
        Contender { work: "w8", name: "rayon", prepare: nested },
    ]);
}
