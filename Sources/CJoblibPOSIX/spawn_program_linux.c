// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#define _GNU_SOURCE
#include "spawn_program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

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

static int set_files(posix_spawn_file_actions_t *files, const struct joblib_spawn *spawn, const int *inherited) {
    int failure = spawn->input < 0 ? posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
                                   : posix_spawn_file_actions_adddup2(files, spawn->input, STDIN_FILENO);
    if (failure == 0) failure = posix_spawn_file_actions_adddup2(files, spawn->output, STDOUT_FILENO);
    if (failure == 0) failure = posix_spawn_file_actions_adddup2(files, spawn->error, STDERR_FILENO);
    int next = STDERR_FILENO + 1;
    for (size_t i = 0; i < spawn->inherited_count && failure == 0; i++) {
        failure = posix_spawn_file_actions_adddup2(files, inherited[i], next++);
    }
    if (failure == 0) failure = posix_spawn_file_actions_addclosefrom_np(files, next);
    return failure;
}

static int is_assigned(const char *entry, const struct joblib_spawn *spawn) {
    for (size_t i = 0; i < spawn->assignment_count; i++) {
        size_t name = strcspn(spawn->assignments[i], "=") + 1;
        if (strncmp(entry, spawn->assignments[i], name) == 0) return 1;
    }
    return 0;
}

static char **make_environment(const struct joblib_spawn *spawn) {
    size_t count = 0;
    while (environ[count] != NULL) count++;
    char **environment = calloc(count + spawn->assignment_count + 1, sizeof *environment);
    if (environment == NULL) return NULL;
    size_t end = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_assigned(environ[i], spawn)) environment[end++] = environ[i];
    }
    for (size_t i = 0; i < spawn->assignment_count; i++) environment[end++] = (char *)spawn->assignments[i];
    return environment;
}

/// Copies descriptors to numbers above those that they become, which dup2(2) would overwrite one by one otherwise.
static int move_away(const struct joblib_spawn *spawn, int *moved) {
    int first = STDERR_FILENO + 1 + (int)spawn->inherited_count;
    for (size_t i = 0; i < spawn->inherited_count; i++) moved[i] = -1;
    for (size_t i = 0; i < spawn->inherited_count; i++) {
        moved[i] = fcntl(spawn->inherited[i], F_DUPFD_CLOEXEC, first);
        if (moved[i] < 0) return errno;
    }
    return 0;
}

int joblib_spawn_program(const struct joblib_spawn *spawn, pid_t *pid) {
    char **environment = make_environment(spawn);
    int *moved = calloc(spawn->inherited_count + 1, sizeof *moved);
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t files;
    int failure = environment == NULL || moved == NULL ? ENOMEM : move_away(spawn, moved);
    if (failure != 0) goto no_attributes;
    failure = posix_spawnattr_init(&attributes);
    if (failure != 0) goto no_attributes;
    failure = posix_spawn_file_actions_init(&files);
    if (failure != 0) goto no_files;

    failure = set_attributes(&attributes);
    if (failure == 0) failure = set_files(&files, spawn, moved);
    char *arguments[] = {program_invocation_name, NULL};
    if (failure == 0 && spawn->file != NULL) {
        failure = posix_spawnp(pid, spawn->file, &files, &attributes, spawn->arguments, environment);
    } else if (failure == 0) {
        // The file that this process runs, even if another has been built at its path since.
        failure = posix_spawn(pid, "/proc/self/exe", &files, &attributes, arguments, environment);
    }

    posix_spawn_file_actions_destroy(&files);
no_files:
    posix_spawnattr_destroy(&attributes);
no_attributes:
    for (size_t i = 0; moved != NULL && i < spawn->inherited_count; i++) {
        if (moved[i] >= 0) close(moved[i]);
    }
    free(moved);
    free(environment);
    return failure;
}
