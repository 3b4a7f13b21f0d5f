// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#ifndef C_JOBLIB_POSIX_H
#define C_JOBLIB_POSIX_H

#include "broken_pipe.h"
#include "child_program.h"
#include "cpu_affinity.h"
#include "error_text.h"
#include "forked_child.h"
#include "freed_memory.h"
#include "futex.h"
#include "interrupt.h"
#include "loaded_images.h"
#include "mapped_files.h"
#include "out_of_memory.h"
#include "output.h"
#include "output_mark.h"
#include "program_copy.h"
#include "shared_memory.h"
#include "spawn_program.h"
#include "spawned_worker.h"
#include "task_state.h"
#include "termination.h"
#include "ticks.h"
#include "threads.h"
#include "throw_trace.h"

#endif
