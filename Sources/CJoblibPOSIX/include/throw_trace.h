// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef C_JOBLIB_THROW_TRACE_H
#define C_JOBLIB_THROW_TRACE_H

#include <stddef.h>
#include <stdint.h>

/// The deepest stack that is kept of one throw.
#define JOBLIB_THROW_FRAMES 64

/// The throws of one thread while it is recorded, the latest few of them.
struct joblib_throw_log;

/// Puts our handlers in front of those that the Swift runtime calls at each `throw`; the first call alone has an effect.
///
/// `any_error` is the metadata of the type `any Error`.
void joblib_throw_install(const void *_Nonnull any_error);

/// Begins to record what the calling thread throws; NULL if there is no memory for it.
struct joblib_throw_log *_Nullable joblib_throw_begin(void);

/// Ends what `joblib_throw_begin` began, on the same thread and in the reverse order, and frees the log.
void joblib_throw_end(struct joblib_throw_log *_Nonnull log);

/// Copies the return addresses of the throw that produced an error, innermost first, and returns their number.
///
/// `box` is the error's existential box and `type` the metadata of the value in it. The throw of that very box is
/// preferred; a typed throw has none, so failing that it is the latest throw of a value of that type. Zero if there was
/// neither. `frames` has room for JOBLIB_THROW_FRAMES addresses.
int joblib_throw_find(
    const struct joblib_throw_log *_Nonnull log, const void *_Nonnull box, const void *_Nonnull type,
    uintptr_t *_Nonnull frames);

/// Where an address of this process comes from.
struct joblib_address_info {
    /// The file of the image, owned by the dynamic linker; NULL if the address is in none, empty for the program.
    const char *_Nullable image;
    /// The address as the image's file numbers it, which is what `addr2line` takes; as it is if there is no image.
    uintptr_t offset;
    /// The mangled name of the exported function, owned by the dynamic linker; NULL if it is not exported.
    const char *_Nullable symbol;
    /// How far into that function the address is.
    uintptr_t symbol_offset;
    /// Whether the image is the program itself, whose file is then /proc/self/exe.
    _Bool is_program;
};

/// Asks the dynamic linker about an address. See dl_iterate_phdr(3) and dladdr(3).
struct joblib_address_info joblib_address_lookup(uintptr_t address);

/// The Swift runtime's demangler: NULL if the name is not a Swift name, else a string to be freed.
char *_Nullable swift_demangle(
    const char *_Nonnull mangled, size_t length, char *_Nullable output, size_t *_Nullable size, uint32_t flags);

#endif
