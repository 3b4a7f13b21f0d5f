// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#define _GNU_SOURCE
#include "program_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

int joblib_pipe(int *reading, int *writing) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    *reading = ends[0];
    *writing = ends[1];
    return 0;
}

int joblib_pidfd_open(pid_t pid) {
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

static int set_attributes(posix_spawnattr_t *attributes) {
    // A thread of a pool may block signals, and what a program ignores its children would ignore, too.
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int failure = posix_spawnattr_setsigmask(attributes, &none);
    if (failure == 0) failure = posix_spawnattr_setsigdefault(attributes, &all);
    // A group of its own: Ctrl-C reaches the parent alone, and one signal reaches grandchildren.
    if (failure == 0) failure = posix_spawnattr_setpgroup(attributes, 0);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP;
    return failure != 0 ? failure : posix_spawnattr_setflags(attributes, flags);
}

static int set_files(posix_spawn_file_actions_t *files, int output) {
    int failure = posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (failure == 0) failure = posix_spawn_file_actions_adddup2(files, output, STDOUT_FILENO);
    if (failure == 0) failure = posix_spawn_file_actions_adddup2(files, output, STDERR_FILENO);
    if (failure == 0) failure = posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1);
    return failure;
}

int joblib_spawn_self(const char *assignment, int output, pid_t *pid) {
    size_t count = 0;
    while (environ[count] != NULL) count++;
    char **environment = calloc(count + 2, sizeof *environment);
    if (environment == NULL) return ENOMEM;
    memcpy(environment, environ, count * sizeof *environment);
    environment[count] = (char *)assignment;

    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t files;
    int failure = posix_spawnattr_init(&attributes);
    if (failure != 0) goto no_attributes;
    failure = posix_spawn_file_actions_init(&files);
    if (failure != 0) goto no_files;

    failure = set_attributes(&attributes);
    if (failure == 0) failure = set_files(&files, output);
    char *arguments[] = {program_invocation_name, NULL};
    // The file that this process runs, even if another has been built at its path since.
    if (failure == 0) failure = posix_spawn(pid, "/proc/self/exe", &files, &attributes, arguments, environment);

    posix_spawn_file_actions_destroy(&files);
no_files:
    posix_spawnattr_destroy(&attributes);
no_attributes:
    free(environment);
    return failure;
}
