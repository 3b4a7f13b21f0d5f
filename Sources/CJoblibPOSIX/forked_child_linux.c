// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#define _GNU_SOURCE
#include "forked_child.h"

#include "child_signals.h"
#include "futex.h"
#include "mapped_files.h"
#include "output_mark.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

// Of the child alone: written before it has a second thread.
static struct joblib_child_record *own_record;
static int fork_depth;

/// Whether this process was forked by somebody else than this file.
static int is_foreign_copy;

/// Whether stacks can be walked without frame pointers.
static int unwinds;

/// The thread that a fatal signal has hit first; 0 if none.
static int32_t crashed_thread;

// Where the program's own code lies; set by the linker.
extern char __executable_start[];
extern char etext[];

int joblib_fork_depth(void) {
    return fork_depth;
}

int joblib_is_foreign_copy(void) {
    return is_foreign_copy;
}

static void note_fork(void) {
    fork_depth += 1;
    is_foreign_copy = 1;
}

__attribute__((constructor)) static void watch_forks(void) {
    pthread_atfork(NULL, NULL, note_fork);
}

void *joblib_map_shared(size_t byte_count) {
    void *start = mmap(NULL, byte_count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return start == MAP_FAILED ? NULL : start;
}

int joblib_child_read(pid_t pid, uintptr_t address, void *buffer, size_t byte_count) {
    size_t done = 0;
    while (done < byte_count) {
        struct iovec local = {(char *)buffer + done, byte_count - done};
        struct iovec remote = {(void *)(address + done), byte_count - done};
        ssize_t count = process_vm_readv(pid, &local, 1, &remote, 1, 0);
        if (count <= 0) return count < 0 ? errno : EFAULT;
        done += (size_t)count;
    }
    return 0;
}

void joblib_flush_output(void) {
    fflush(stdout);
}

int joblib_above_standard_streams(int descriptor) {
    if (descriptor < 0 || descriptor > STDERR_FILENO) return descriptor;
    int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    int error = errno;
    close(descriptor);
    errno = error;
    return moved;
}

int joblib_child_pipe(int is_large, int *reading, int *writing) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    ends[0] = joblib_above_standard_streams(ends[0]);
    ends[1] = joblib_above_standard_streams(ends[1]);
    if (ends[0] < 0 || ends[1] < 0) {
        int error = errno;
        if (ends[0] >= 0) close(ends[0]);
        if (ends[1] >= 0) close(ends[1]);
        return error;
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    // Refused beyond what the system allows one user, and of no importance then.
    if (is_large) fcntl(ends[0], F_SETPIPE_SZ, 1 << 20);
    *reading = ends[0];
    *writing = ends[1];
    return 0;
}

int joblib_wake_descriptor(void) {
    return joblib_above_standard_streams(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

void joblib_wake(int descriptor) {
    eventfd_write(descriptor, 1);
}

void joblib_wake_clear(int descriptor) {
    eventfd_t count;
    eventfd_read(descriptor, &count);
}

// MARK: - Stacks, in signal handlers

static void add_frame(struct joblib_child_record *record, uintptr_t address) {
    int32_t count = record->frame_count;
    if (address == 0 || count >= JOBLIB_CHILD_FRAMES) return;
    record->frames[count] = address;
    // After the frame: should the next one fault, those so far stand.
    __atomic_store_n(&record->frame_count, count + 1, __ATOMIC_RELEASE);
}

static int is_in_program(uintptr_t address) {
    return address >= (uintptr_t)__executable_start && address < (uintptr_t)etext;
}

/// Whether an address follows a call instruction.
static int follows_call(uintptr_t address) {
#if defined(__x86_64__)
    const unsigned char *code = (const unsigned char *)address;
    return code[-5] == 0xe8 || (code[-2] == 0xff && (code[-1] & 0x38) == 0x10)
        || (code[-3] == 0xff && (code[-2] & 0x38) == 0x10) || (code[-6] == 0xff && (code[-5] & 0x38) == 0x10);
#else
    (void)address;
    return 0;
#endif
}

/// Finds the frame of the program's innermost function, above frames of libraries, which have no frame pointers; 0: none.
///
/// A frame is a pointer up the stack, to the next frame, and a return address in the program.
static uintptr_t find_frame(uintptr_t stack, uintptr_t end) {
    uintptr_t limit = end > stack && end - stack < 65536 ? end : stack + 65536;
    for (uintptr_t word = stack & ~(uintptr_t)7; word + 16 <= limit; word += 8) {
        uintptr_t next = ((const uintptr_t *)word)[0];
        uintptr_t address = ((const uintptr_t *)word)[1];
        if (next <= word || next - word > 65536 || (next & 7) != 0) continue;
        if (is_in_program(address) && follows_call(address)) return word;
    }
    return 0;
}

/// Finds where in the function of a frame the library was called; 0 if that is not certain.
///
/// Old return addresses lie about on the stack. Where the function was called directly its start is known, and the right one is
/// the nearest behind that; where not there must be one alone.
static uintptr_t find_caller(uintptr_t stack, uintptr_t frame) {
    uintptr_t start = 0;
#if defined(__x86_64__)
    uintptr_t address = ((const uintptr_t *)frame)[1];
    int32_t distance;
    if (((const unsigned char *)address)[-5] == 0xe8) {
        memcpy(&distance, (const char *)address - 4, sizeof distance);
        start = address + (uintptr_t)(intptr_t)distance;
    }
#endif
    uintptr_t found = 0;
    int count = 0;
    for (uintptr_t word = stack & ~(uintptr_t)7; word < frame; word += 8) {
        uintptr_t candidate = *(const uintptr_t *)word;
        if (!is_in_program(candidate) || !follows_call(candidate) || candidate < start) continue;
        if (start != 0 && candidate - start > 65536) continue;
        if (candidate != found) count += 1;
        if (found == 0 || (start != 0 && candidate < found)) found = candidate;
    }
    return start != 0 || count == 1 ? found : 0;
}

/// The return address of a frame; 0 if it is none.
static uintptr_t return_address(uintptr_t frame, uintptr_t stack, uintptr_t end) {
    if ((frame & 7) != 0 || frame < stack || frame + 16 > end) return 0;
    return ((const uintptr_t *)frame)[1];
}

/// Where a function that has not made its frame yet, or has left it already, was called; 0 if that is not certain.
static uintptr_t caller_of_unframed(uintptr_t stack, uintptr_t counter) {
#if defined(__x86_64__)
    for (int i = 0; i < 2; i++) {
        uintptr_t address = ((const uintptr_t *)stack)[i];
        if (!is_in_program(address) || ((const unsigned char *)address)[-5] != 0xe8) continue;
        int32_t distance;
        memcpy(&distance, (const char *)address - 4, sizeof distance);
        uintptr_t start = address + (uintptr_t)(intptr_t)distance;
        // It is the very function that was called from there.
        if (start <= counter && counter - start < 65536) return address;
    }
#else
    (void)stack;
    (void)counter;
#endif
    return 0;
}

/// Walks the stack by what the compilers have written down of each function, for those that have no frame pointers.
///
/// Not in a child that was forked: other threads of its parent may have held the locks that this takes. Whether it was done.
static int unwind(struct joblib_child_record *record, uintptr_t counter) {
    if (!unwinds) return 0;
    // Where the thread was in the middle of loading a library this would wait for ever.
    signal(SIGALRM, SIG_DFL);
    sigset_t alarms;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    pthread_sigmask(SIG_UNBLOCK, &alarms, NULL);
    alarm(2);
    void *frames[JOBLIB_CHILD_FRAMES + 16];
    int count = backtrace(frames, sizeof frames / sizeof *frames);
    alarm(0);
    // Above stand this handler and what called it.
    int first = 0;
    while (first < count && (uintptr_t)frames[first] != counter) first++;
    for (int i = first; i < count; i++) add_frame(record, (uintptr_t)frames[i]);
    return first < count;
}

/// Walks the stack by frame pointers.
static void record_stack(struct joblib_child_record *record, const ucontext_t *context) {
#if defined(__x86_64__)
    uintptr_t counter = (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
    uintptr_t frame = (uintptr_t)context->uc_mcontext.gregs[REG_RBP];
    uintptr_t stack = (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
    uintptr_t counter = (uintptr_t)context->uc_mcontext.pc;
    uintptr_t frame = (uintptr_t)context->uc_mcontext.regs[29];
    uintptr_t stack = (uintptr_t)context->uc_mcontext.sp;
#else
#error "where a stopped thread's frame pointer stands is not known for this processor"
#endif
    record->frame_count = 0;
    if (!is_in_program(counter) && unwind(record, counter)) return;
    add_frame(record, counter);
    if (!is_in_program(counter)) {
        // A library with frame pointers has one, and so has the program where the library has left the register alone.
        int is_frame = (frame & 7) == 0 && frame >= stack && frame + 16 <= record->stack_end
            && ((const uintptr_t *)frame)[0] > frame && ((const uintptr_t *)frame)[0] < record->stack_end;
        if (!is_frame) frame = find_frame(stack, record->stack_end);
        if (frame == 0) return;
        uintptr_t caller = is_in_program(((const uintptr_t *)frame)[1]) ? find_caller(stack, frame) : 0;
        if (caller != 0) add_frame(record, caller);
    } else {
        uintptr_t caller = caller_of_unframed(stack, counter);
        if (caller != 0 && caller != return_address(frame, stack, record->stack_end)) add_frame(record, caller);
    }
    uintptr_t end = record->stack_end;
    while ((frame & 7) == 0 && frame >= stack && frame - stack < (8u << 20) && (end == 0 || frame + 16 <= end)) {
        const uintptr_t *words = (const uintptr_t *)frame;
        add_frame(record, words[1]);
        if (words[0] <= frame || record->frame_count >= JOBLIB_CHILD_FRAMES) return;
        stack = frame;
        frame = words[0];
    }
}

static void on_fatal_signal(int number, siginfo_t *info, void *context) {
    int32_t none = 0, nobody = 0, thread = (int32_t)syscall(SYS_gettid);
    struct joblib_child_record *record = own_record;
    int is_first = __atomic_compare_exchange_n(&crashed_thread, &nobody, thread, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
    if (!is_first && nobody != thread) {
        // Another thread is dying and takes this one along.
        for (;;) pause();
    }
    if (__atomic_compare_exchange_n(&record->signal, &none, number, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        record->fault_address = (uint64_t)(uintptr_t)info->si_addr;
        // A fault on the way comes back to the handler, and ends the process.
        record_stack(record, context);
    }
    if (number == SIGBUS && info->si_code > 0) joblib_explain_bus_error(info->si_addr);
    signal(number, SIG_DFL);
    raise(number);
}

static void on_stack_request(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)info;
    record_stack(own_record, context);
    __atomic_store_n(&own_record->has_stack, 1, __ATOMIC_RELEASE);
    joblib_futex_wake(&own_record->has_stack, INT32_MAX, 1);
    // What the task waits for in the kernel would return early, and the task go on as if it had come.
    for (;;) pause();
}

int joblib_child_request_stack(pid_t pid, const struct joblib_child_record *record) {
    int32_t thread = __atomic_load_n(&record->thread, __ATOMIC_ACQUIRE);
    if (thread == 0) return ESRCH;
    return syscall(SYS_tgkill, pid, thread, SIGQUIT) == 0 ? 0 : errno;
}

// MARK: - Becoming a child

static void forget_handlers(void) {
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) != 0) continue;
        if (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN) continue;
        // A handler of the parent's knows nothing of the child. Where the parent has one for Ctrl-C it decides what happens.
        signal(number, number == SIGINT ? SIG_IGN : SIG_DFL);
    }
}

static void set_handlers(void) {
    struct sigaction fatal = {.sa_sigaction = on_fatal_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigemptyset(&fatal.sa_mask);
    const int numbers[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaction(numbers[i], &fatal, NULL);
    struct sigaction request = {.sa_sigaction = on_stack_request, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
    sigemptyset(&request.sa_mask);
    sigaction(SIGQUIT, &request, NULL);
}

static void set_files(const struct joblib_child_files *files) {
    // First: one of them may stand where a standard stream belongs.
    for (size_t i = 0; i < files->closed_count; i++) close(files->closed[i]);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null >= 0) dup2(null, STDIN_FILENO);
    if (null > STDERR_FILENO) close(null);
    dup2(files->output, STDOUT_FILENO);
    dup2(files->error, STDERR_FILENO);
    if (files->output > STDERR_FILENO) close(files->output);
    if (files->error > STDERR_FILENO) close(files->error);
    // What the parent had not written yet is the parent's to write.
    __fpurge(stdout);
    setvbuf(stdout, NULL, _IOLBF, 0);
}

static void on_exit_called(int status, void *unused) {
    (void)unused;
    own_record->exit_status = status;
    __atomic_store_n(&own_record->has_exited, 1, __ATOMIC_RELEASE);
    fflush(stdout);
    // Before the handlers that were registered in the parent, which would undo there what the parent still uses.
    _exit(status);
}

/// Notes where the calling thread is, and gives it a stack for its handlers.
static void record_thread(stack_t *previous) {
    own_record->program_start = (uintptr_t)__executable_start;
    stack_t stack = {.ss_size = 65536};
    *previous = (stack_t){.ss_flags = SS_DISABLE};
    stack.ss_sp = malloc(stack.ss_size);
    if (stack.ss_sp != NULL) sigaltstack(&stack, previous);
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        void *base;
        size_t size;
        if (pthread_attr_getstack(&attributes, &base, &size) == 0) own_record->stack_end = (uintptr_t)base + size;
        pthread_attr_destroy(&attributes);
    }
    __atomic_store_n(&own_record->thread, (int32_t)syscall(SYS_gettid), __ATOMIC_RELEASE);
}

void joblib_child_record_crashes(struct joblib_child_record *record) {
    stack_t previous;
    own_record = record;
    // Loads what it needs, which cannot be done in a handler.
    void *frame;
    unwinds = backtrace(&frame, 1) > 0;
    set_handlers();
    on_exit(on_exit_called, NULL);
    record_thread(&previous);
}

struct start {
    void (*body)(void *);
    void *argument;
};

static void *run_body(void *argument) {
    struct start *start = argument;
    sigset_t none;
    sigemptyset(&none);
    stack_t previous;
    record_thread(&previous);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
    start->body(start->argument);
    // Not behind the thread's end: a task may end its thread itself.
    __atomic_store_n(&own_record->is_done, 1, __ATOMIC_RELEASE);
    // A sanitizer frees what it finds there.
    sigaltstack(&previous, NULL);
    return NULL;
}

/// On a thread of its own: `Synchronization.Mutex` keeps the kernel's id of its thread in a thread-local, which on the thread
/// that has forked is that of the parent's.
static void run(struct start *start) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, run_body, start) != 0) _exit(127);
    pthread_join(thread, NULL);
    fflush(stdout);
    _exit(0);
}

pid_t joblib_fork_child(
    struct joblib_child_record *record, const struct joblib_child_files *files, void (*body)(void *), void *argument) {
    // Looked up here: the dynamic linker's lock may be held by another thread at the moment of the fork.
    void (*break_dispatch)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "dispatch_atfork_child");
    struct start start = {body, argument};
    sigset_t all, previous;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &previous);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid != 0) {
        pid_t result = pid < 0 ? -errno : pid;
        pthread_sigmask(SIG_SETMASK, &previous, NULL);
        return result;
    }
    own_record = record;
    is_foreign_copy = 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // It may have died before.
    if (getppid() != parent) _exit(127);
    set_files(files);
    joblib_output_open(record);
    forget_handlers();
    set_handlers();
    // From here on a `Task` crashes at once, where it would hang without a word.
    if (break_dispatch != NULL) break_dispatch();
    on_exit(on_exit_called, NULL);
    run(&start);
    _exit(127);
}
