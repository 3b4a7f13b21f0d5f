// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#include "mapped_files.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// A place for a file. Never freed, since a handler may be reading it, but used again.
struct note {
    uintptr_t start; // 0 when it is free, 1 while it is being filled
    size_t byte_count;
    char path[512];
    struct note *next;
};

static struct note *notes;
static int has_handler;
static int has_explained;
static struct sigaction before;

static void say(const char *text) {
    size_t length = strlen(text);
    while (length > 0) {
        ssize_t count = write(STDERR_FILENO, text, length);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return;
        text += count;
        length -= (size_t)count;
    }
}

void joblib_explain_bus_error(const void *address) {
    uintptr_t place = (uintptr_t)address;
    for (struct note *note = __atomic_load_n(&notes, __ATOMIC_ACQUIRE); note != NULL; note = note->next) {
        uintptr_t start = __atomic_load_n(&note->start, __ATOMIC_ACQUIRE);
        if (start <= 1 || place < start || place - start >= note->byte_count) continue;
        if (__atomic_exchange_n(&has_explained, 1, __ATOMIC_RELAXED)) return;
        say("Fatal error: the file '");
        say(note->path);
        say("' has shrunk while it was mapped, or its disk fails: replace files by renaming, or load a copy\n");
        return;
    }
}

static void on_bus_error(int number, siginfo_t *info, void *context) {
    (void)context;
    if (info->si_code > 0) joblib_explain_bus_error(info->si_addr);
    sigaction(number, &before, NULL);
    // A fault comes again by itself, with the place at which it happened; a signal that was sent does not.
    if (info->si_code <= 0) raise(number);
}

static void install_handler(void) {
    int none = 0;
    if (!__atomic_compare_exchange_n(&has_handler, &none, 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return;
    sigaction(SIGBUS, NULL, &before);
    struct sigaction ours = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigemptyset(&ours.sa_mask);
    sigaction(SIGBUS, &ours, NULL);
}

void *joblib_note_mapped_file(const void *start, size_t byte_count, const char *path) {
    install_handler();
    struct note *note = __atomic_load_n(&notes, __ATOMIC_ACQUIRE);
    for (; note != NULL; note = note->next) {
        uintptr_t none = 0;
        if (__atomic_compare_exchange_n(&note->start, &none, 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) break;
    }
    int is_new = note == NULL;
    if (is_new && (note = calloc(1, sizeof *note)) == NULL) return NULL;
    note->byte_count = byte_count;
    strncpy(note->path, path, sizeof note->path - 1);
    __atomic_store_n(&note->start, (uintptr_t)start, __ATOMIC_RELEASE);
    if (is_new) {
        note->next = __atomic_load_n(&notes, __ATOMIC_ACQUIRE);
        while (!__atomic_compare_exchange_n(&notes, &note->next, note, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        }
    }
    return note;
}

void joblib_forget_mapped_file(void *note) {
    if (note != NULL) __atomic_store_n(&((struct note *)note)->start, 0, __ATOMIC_RELEASE);
}
