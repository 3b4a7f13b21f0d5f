// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#define _GNU_SOURCE
#include "child_program.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

extern char **environ;

char **joblib_environment(void) { return environ; }

static void start(const char *path, char *const *arguments, char *const *environment, int output, int error,
                  pid_t parent) {
    errno = 0;
    // Before anything can fail: whoever has started it may end at any time.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) return;
    // A group of its own: Ctrl-C reaches the parent alone, and one signal reaches grandchildren.
    if (setpgid(0, 0) != 0) return;
    int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0) return;
    if (dup2(output, STDOUT_FILENO) < 0 || dup2(error, STDERR_FILENO) < 0) return;
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    closefrom(STDERR_FILENO + 1);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(path, arguments, environment);
}

int joblib_start_program(const char *path, char *const *arguments, char *const *environment, int output, int error,
                         pid_t *pid) {
    // posix_spawn(3) cannot ask for the signal. The child has this memory until it is another program, so it tells why it is none.
    sigset_t all, usual;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &usual);
    volatile int failure = 0;
    pid_t parent = getpid();
    pid_t child = vfork();
    if (child == 0) {
        start(path, arguments, environment, output, error, parent);
        failure = errno != 0 ? errno : ECHILD;
        _exit(127);
    }
    if (child < 0) failure = errno;
    pthread_sigmask(SIG_SETMASK, &usual, NULL);
    *pid = child;
    return failure;
}
