// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "throw_trace.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <link.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

// MARK: - The Swift runtime's side

typedef void (*will_throw)(void *box);
typedef void (*will_throw_typed)(void *value, const void *type, const void *conformance);

// Called by the runtime at each `throw`: the first with the error's box, the second with the bare value of a typed throw.
// In the runtime these are `std::atomic` pointers, which clang lays out as C's.
extern _Atomic(will_throw) _swift_willThrow;
extern _Atomic(will_throw_typed) _swift_willThrowTypedImpl;

struct error_value {
    void *value;
    const void *type;
    const void *conformance;
};

struct box_pair {
    void *box;
    void *value;
};

void swift_willThrow(void);  // Its address is all we use: the calling convention is another one.
void swift_getErrorValue(void *box, void **scratch, struct error_value *out);
void swift_errorRelease(void *box);
void *swift_unownedRetain(void *object);
void swift_unownedRelease(void *object);
__attribute__((swiftcall)) struct box_pair swift_allocError(
    const void *type, const void *conformance, void *value, _Bool take);

// MARK: - The log

/// How many throws a log keeps: one that is reported, and the few that may be thrown and caught while it unwinds.
enum { RECORDS = 8 };

struct record {
    /// The box, held by an unowned reference: its address is not reused while it stands here, so that equal addresses
    /// mean the same error, but the error in it dies when it always did. NULL for a typed throw.
    void *box;
    const void *type;
    int count;
    void *frames[JOBLIB_THROW_FRAMES];
};

struct joblib_throw_log {
    /// The log that was active on this thread before this one.
    struct joblib_throw_log *outer;
    /// How many throws were recorded; the latest is at (thrown - 1) % RECORDS.
    unsigned thrown;
    struct record records[RECORDS];
};

/// The innermost log of this thread; NULL nearly everywhere and always, which makes the handlers cheap.
static _Thread_local struct joblib_throw_log *current_log;

static const void *any_error_type;
static _Atomic(will_throw) previous;
static _Atomic(will_throw_typed) previous_typed;

static const struct record *find_box(const struct joblib_throw_log *log, const void *box) {
    for (int i = 0; i < RECORDS; i++) {
        if (log->records[i].box == box) return &log->records[i];
    }
    return NULL;
}

static void clear(struct record *record) {
    if (record->box) swift_unownedRelease(record->box);
    record->box = NULL;
    record->type = NULL;
    record->count = 0;
}

/// Writes a throw to every log of this thread.
static void record_throw(void *box, const void *type, void **frames, int count) {
    for (struct joblib_throw_log *log = current_log; log; log = log->outer) {
        // Thrown again by a `catch`: what matters is where it came from.
        if (box && find_box(log, box)) continue;

        struct record *record = &log->records[log->thrown++ % RECORDS];
        clear(record);
        if (box) swift_unownedRetain(box);
        record->box = box;
        record->type = type;
        record->count = count;
        memcpy(record->frames, frames, (size_t)count * sizeof *frames);
    }
}

static const void *type_in(void *box) {
    void *scratch;
    struct error_value error;
    swift_getErrorValue(box, &scratch, &error);
    return error.type;
}

/// Not inlined, so that exactly two frames on top are ours: this function's and the handler's.
__attribute__((noinline)) static void record_here(void *box, const void *type) {
    enum { OURS = 2 };
    void *stack[JOBLIB_THROW_FRAMES + OURS];
    void **frames = stack + OURS;
    int count = backtrace(stack, JOBLIB_THROW_FRAMES + OURS) - OURS;
    // The runtime's entry, a few instructions long. Whoever prints the frames drops it by name; a stripped program has
    // no names.
    if (count > 0 && (uintptr_t)frames[0] - (uintptr_t)swift_willThrow < 64) {
        frames++;
        count--;
    }
    record_throw(box, type, frames, count > 0 ? count : 0);
}

static void on_throw(void *box) {
    if (current_log) record_here(box, type_in(box));
    will_throw next = atomic_load_explicit(&previous, memory_order_acquire);
    if (next) next(box);
}

static void on_typed_throw(void *value, const void *type, const void *conformance) {
    if (current_log) {
        if (type == any_error_type) {
            // `throws(any Error)`, as in `Result.get()`: the value is a reference to a box.
            void *box = *(void **)value;
            record_here(box, type_in(box));
        } else if (*(const uintptr_t *)type == 0) {
            // Kind 0 is a class; what the catcher will see is the object's own class, its first word.
            record_here(NULL, **(const void ***)value);
        } else {
            record_here(NULL, type);
        }
    }

    will_throw_typed next_typed = atomic_load_explicit(&previous_typed, memory_order_acquire);
    if (next_typed) {
        next_typed(value, type, conformance);
        return;
    }
    // Without a handler for typed throws the runtime calls the other one, with a box made for the purpose. We do the
    // same for the handler that was there before us, which would otherwise miss what it saw until now.
    will_throw next = atomic_load_explicit(&previous, memory_order_acquire);
    if (next) {
        struct box_pair pair = swift_allocError(type, conformance, value, 0);
        next(pair.box);
        swift_errorRelease(pair.box);
    }
}

