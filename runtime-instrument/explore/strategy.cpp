// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/strategy.h"

#include "explore/bounded.h"
#include "explore/bytes.h"
#include "explore/directed.h"
#include "explore/exhaustive.h"
#include "explore/fifo.h"
#include "explore/hold.h"
#include "explore/pct.h"
#include "explore/pos.h"
#include "explore/random.h"
#include "explore/replay.h"
#include "explore/serial.h"
#include "explore/surw.h"
#include "explore/urw.h"

#include <type_traits>

namespace corace::schedule {

std::size_t index_of(const choice &now, task_key task) noexcept {
  for (std::size_t i = 0; i < now.ready.size(); ++i)
    if (now.ready[i].key == task)
      return i;
  return give_up;
}

std::size_t canonical(const choice &now) noexcept {
  const std::size_t last = index_of(now, now.last);
  return last == give_up ? 0 : last;
}

namespace {
template <class Picker, class... Args> picker &place(picker_storage &storage, Args &&...args) {
  static_assert(sizeof(Picker) <= sizeof(storage.bytes) && std::is_trivially_destructible_v<Picker>);
  return *new (storage.bytes) Picker(std::forward<Args>(args)...);
}
} // namespace

picker &make_picker(picker_storage &storage, std::span<const std::uint64_t> numbers,
                    shared_table<std::uint64_t> &marks) {
  const auto kind = static_cast<picker_kind>(numbers[0]);
  numbers = numbers.subspan(1);
  switch (kind) {
  case picker_kind::fifo: return place<fifo_picker>(storage, numbers);
  case picker_kind::bytes: return place<bytes_picker>(storage, numbers);
  case picker_kind::serial: return place<serial_picker>(storage, numbers);
  case picker_kind::random: return place<random_picker>(storage, numbers);
  case picker_kind::replay: return place<replay_picker>(storage, numbers, marks);
  case picker_kind::sequence: return place<sequence_picker>(storage, numbers);
  case picker_kind::exhaustive: return place<exhaustive_picker>(storage, numbers, marks);
  case picker_kind::hold: return place<hold_picker>(storage, numbers);
  case picker_kind::bounded: return place<bounded_picker>(storage, numbers);
  case picker_kind::order_hold: return place<order_hold_picker>(storage, numbers, marks);
  case picker_kind::pct: return place<pct_picker>(storage, numbers, marks);
  case picker_kind::pos: return place<pos_picker>(storage, numbers, marks);
  case picker_kind::urw: return place<urw_picker>(storage, numbers);
  case picker_kind::surw: return place<surw_picker>(storage, numbers, marks);
  }
  return place<fifo_picker>(storage);
}

} // namespace corace::schedule
