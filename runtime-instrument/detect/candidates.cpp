// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "detect/candidates.h"

#include "detect/sites.h"
#include "vocab/records.h"

#include <charconv>
#include <fstream>

namespace corace::detect {
namespace {

constexpr std::size_t candidate_fields = 11; // the record's name included; columns may follow

/// A line of the file as a candidate; an empty id where the line is not well-formed.
candidate parse(const std::vector<std::string> &fields) {
  candidate result{};
  if (fields.size() < candidate_fields)
    return result;
  const auto kind = race_kind_from(fields[2]);
  std::uint32_t *const numbers[] = {&result.first_line,       &result.first_end_line,  &result.suspension_line,
                                    &result.second_line,      &result.second_end_line, &result.first_column,
                                    &result.first_end_column, &result.second_column,   &result.second_end_column};
  for (std::size_t i = 0; i < std::size(numbers) && 6 + i < fields.size(); ++i) {
    const std::string &text = fields[6 + i];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *numbers[i]);
    if (error != std::errc{} || end != text.data() + text.size())
      return result;
  }
  if (!kind)
    return result;
  result.kind = *kind;
  result.object = fields[3];
  result.function = fields[4];
  result.file = fields[5];
  result.id = fields[1];
  return result;
}

std::string_view file_name(std::string_view path) noexcept { return path.substr(path.find_last_of('/') + 1); }

bool same_function_name(std::string_view site, std::string_view wanted) noexcept {
  // Lambdas are spelled differently by everybody; there the lines have to do.
  if (site.empty() || wanted.empty() || wanted.find("lambda") != std::string_view::npos)
    return true;
  return last_name(site) == last_name(wanted) || last_name(site) == "operator()" || last_name(wanted) == "operator()";
}

/// A candidate's place; lines alone where the columns are 0.
struct range {
  std::uint32_t line, column, end_line, end_column;

  [[nodiscard]] range lines() const noexcept { return {line, 0, end_line, 0}; }
  [[nodiscard]] bool holds(const corace_site &site) const noexcept {
    if (site.line < line || site.line > end_line)
      return false;
    if (site.column == 0)
      return true;
    return (site.line > line || site.column >= column) &&
           (site.line < end_line || end_column == 0 || site.column <= end_column);
  }
};

range first_of(const candidate &c) noexcept {
  return {c.first_line, c.first_column, c.first_end_line, c.first_end_column};
}
range second_of(const candidate &c) noexcept {
  return {c.second_line, c.second_column, c.second_end_line, c.second_end_column};
}

} // namespace

shape shape_of(race_kind kind) noexcept {
  switch (kind) {
  case race_kind::state_bleed: return {true, true, false};
  case race_kind::stale_read: return {false, true, false};
  case race_kind::exposed_intermediate: return {true, false, true};
  default: return {false, true, true};
  }
}

bool same_file(std::string_view a, std::string_view b) noexcept {
  if (a == b)
    return true;
  const std::string_view longer = a.size() > b.size() ? a : b;
  const std::string_view tail = a.size() > b.size() ? b : a;
  return !tail.empty() && longer.ends_with(tail) &&
         (tail.front() == '/' || longer[longer.size() - tail.size() - 1] == '/');
}

std::string_view last_name(std::string_view function) noexcept {
  // Brackets nest; only what stands outside of them tells. "operator" may be followed by any of them.
  std::size_t end = function.size(), begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i < function.size(); ++i) {
    const char c = function[i];
    if (depth == 0 && function.substr(i).starts_with("operator") &&
        (i == 0 || function[i - 1] == ':' || function[i - 1] == ' ')) {
      const std::size_t open = function.find('(', i + 8 + (function.substr(i + 8).starts_with("()") ? 2 : 0));
      return function.substr(i, open == std::string_view::npos ? open : open - i);
    }
    if (c == '<' || c == '(' || c == '[' || c == '{') {
      if (depth++ == 0 && end == function.size() && i != begin)
        end = i;
    } else if (c == '>' || c == ')' || c == ']' || c == '}') {
      --depth;
    } else if (depth == 0 && (c == ':' || c == ' ') &&
               function.substr(i + 1).find_first_not_of(" const&") != std::string_view::npos) {
      begin = i + 1;
      end = function.size();
    }
  }
  return function.substr(begin, end - begin);
}

