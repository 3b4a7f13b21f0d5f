// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#define _GNU_SOURCE
#include "out_of_memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int read_text(const char *path, char *text, size_t size) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    size_t count = 0;
    ssize_t got;
    while (count < size - 1 && (got = read(file, text + count, size - 1 - count)) > 0) count += (size_t)got;
    close(file);
    text[count] = 0;
    return count > 0;
}

/// The number of the line `oom_kill N` of a file; -1 if there is none.
static int64_t kills(const char *path) {
    char text[16384];
    if (!read_text(path, text, sizeof text)) return -1;
    const char *line = strncmp(text, "oom_kill ", 9) == 0 ? text : strstr(text, "\noom_kill ");
    return line == NULL ? -1 : strtoll(strchr(line, ' ') + 1, NULL, 10);
}

struct names {
    const char *root;
    const char *events;
    const char *limit;
};

// cgroups(7), the second version and the first.
static const struct names second = {"/sys/fs/cgroup", "memory.events", "memory.max"};
static const struct names first = {"/sys/fs/cgroup/memory", "memory.oom_control", "memory.limit_in_bytes"};

static int lists_memory(const char *controllers) {
    for (const char *name = controllers; *name != 0; name += strcspn(name, ",") + (name[strcspn(name, ",")] == ',')) {
        if (strcspn(name, ",") == 6 && strncmp(name, "memory", 6) == 0) return 1;
    }
    return 0;
}

/// Asks the process's group; the number of kills, or -1 where it has none that limits memory.
static int64_t ask_group(int64_t *limit) {
    char groups[8192], path[4096 + 128];
    if (!read_text("/proc/self/cgroup", groups, sizeof groups)) return -1;
    char *rest = groups, *line;
    while ((line = strsep(&rest, "\n")) != NULL) {
        char *number = strsep(&line, ":"), *controllers = strsep(&line, ":"), *group = line;
        if (controllers == NULL || group == NULL) continue;
        int is_second = strcmp(number, "0") == 0 && *controllers == 0;
        if (!is_second && !lists_memory(controllers)) continue;
        const struct names *names = is_second ? &second : &first;
        // A container may see the whole path of its group, of which only the end is mounted.
        const char *places[] = {strcmp(group, "/") == 0 ? "" : group, ""};
        for (int i = 0; i < 2; i++) {
            snprintf(path, sizeof path, "%s%s/%s", names->root, places[i], names->events);
            int64_t count = kills(path);
            if (count < 0) continue;
            char text[64];
            snprintf(path, sizeof path, "%s%s/%s", names->root, places[i], names->limit);
            *limit = read_text(path, text, sizeof text) && text[0] >= '0' && text[0] <= '9' ? strtoll(text, NULL, 10) : -1;
            return count;
        }
    }
    return -1;
}

int64_t joblib_out_of_memory_kills(void) {
    int64_t limit, count = ask_group(&limit);
    if (count < 0) count = kills("/proc/vmstat");
    return count < 0 ? 0 : count;
}

int64_t joblib_memory_limit(void) {
    int64_t limit = -1;
    if (ask_group(&limit) < 0) return -1;
    // Where there is no limit the first version says the largest number that it has.
    return limit >= (INT64_C(1) << 60) ? -1 : limit;
}
