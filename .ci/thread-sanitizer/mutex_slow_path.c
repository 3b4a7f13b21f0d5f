// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

// Makes `Synchronization.Mutex` visible to ThreadSanitizer.
//
// Swift 6.3.1 emits the lock's fast path into the program, where the sanitizer sees it. A thread that finds the lock
// taken goes through `_lockSlow` in libswiftSynchronization.so, which is not instrumented: it takes the lock and the
// sanitizer does not know, so that everything the lock protects is reported as a race. Preloaded, this takes the place
// of that function. It spins instead of sleeping, so that the word never says that somebody waits, and the unlock stays
// on the fast path as well.

#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

// Absent in programs without the sanitizer that a test starts.
__attribute__((weak)) void __tsan_acquire(void *address);

// Synchronization._MutexHandle._lockSlow(Swift.UInt32) -> ()
__attribute__((swiftcall)) void lock_slow(uint32_t thread, __attribute__((swift_context)) uint32_t *word)
    __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");

__attribute__((swiftcall)) void lock_slow(uint32_t thread, __attribute__((swift_context)) uint32_t *word) {
    uint32_t unlocked = 0;
    while (!__atomic_compare_exchange_n(word, &unlocked, thread, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        unlocked = 0;
        sched_yield();
    }
    if (__tsan_acquire) __tsan_acquire(word);
}

// Synchronization._MutexHandle._tryLockSlow() -> Swift.Bool, through which every attempt goes that does not wait.
__attribute__((swiftcall)) _Bool try_lock(__attribute__((swift_context)) uint32_t *word)
    __asm__("$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF");

__attribute__((swiftcall)) _Bool try_lock(__attribute__((swift_context)) uint32_t *word) {
    // The word holds the owner's id, which the unlock compares.
    static _Thread_local uint32_t thread;
    if (thread == 0) thread = (uint32_t)syscall(SYS_gettid);
    uint32_t unlocked = 0;
    if (!__atomic_compare_exchange_n(word, &unlocked, thread, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) return 0;
    if (__tsan_acquire) __tsan_acquire(word);
    return 1;
}
