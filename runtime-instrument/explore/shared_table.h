// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A growing array of plain values in memory that forked processes share: what a run has written stays there when it
// crashes. The pages are reserved at once and used as needed.
#pragma once

#include <sys/mman.h>

#include <atomic>
#include <cstddef>
#include <cstring>
#include <new>
#include <span>
#include <type_traits>

namespace corace::schedule {

inline std::atomic<std::size_t> tables_made{0};

template <class T> class shared_table {
  static_assert(std::is_trivially_copyable_v<T>);

public:
  explicit shared_table(std::size_t capacity) : capacity_(capacity) {
    void *memory = ::mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
      throw std::bad_alloc();
    base_ = static_cast<std::byte *>(memory);
    head_ = reinterpret_cast<head *>(base_ + next_place());
    first_ = reinterpret_cast<T *>(base_ + offset);
  }
  shared_table(const shared_table &) = delete;
  shared_table &operator=(const shared_table &) = delete;
  ~shared_table() { ::munmap(base_, bytes()); }

  [[nodiscard]] std::size_t size() const noexcept { return head_->size; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] bool empty() const noexcept { return head_->size == 0; }
  /// Something was left out because the table was full.
  [[nodiscard]] bool overflowed() const noexcept { return head_->overflowed; }
  [[nodiscard]] T &operator[](std::size_t i) noexcept { return first_[i]; }
  [[nodiscard]] const T &operator[](std::size_t i) const noexcept { return first_[i]; }
  [[nodiscard]] T &back() noexcept { return first_[head_->size - 1]; }
  [[nodiscard]] std::span<T> all() noexcept { return {first_, head_->size}; }
  [[nodiscard]] std::span<const T> all() const noexcept { return {first_, head_->size}; }
  [[nodiscard]] std::span<const T> part(std::size_t begin, std::size_t count) const noexcept {
    return {first_ + begin, count};
  }
  bool push(const T &value) noexcept {
    if (head_->size == capacity_) {
      head_->overflowed = true;
      return false;
    }
    first_[head_->size++] = value;
    return true;
  }
  /// Appends them all; false: nothing, there is not room enough.
  bool append(std::span<const T> values) noexcept {
    if (capacity_ - head_->size < values.size()) {
      head_->overflowed = true;
      return false;
    }
    std::memcpy(first_ + head_->size, values.data(), values.size_bytes());
    head_->size += values.size();
    return true;
  }
  void clear() noexcept {
    head_->size = 0;
    head_->overflowed = false;
  }

  /// In a forked process: from here on, what it writes is its own. Without memory for that, nothing changes.
  void keep_to_itself() noexcept {
    const std::size_t used = offset + head_->size * sizeof(T);
    void *copy = ::mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (copy == MAP_FAILED)
      return;
    std::memcpy(copy, base_, used);
    ::mremap(copy, bytes(), bytes(), MREMAP_MAYMOVE | MREMAP_FIXED, base_);
  }

private:
  struct head {
    std::size_t size;
    bool overflowed;
  };
  static constexpr std::size_t offset = 1024;
  /// A run clears many tables, one after the other: their heads must not all fall into the same set of the cache.
  [[nodiscard]] static std::size_t next_place() noexcept {
    return tables_made.fetch_add(1, std::memory_order_relaxed) % (offset / 64) * 64;
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return offset + capacity_ * sizeof(T); }

  std::size_t capacity_;
  std::byte *base_;
  head *head_;
  T *first_;
};

} // namespace corace::schedule
