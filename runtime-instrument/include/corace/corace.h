// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Everything that a program needs of corace's runtime.
#pragma once

#include <corace/any_future.h>
#include <corace/any_task.h>
#include <corace/as_completed.h>
#include <corace/barrier.h>
#include <corace/bounded_semaphore.h>
#include <corace/callback_handle.h>
#include <corace/choose.h>
#include <corace/condition_variable.h>
#include <corace/context.h>
#include <corace/context_var.h>
#include <corace/counting_semaphore.h>
#include <corace/create_task.h>
#include <corace/errors.h>
#include <corace/event.h>
#include <corace/event_loop.h>
#include <corace/explore.h>
#include <corace/future.h>
#include <corace/gather.h>
#include <corace/latch.h>
#include <corace/lifo_queue.h>
#include <corace/loop_clock.h>
#include <corace/loop_report.h>
#include <corace/may_throw.h>
#include <corace/mutex.h>
#include <corace/outcome_of.h>
#include <corace/priority_queue.h>
#include <corace/queue.h>
#include <corace/readiness.h>
#include <corace/return_when.h>
#include <corace/run.h>
#include <corace/run_options.h>
#include <corace/runner.h>
#include <corace/shared.h>
#include <corace/shared_mutex.h>
#include <corace/shield.h>
#include <corace/sleep.h>
#include <corace/staggered_race.h>
#include <corace/stream_socket.h>
#include <corace/submit.h>
#include <corace/task.h>
#include <corace/task_group.h>
#include <corace/task_handle.h>
#include <corace/tcp_listener.h>
#include <corace/tcp_stream.h>
#include <corace/this_task.h>
#include <corace/thread_future.h>
#include <corace/timeout.h>
#include <corace/to_thread.h>
#include <corace/wait.h>
#include <corace/wait_for.h>
