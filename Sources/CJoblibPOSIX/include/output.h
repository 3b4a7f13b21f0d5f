// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef C_JOBLIB_OUTPUT_H
#define C_JOBLIB_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

/// Writes all bytes to a descriptor, write(2), waiting while it takes none. Whoever reads it may have gone: then the rest is
/// dropped, and no SIGPIPE is raised. What the program has printed to stdout and not flushed goes first.
///
/// Returns 0 or an errno value.
int joblib_output_write(int descriptor, const void *bytes, size_t count);

/// Whether a descriptor is a terminal, isatty(3).
int joblib_output_is_terminal(int descriptor);

/// The size of a terminal in characters, TIOCGWINSZ; 0 where it is not known.
void joblib_output_size(int descriptor, uint16_t *columns, uint16_t *rows);

/// Says that a line without an end stands on the terminal of stderr: until it is said that there is none, exit(3), or a
/// SIGINT that ends the process, ends the line first, if the terminal takes it. Not from several threads at once.
void joblib_output_set_unfinished_line(int is_unfinished);

/// Ends such a line if there is one. Only what signal-safety(7) lists.
void joblib_output_end_line(void);

#endif
