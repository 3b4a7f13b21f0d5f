// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#include "output_mark.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct stat noted[2];
static int64_t last = -1;

void joblib_note_marked_streams(void) {
    last = -1;
    for (int i = 0; i < 2; i++) {
        if (fstat(STDOUT_FILENO + i, &noted[i]) != 0) noted[i].st_ino = 0;
    }
}

void joblib_mark_output(int64_t task) {
    if (task == last) return;
    last = task;
    char mark[64];
    int size = task < 0 ? snprintf(mark, sizeof mark, "%cjoblib-task %c", 0, 0)
                        : snprintf(mark, sizeof mark, "%cjoblib-task %lld%c", 0, (long long)task, 0);
    fflush(stdout);
    for (int i = 0; i < 2; i++) {
        struct stat now;
        if (noted[i].st_ino == 0 || fstat(STDOUT_FILENO + i, &now) != 0) continue;
        if (now.st_ino != noted[i].st_ino || now.st_dev != noted[i].st_dev) continue;
        // In one piece, as a pipe takes what is so short; a stream that takes nothing any more has no reader.
        if (write(STDOUT_FILENO + i, mark, (size_t)size) < 0) continue;
    }
}
