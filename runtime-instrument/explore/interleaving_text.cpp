// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The steps of a failure as text: a column for each task, or a list where the columns would be too many or too wide.
#include <corace/explore.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string_view>
#include <system_error>
#include <vector>

namespace corace {

namespace {
using action = explore_step::action;

constexpr std::size_t widest = 118, widest_source = 46, most_rows = 60;

/// Lines of source files. What cannot be read has none.
class sources {
public:
  [[nodiscard]] std::string line(const std::string &file, std::uint32_t number) {
    auto [at, fresh] = files_.try_emplace(file);
    if (fresh)
      at->second = read(file);
    if (number == 0 || number > at->second.size())
      return {};
    std::string text = at->second[number - 1];
    if (const auto comment = text.find(" // "); comment != std::string::npos)
      text.resize(comment);
    const auto begin = text.find_first_not_of(" \t"), end = text.find_last_not_of(" \t\r");
    if (begin == std::string::npos)
      return {};
    text = text.substr(begin, end - begin + 1);
    if (text.size() <= widest_source)
      return text;
    std::size_t cut = widest_source - 3;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80)
      --cut; // not inside of a character
    return text.substr(0, cut) + "...";
  }

private:
  /// A relative name is the compiler's, whose directory was most often that of the program or one above it.
  [[nodiscard]] static std::vector<std::string> read(const std::string &file) {
    std::vector<std::string> lines;
    if (file.empty())
      return lines;
    std::error_code none;
    std::filesystem::path above = std::filesystem::read_symlink("/proc/self/exe", none).parent_path();
    std::ifstream in(file);
    for (int i = 0; i < 4 && !in.is_open() && file[0] != '/'; ++i, above = above.parent_path())
      in.open(above / file);
    for (std::string each; std::getline(in, each);)
      lines.push_back(each);
    return lines;
  }
  std::map<std::string, std::vector<std::string>> files_;
};

/// In characters; those of several bytes count once.
[[nodiscard]] std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

[[nodiscard]] std::string padded(std::string text, std::size_t to) {
  const std::size_t now = width(text);
  return now < to ? text.append(to - now, ' ') : text;
}

[[nodiscard]] std::string short_name(const std::string &file) { return file.substr(file.rfind('/') + 1); }

class drawing {
public:
  explicit drawing(const explore_failure &failure) : failure_(failure) {
    const auto before = [](const std::string &a, const std::string &b) {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    };
    std::map<std::string, std::string, decltype(before)> names(before);
    for (const explore_step &each : failure.steps)
      names.emplace(each.task, each.name);
    for (const auto &[task, name] : names) {
      tasks_.push_back(task);
      headings_.push_back(name.empty() || name == task ? task : task + ": " + name);
    }
    for (const explore_step &each : failure.steps) {
      if (each.line && short_name(each.file) != short_name(first_file_))
        (first_file_.empty() ? first_file_ : second_file_) = each.file;
    }
    for (std::size_t i = 0; i < failure.steps.size(); ++i)
      add(i);
    if (failure.kind == "lost-update" && !rows_.empty() && !rival_.empty())
      rows_.push_back({column_of(rows_.back()), "", "", "└ " + rival_ + "'s update is lost"});
  }