bool in_standard_library(std::string_view function) noexcept {
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i < function.size(); ++i) {
    const char c = function[i];
    if (depth == 0 && (c == '(' || function.substr(i).starts_with("operator")))
      break; // parameters, and the brackets of an operator's name
    if (c == '<' || c == '(' || c == '[' || c == '{')
      ++depth;
    else if (c == '>' || c == ')' || c == ']' || c == '}')
      --depth;
    else if (depth == 0 && c == ' ')
      begin = i + 1; // a return type stands in front
  }
  function.remove_prefix(begin);
  return function.starts_with("std::") || function.starts_with("__gnu_cxx::");
}

std::string candidate_table::load(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return path + ": cannot be read: candidates are written by 'corace run --findings' and 'corace confirm'";
  std::vector<candidate> loaded;
  std::string line;
  std::size_t number = 0;
  bool ended = false;
  while (!ended && std::getline(in, line)) {
    if (++number == 1) {
      if (line != records::candidates_header)
        return path + ":1: not a candidates file of this version (its first line should be 'corace-candidates 1')";
      continue;
    }
    const auto fields = records::split(line);
    ended = fields[0] == records::end_record;
    if (fields[0] != "candidate")
      continue; // records of later versions are skipped
    candidate next = parse(fields);
    if (next.id.empty())
      return path + ':' + std::to_string(number) +
             ": not a candidate: expected id, kind, object, function, file, five lines and at most four columns";
    loaded.push_back(std::move(next));
  }
  if (!ended)
    return path + ": was cut off: no last line 'end'; write it again";
  candidates_ = std::move(loaded);
  indexed_modules_ = 0;
  wants_reads_ = false;
  for (const candidate &each : candidates_)
    wants_reads_ |= !shape_of(each.kind).rival_written;
  return {};
}

void candidate_table::index() {
  roles_.clear();
  indexed_modules_ = modules_generation();
  // The file's text is shared by all sites of a module, so one comparison of paths serves them all.
  std::unordered_map<const char *, std::vector<std::uint32_t>> in_file;
  const auto candidates_in = [&](const char *file) -> const std::vector<std::uint32_t> & {
    const auto [at, fresh] = in_file.try_emplace(file);
    if (fresh && *file != '\0') {
      bool exact = false;
      for (const candidate &each : candidates_)
        exact |= each.file == file;
      for (std::uint32_t i = 0; i < candidates_.size(); ++i)
        if (exact ? candidates_[i].file == file
                  : file_name(candidates_[i].file) == file_name(file) && same_file(candidates_[i].file, file))
          at->second.push_back(i);
    }
    return at->second;
  };
  const auto each_site = [&](auto visit) {
    for (const module_sites &module : modules())
      for (const corace_site *site = module.begin; site != module.end; ++site)
        for (const std::uint32_t i : candidates_in(file_of(*site)))
          if (same_function_name(function_of(*site), candidates_[i].function))
            visit(*site, i);
  };
  struct places {
    range first, second;
    bool first_found = false, second_found = false;
  };
  std::vector<places> wanted;
  for (const candidate &each : candidates_)
    wanted.push_back({first_of(each), second_of(each)});
  each_site([&](const corace_site &site, std::uint32_t i) {
    wanted[i].first_found |= wanted[i].first.holds(site);
    wanted[i].second_found |= wanted[i].second.holds(site);
  });
  // The compiler puts some code elsewhere (macros, range-based for): the line is better than nothing.
  for (places &each : wanted) {
    if (!each.first_found)
      each.first = each.first.lines();
    if (!each.second_found)
      each.second = each.second.lines();
  }
  each_site([&](const corace_site &site, std::uint32_t i) {
    const bool first = wanted[i].first.holds(site), second = wanted[i].second.holds(site);
    if (first || second)
      roles_[&site].push_back({i, first, second});
  });
}

std::span<const role> candidate_table::roles_of(const corace_site *site) {
  if (candidates_.empty() || site == nullptr)
    return {};
  if (indexed_modules_ != modules_generation())
    index();
  const auto found = roles_.find(site);
  return found == roles_.end() ? std::span<const role>{} : std::span<const role>(found->second);
}

} // namespace corace::detect
