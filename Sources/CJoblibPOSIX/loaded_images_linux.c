// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "loaded_images.h"

#include <elf.h>
#include <link.h>
#include <string.h>

struct visit {
    void (*visitor)(const char *, const uint8_t *, size_t, void *);
    void *context;
};

static size_t padded(size_t size, size_t alignment) { return (size + alignment - 1) / alignment * alignment; }

// The notes of a segment lie one behind the other: a header, a name, and a description, each padded.
static const uint8_t *find_build_id(const uint8_t *bytes, size_t size, size_t alignment, size_t *found_size) {
    if (alignment != 8) alignment = 4;
    size_t offset = 0;
    while (size - offset >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) note;
        memcpy(&note, bytes + offset, sizeof(note));
        size_t name = offset + sizeof(note);
        if (note.n_namesz > size - name) return NULL;
        size_t description = offset + padded(sizeof(note) + note.n_namesz, alignment);
        if (description > size || note.n_descsz > size - description) return NULL;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(bytes + name, "GNU", 4) == 0) {
            *found_size = note.n_descsz;
            return bytes + description;
        }
        offset = offset + padded(description - offset + note.n_descsz, alignment);
        if (offset > size) return NULL;
    }
    return NULL;
}

// Notes that the program does not need at run time are in the file alone.
static int is_in_memory(const struct dl_phdr_info *image, const ElfW(Phdr) *segment) {
    for (int i = 0; i < image->dlpi_phnum; i++) {
        const ElfW(Phdr) *loaded = &image->dlpi_phdr[i];
        if (loaded->p_type == PT_LOAD && loaded->p_flags & PF_R && segment->p_vaddr >= loaded->p_vaddr &&
            segment->p_vaddr - loaded->p_vaddr <= loaded->p_memsz &&
            segment->p_memsz <= loaded->p_memsz - (segment->p_vaddr - loaded->p_vaddr))
            return 1;
    }
    return 0;
}

static int visit_image(struct dl_phdr_info *image, size_t size, void *context) {
    (void)size;
    const struct visit *visit = context;
    const uint8_t *build_id = NULL;
    size_t build_id_size = 0;
    for (int i = 0; i < image->dlpi_phnum && build_id == NULL; i++) {
        const ElfW(Phdr) *segment = &image->dlpi_phdr[i];
        if (segment->p_type != PT_NOTE || !is_in_memory(image, segment)) continue;
        build_id = find_build_id(
            (const uint8_t *)(image->dlpi_addr + segment->p_vaddr), segment->p_memsz, segment->p_align, &build_id_size);
    }
    visit->visitor(image->dlpi_name ? image->dlpi_name : "", build_id, build_id_size, visit->context);
    return 0;
}

void joblib_visit_loaded_images(void (*visitor)(const char *, const uint8_t *, size_t, void *), void *context) {
    dl_iterate_phdr(visit_image, &(struct visit){visitor, context});
}
