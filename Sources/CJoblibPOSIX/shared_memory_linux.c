// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#define _GNU_SOURCE
#include "shared_memory.h"

#include "forked_child.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

#define SIZE_SEALS (F_SEAL_SHRINK | F_SEAL_GROW)

static int memory_file(const char *name) {
    unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    int file = memfd_create(name, flags | MFD_NOEXEC_SEAL);
    // Kernels before 6.3 do not know it.
    if (file < 0 && errno == EINVAL) file = memfd_create(name, flags);
    return joblib_above_standard_streams(file);
}

int joblib_arena_file(const char *name) {
    int file = memory_file(name);
    if (file < 0) return -errno;
    // Whoever maps a part that is there may touch it for ever.
    if (fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK) == 0) return file;
    int failure = errno;
    close(file);
    return -failure;
}

void joblib_arena_discard(int descriptor, int64_t offset, int64_t byte_count) {
    // Where it fails the memory is used again, or freed with the file.
    (void)fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, byte_count);
}

int joblib_memory_file(const char *name, size_t byte_count) {
    int file = memory_file(name);
    if (file < 0) return -errno;
    int failure = ftruncate(file, (off_t)byte_count) != 0 ? errno : 0;
    // Reserved at once: where there is no memory left a later store would end the process by SIGBUS.
    if (failure == 0) failure = posix_fallocate(file, 0, (off_t)byte_count);
    if (failure == 0 && fcntl(file, F_ADD_SEALS, SIZE_SEALS | F_SEAL_SEAL) != 0) failure = errno;
    if (failure == 0) return file;
    close(file);
    return -failure;
}

int joblib_seal_file(int descriptor) {
    return fcntl(descriptor, F_ADD_SEALS, SIZE_SEALS | F_SEAL_WRITE | F_SEAL_SEAL) == 0 ? 0 : errno;
}

int joblib_is_sealed(int descriptor) {
    int seals = fcntl(descriptor, F_GET_SEALS);
    return seals >= 0 && (seals & (SIZE_SEALS | F_SEAL_WRITE)) == (SIZE_SEALS | F_SEAL_WRITE);
}

void *joblib_map_memory_file(int descriptor, size_t byte_count) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) return NULL;
    int seals = fcntl(descriptor, F_GET_SEALS);
    if (seals < 0 || (seals & SIZE_SEALS) != SIZE_SEALS || status.st_size < (off_t)byte_count) {
        errno = EINVAL;
        return NULL;
    }
    void *start = mmap(NULL, byte_count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    return start == MAP_FAILED ? NULL : start;
}

int joblib_unnamed_file(const char *folder) {
    int file = open(folder, O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    file = joblib_above_standard_streams(file);
    return file < 0 ? -errno : file;
}

int joblib_set_space_aside(int file, size_t byte_count) {
    int failure;
    do failure = fallocate(file, 0, 0, (off_t)byte_count) != 0 ? errno : 0;
    while (failure == EINTR);
    return failure;
}
