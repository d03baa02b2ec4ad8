// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "detect/candidates.h"

#include "detect/sites.h"
#include "vocab/records.h"

#include <charconv>
#include <fstream>

namespace corace::detect {
namespace {

constexpr std::size_t candidate_fields = 11; // the record's name included

/// A line of the file as a candidate; an empty id where the line is not well-formed.
candidate parse(const std::vector<std::string> &fields) {
  candidate result{};
  if (fields.size() < candidate_fields)
    return result;
  const auto kind = race_kind_from(fields[2]);
  std::uint32_t *const numbers[] = {&result.first_line, &result.first_end_line, &result.suspension_line,
                                    &result.second_line, &result.second_end_line};
  for (std::size_t i = 0; i < std::size(numbers); ++i) {
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
             ": not a candidate: expected id, kind, object, function, file and five lines";
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
  for (const module_sites &module : modules())
    for (const corace_site *site = module.begin; site != module.end; ++site)
      for (const std::uint32_t i : candidates_in(file_of(*site))) {
        const candidate &each = candidates_[i];
        const bool first = site->line >= each.first_line && site->line <= each.first_end_line;
        const bool second = site->line >= each.second_line && site->line <= each.second_end_line;
        if ((first || second) && same_function_name(function_of(*site), each.function))
          roles_[site].push_back({i, first, second});
      }
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