// MARK: - The interface

static void install(void) {
    // The first backtrace(3) may load a library and allocate; better here than in the middle of a throw.
    void *frame;
    backtrace(&frame, 1);

    // Ordering: a thread that sees our handler must see the one before it, so `previous` is stored first, and the
    // compare-exchange releases it. Acquire pairs with whoever published the earlier handler.
    will_throw seen = atomic_load_explicit(&_swift_willThrow, memory_order_acquire);
    do {
        atomic_store_explicit(&previous, seen, memory_order_release);
    } while (!atomic_compare_exchange_weak_explicit(
        &_swift_willThrow, &seen, on_throw, memory_order_acq_rel, memory_order_acquire));

    will_throw_typed seen_typed = atomic_load_explicit(&_swift_willThrowTypedImpl, memory_order_acquire);
    do {
        atomic_store_explicit(&previous_typed, seen_typed, memory_order_release);
    } while (!atomic_compare_exchange_weak_explicit(
        &_swift_willThrowTypedImpl, &seen_typed, on_typed_throw, memory_order_acq_rel, memory_order_acquire));
}

void joblib_throw_install(const void *any_error) {
    enum { ABSENT, CLAIMED, INSTALLED };
    static atomic_int state = ABSENT;
    int expected = ABSENT;
    // Ordering: acquire pairs with the release below, so that whoever finds it installed sees `any_error_type` too.
    if (atomic_load_explicit(&state, memory_order_acquire) == INSTALLED) return;
    if (atomic_compare_exchange_strong_explicit(
            &state, &expected, CLAIMED, memory_order_acquire, memory_order_acquire)) {
        any_error_type = any_error;
        install();
        atomic_store_explicit(&state, INSTALLED, memory_order_release);
        return;
    }
    // A bounded wait and no lock: in a child forked while another thread was installing, nobody would ever release it.
    // That child goes without traces.
    for (int i = 0; i < 1000 && atomic_load_explicit(&state, memory_order_acquire) != INSTALLED; i++) sched_yield();
}

struct joblib_throw_log *joblib_throw_begin(void) {
    struct joblib_throw_log *log = calloc(1, sizeof *log);
    if (log) {
        log->outer = current_log;
        current_log = log;
    }
    return log;
}

void joblib_throw_end(struct joblib_throw_log *log) {
    current_log = log->outer;
    for (int i = 0; i < RECORDS; i++) clear(&log->records[i]);
    free(log);
}

int joblib_throw_find(
    const struct joblib_throw_log *log, const void *box, const void *type, uintptr_t *frames) {
    const struct record *found = find_box(log, box);
    unsigned kept = log->thrown < RECORDS ? log->thrown : RECORDS;
    for (unsigned age = 1; !found && age <= kept; age++) {
        const struct record *record = &log->records[(log->thrown - age) % RECORDS];
        if (record->type == type) found = record;
    }
    if (!found) return 0;
    for (int i = 0; i < found->count; i++) frames[i] = (uintptr_t)found->frames[i];
    return found->count;
}

struct search {
    uintptr_t address;
    struct joblib_address_info *result;
};

static int match_image(struct dl_phdr_info *image, size_t size, void *context) {
    (void)size;
    struct search *search = context;
    uintptr_t offset = search->address - image->dlpi_addr;
    for (int i = 0; i < image->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &image->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || offset - segment->p_vaddr >= segment->p_memsz) continue;
        search->result->offset = offset;
        search->result->image = image->dlpi_name;
        // The dynamic linker's name for the program is empty; that of every library is its path.
        search->result->is_program = image->dlpi_name == NULL || image->dlpi_name[0] == '\0';
        return 1;
    }
    return 0;
}

struct joblib_address_info joblib_address_lookup(uintptr_t address) {
    struct joblib_address_info result = {.offset = address};
    // Not by dladdr(3) alone: in a static program it knows nothing, and it does not tell how an image was relocated.
    dl_iterate_phdr(match_image, &(struct search){address, &result});

    Dl_info info;
    if (dladdr((void *)address, &info) && info.dli_sname && info.dli_saddr) {
        result.symbol = info.dli_sname;
        result.symbol_offset = address - (uintptr_t)info.dli_saddr;
    }
    return result;
}
