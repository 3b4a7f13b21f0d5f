// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#include "spawned_worker.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

// Swift has no module initialiser, and a list of backends has to be there before the program's first line. The names are
// weak: a program that does not link the facade has no list, one without the conformance kit no cases, one without a backend of
// processes no worker, one without a backend for other hosts is none of these, and that is fine.
__attribute__((weak)) void joblib_register_built_in_backends(void);
__attribute__((weak)) void joblib_run_conformance_case(const char *name);
__attribute__((weak)) void joblib_run_worker(const char *conversation);
__attribute__((weak)) void joblib_run_host(int listens, const char *address);
__attribute__((weak)) void joblib_run_command_guard(int parent);

// Written before the program has a second thread.
static int is_spawned_worker;

int joblib_is_spawned_worker(void) { return is_spawned_worker; }

typedef void (*initialiser)(int, char **, char **);

extern __attribute__((visibility("hidden"))) initialiser __init_array_start[];
extern __attribute__((visibility("hidden"))) initialiser __init_array_end[];

static void joblib_before_main(int argc, char **argv, char **envp);

// C and C++ globals of the program's other libraries would stay uninitialised: `main` is never reached.
static void run_later_initialisers(int argc, char **argv, char **envp) {
    initialiser *next = __init_array_start;
    while (next < __init_array_end && *next != joblib_before_main) next++;
    if (next == __init_array_end) return;
    for (next++; next < __init_array_end; next++) (*next)(argc, argv, envp);
}

// A process that tidies up behind another one, however that ends.
static void run_as_guard(void) {
    const char *value = getenv("JOBLIB_COMMAND_GUARD");
    if (value == NULL || joblib_run_command_guard == NULL) return;
    int parent = atoi(value);
    // What it runs is none.
    unsetenv("JOBLIB_COMMAND_GUARD");
    joblib_run_command_guard(parent);
    _exit(EXIT_SUCCESS);
}

// A host serves a coordinator on another machine with workers of its own, for as long as it is let.
static void run_as_host(int argc, char **argv, char **envp) {
    static const char *const names[] = {"JOBLIB_WORKER_DIAL", "JOBLIB_WORKER_LISTEN"};
    for (int listens = 0; listens < 2; listens++) {
        const char *value = getenv(names[listens]);
        if (value == NULL) continue;
        if (joblib_run_host == NULL) {
            fprintf(stderr, "joblib: %s is set, and this program does not link the backend that serves other hosts, JoblibTCP\n",
                    names[listens]);
            exit(EX_UNAVAILABLE);
        }
        char address[512] = "";
        strncpy(address, value, sizeof address - 1);
        // What it starts is no host.
        unsetenv(names[0]);
        unsetenv(names[1]);
        run_later_initialisers(argc, argv, envp);
        joblib_run_host(listens, address);
        _exit(EXIT_FAILURE);
    }
}

__attribute__((constructor)) static void joblib_before_main(int argc, char **argv, char **envp) {
    run_as_guard();
    if (joblib_register_built_in_backends) joblib_register_built_in_backends();

    char conversation[256] = "";
    const char *value = getenv("JOBLIB_WORKER");
    if (value != NULL && joblib_run_worker != NULL) {
        strncpy(conversation, value, sizeof conversation - 1);
        // What a task starts is no worker.
        unsetenv("JOBLIB_WORKER");
        const char *backtrace = getenv("SWIFT_BACKTRACE");
        if (backtrace != NULL && strcmp(backtrace, "enable=no") == 0) unsetenv("SWIFT_BACKTRACE");
        is_spawned_worker = 1;
        run_later_initialisers(argc, argv, envp);
        joblib_run_worker(conversation);
        _exit(EXIT_FAILURE);
    }

    run_as_host(argc, argv, envp);

    const char *name = getenv("JOBLIB_CONFORMANCE_CASE");
    if (name == NULL || joblib_run_conformance_case == NULL) return;
    run_later_initialisers(argc, argv, envp);
    joblib_run_conformance_case(name);
    _exit(EXIT_FAILURE);
}
