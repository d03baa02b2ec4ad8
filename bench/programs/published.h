// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What others have published on the originals, which are C and C++ programs with threads: mean schedules to the first
// failure. Source: the artefact of "Selectively Uniform Concurrency Testing" (Zhao, Wolff, Mathur and Roychoudhury,
// ASPLOS 2025), 20 trials of up to 10,000 schedules each. A star: not found in all trials, so the mean is that of the
// others; "-": found in none; "": no data.
#pragma once

#include <string_view>

namespace corace::programs {

struct published_numbers {
  std::string_view program, original;
  std::string_view random, pct, pos, urw, surw; ///< PCT with depth 3
};

inline constexpr published_numbers published[] = {
    {"account", "CS/account", "18", "4", "4", "3", "6"},
    {"bluetooth_driver", "CS/bluetooth_driver", "215", "112", "36", "1494*", "70"},
    {"carter01", "CS/carter01", "1", "5", "2", "", ""},
    {"circular_buffer", "CS/circular_buffer", "4", "9", "2", "14", "3"},
    {"deadlock01", "CS/deadlock01", "3", "13", "4", "3", "2"},
    {"lazy01", "CS/lazy01", "21", "5", "5", "4", "2"},
    {"queue", "CS/queue", "1", "3", "1", "2", "2"},
    {"reorder_3", "CS/reorder_3", "-", "185", "86", "24", "7"},
    {"reorder_4", "CS/reorder_4", "-", "554", "533", "22", "7"},
    {"reorder_5", "CS/reorder_5", "-", "647", "2169", "27", "10"},
    {"reorder_10", "CS/reorder_10", "-", "3225*", "-", "74", "17"},
    {"reorder_20", "CS/reorder_20", "-", "3005", "-", "10", "6"},
    {"reorder_100", "CS/reorder_100", "-", "-", "-", "3785*", "194"},
    {"stack", "CS/stack", "176", "3", "2", "986*", "5"},
    {"token_ring", "CS/token_ring", "13", "8", "9", "9", "8"},
    {"twostage", "CS/twostage", "464", "13", "15", "9", "8"},
    {"twostage_20", "CS/twostage_20", "-", "159", "156", "24", "6"},
    {"twostage_100", "CS/twostage_100", "-", "7466*", "6674*", "2992*", "454"},
    {"wronglock", "CS/wronglock", "36", "51", "10", "4", "7"},
    {"wronglock_3", "CS/wronglock_3", "36", "58", "11", "5", "9"},
    {"bounded_buffer_3p3c", "Inspect/boundedBuffer", "7", "20", "5", "7", "9"},
    {"stringbuffer", "CB/stringbuffer-jdk1.4", "2243*", "281", "23", "834", "8"},
    {"aget", "CB/aget-bug2", "1", "2", "1", "", "2"},
    {"work_steal_queue", "Chess/WorkStealQueue", "", "48", "12", "13", "6"},
    {"interlocked_wsq", "Chess/InterlockedWorkStealQueue", "-", "48", "14", "428", "6"},
    {"state_wsq", "Chess/StateWorkStealQueue", "", "842", "6", "5*", "7"},
    {"interlocked_state_wsq", "Chess/InterlockedWorkStealQueueWithState", "26", "907", "5", "1367*", "6"},
    {"nspr_monitor", "RADBench/bug4", "1688*", "1973*", "240", "438", "23"},
    {"nspr_rwlock", "RADBench/bug6", "48", "42", "18", "5", "4"},
    {"cve_2009_3547", "ConVul/CVE-2009-3547", "5", "4", "3", "5", "4"},
    {"cve_2013_1792", "ConVul/CVE-2013-1792", "364", "95", "39", "141", "15"},
    {"cve_2015_7550", "ConVul/CVE-2015-7550", "1", "9", "6", "2", "6"},
    {"cve_2017_6346", "ConVul/CVE-2017-6346", "3", "24", "10", "2", "15"},
};

/// Null when there are none.
[[nodiscard]] constexpr const published_numbers *published_for(std::string_view program) noexcept {
  for (const published_numbers &each : published)
    if (each.program == program)
      return &each;
  return nullptr;
}

} // namespace corace::programs
