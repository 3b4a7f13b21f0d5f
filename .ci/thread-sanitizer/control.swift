// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

// The control of the sanitizer's run: threads that contend for a lock, and, with RACE, one variable beside it.

import Glibc
import Synchronization

final class State: Sendable {
    let numbers = Mutex([Int]())
    nonisolated(unsafe) var unprotected = 0
}

let state = State()

func work() {
    for number in 0..<20_000 {
        state.numbers.withLock { numbers in
            numbers.append(number)
            if numbers.count > 100 { numbers.removeAll() }
        }
        #if RACE
        state.unprotected += 1
        #endif
    }
}

var threads = [pthread_t](repeating: pthread_t(), count: 4)
for index in threads.indices {
    pthread_create(
        &threads[index],
        nil,
        { _ in
            work()
            return nil
        },
        nil
    )
}
for thread in threads { pthread_join(thread, nil) }
print("done")