  [[nodiscard]] std::string text() const {
    const std::size_t skipped = rows_.size() > most_rows ? rows_.size() - most_rows : 0;
    std::size_t numbers = 0, cells = 0;
    for (std::size_t i = skipped; i < rows_.size(); ++i)
      numbers = std::max(numbers, rows_[i].number.size());
    for (const std::string &each : headings_)
      cells = std::max(cells, width(each) + numbers + 2);
    for (std::size_t i = skipped; i < rows_.size(); ++i)
      cells = std::max(cells, numbers + 2 + width(rows_[i].source) + remark_width(rows_[i]));
    std::string out;
    if (skipped)
      out += "  ... " + std::to_string(skipped) + " earlier steps\n";
    const bool columns = (cells + 3) * tasks_.size() <= widest;
    const auto line = [&](std::string text) {
      text.erase(text.find_last_not_of(' ') + 1);
      out += text + '\n';
    };
    if (columns) {
      std::string heading = "  ";
      for (const std::string &each : headings_)
        heading += padded(std::string(numbers + 2, ' ') + each, cells + 3);
      line(heading);
    } else {
      for (std::size_t i = 0; i < tasks_.size(); ++i)
        if (headings_[i] != tasks_[i])
          line("  " + headings_[i]);
    }
    std::size_t names = 0;
    for (const std::string &each : tasks_)
      names = std::max(names, each.size());
    for (std::size_t i = skipped; i < rows_.size(); ++i) {
      const row &each = rows_[i];
      std::string cell = std::string(numbers - each.number.size(), ' ') + each.number + "  " + each.source;
      if (!each.remark.empty())
        cell = padded(cell, numbers + 2 + (each.source.empty() ? 0 : source_width())) +
               (each.source.empty() ? "" : "  ") + each.remark;
      line("  " + (columns ? std::string(each.column * (cells + 3), ' ') : padded(tasks_[each.column], names + 2)) +
           cell);
    }
    return out;
  }

private:
  struct row {
    std::size_t column;
    std::string number, source, remark;
  };
  [[nodiscard]] static std::size_t column_of(const row &r) { return r.column; }
  [[nodiscard]] std::size_t source_width() const {
    std::size_t most = 0;
    for (const row &each : rows_)
      if (!each.remark.empty())
        most = std::max(most, width(each.source));
    return most;
  }
  [[nodiscard]] std::size_t remark_width(const row &r) const {
    return r.remark.empty() ? 0 : (r.source.empty() ? 0 : source_width() - width(r.source) + 2) + width(r.remark);
  }

  void add(std::size_t index) {
    const explore_step &step = failure_.steps[index];
    const auto column = static_cast<std::size_t>(std::find(tasks_.begin(), tasks_.end(), step.task) - tasks_.begin());
    const std::string number =
        !step.line ? "" : (second_file_.empty() ? "" : short_name(step.file) + ':') + std::to_string(step.line);
    std::string source = step.line ? sources_.line(step.file, step.line) : "";
    std::string remark;
    switch (step.what) {
    case action::begin:
    case action::go_on:
      if (index + 1 < failure_.steps.size() && failure_.steps[index + 1].task == step.task &&
          !starts(failure_.steps[index + 1]))
        return; // what follows tells
      if (step.what == action::begin)
        rows_.push_back({column, "", "begins", ""});
      else
        rows_.push_back({column, "", step.line ? "goes on from line " + number : "goes on", ""});
      return;
    case action::read:
    case action::write:
      if (source.empty())
        source = (step.what == action::read ? "reads " : "writes ") +
                 (failure_.object.empty() ? std::string("what is shared") : failure_.object);
      remark = step.value.empty() ? "" : (step.what == action::read ? "→ " : "← ") + step.value;
      if (step.what == action::write && column != column_of_first_access())
        rival_ = step.task;
      break;
    case action::suspend:
      if (source.empty())
        source = step.line ? "co_await" : "waits";
      remark = step.line ? "── suspends" : "";
      break;
    case action::end: source = "ends"; break;
    }
    // One line of source that reads and writes is one row.
    if (!rows_.empty() && index > 0 && failure_.steps[index - 1].task == step.task && !number.empty() &&
        rows_.back().number == number && rows_.back().column == column && step.what != action::suspend &&
        !starts(failure_.steps[index - 1])) {
      rows_.back().remark += (rows_.back().remark.empty() || remark.empty() ? "" : ", ") + remark;
      return;
    }
    rows_.push_back({column, number, source, remark});
  }

  [[nodiscard]] static bool starts(const explore_step &step) {
    return step.what == action::begin || step.what == action::go_on;
  }
  [[nodiscard]] std::size_t column_of_first_access() const {
    for (const explore_step &each : failure_.steps)
      if (each.what == action::read || each.what == action::write)
        return static_cast<std::size_t>(std::find(tasks_.begin(), tasks_.end(), each.task) - tasks_.begin());
    return 0;
  }

  const explore_failure &failure_;
  sources sources_;
  std::vector<std::string> tasks_, headings_;
  std::string first_file_, second_file_; ///< that there is a second one is what counts
  std::string rival_;                    ///< who wrote in between
  std::vector<row> rows_;
};
} // namespace

std::string interleaving(const explore_failure &failure) {
  return failure.steps.empty() ? std::string() : drawing(failure).text();
}

} // namespace corace
