// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/evidence.h"

#include "explore/token.h"
#include "vocab/records.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <set>
#include <tuple>

namespace corace::report {

namespace {
using schedule::finding;

class record_writer {
public:
  template <class... Fields> void line(const Fields &...fields) {
    const char *separator = "";
    ((text_ += separator, text_ += field(fields), separator = "\t"), ...);
    text_ += '\n';
  }
  void raw(const std::string &text) { text_ += text; }
  [[nodiscard]] std::string take() { return std::move(text_); }

private:
  [[nodiscard]] static std::string field(std::string_view s) { return records::escape(s); }
  [[nodiscard]] static std::string field(std::uint64_t n) { return std::to_string(n); }
  std::string text_;
};

/// Where a reader looks: the user's own code, where the access itself stands in a library.
[[nodiscard]] const corace_site *place_of(const detect::event &e) {
  return e.via && (!e.site || (e.site->flags & CORACE_SITE_SYSTEM)) ? e.via : e.site;
}

/// The tasks of a run as a finding names them. A run that no explorer watched has no labels; then they are given here.
class task_names {
public:
  explicit task_names(const finding &f) : finding_(f) {}
  [[nodiscard]] std::string label(std::uint32_t loop, detect::task_id id) {
    if (const auto *task = find(loop, id)) {
      used_.try_emplace(task->label, task->name);
      return task->label;
    }
    auto [at, fresh] = given_.try_emplace(id);
    if (fresh) {
      at->second = schedule::to_label({1, {static_cast<std::uint32_t>(given_.size())}});
      used_.try_emplace(at->second, detect::task_name(id));
    }
    return at->second;
  }
  [[nodiscard]] const std::map<std::string, std::string> &used() const noexcept { return used_; }

private:
  [[nodiscard]] const schedule::task_entry *find(std::uint32_t loop, detect::task_id id) const {
    for (const auto &each : finding_.tasks)
      if (each.loop == loop && each.id == id)
        return &each;
    return nullptr;
  }
  const finding &finding_;
  std::map<detect::task_id, std::string> given_;
  std::map<std::string, std::string> used_;
};

/// The bytes as the number that a reader most likely means: small negative numbers as such.
[[nodiscard]] std::string number(std::uint64_t value, std::uint32_t size) {
  const unsigned bits = size * 8;
  if (bits == 0 || bits > 64)
    return std::to_string(value);
  const auto wide = static_cast<std::int64_t>(value << (64 - bits)) >> (64 - bits);
  return wide < 0 && wide > -1000000 ? std::to_string(wide) : std::to_string(value);
}

void write_place(record_writer &out, std::uint64_t n, const char *role, const corace_site *site) {
  if (site)
    out.line("place", n, role, detect::file_of(*site), std::uint64_t{site->line}, std::uint64_t{site->column},
             detect::function_of(*site));
}

[[nodiscard]] const char *what_of(detect::event::type what) {
  switch (what) {
  case detect::event::type::read: return "read";
  case detect::event::type::write: return "write";
  case detect::event::type::suspend: return "suspend";
  case detect::event::type::resume: return "resume";
  case detect::event::type::finish: return "finish";
  }
  return "unknown";
}

/// Belongs to the story of this race: an access to the object, or a turn of one of the two tasks.
[[nodiscard]] bool relevant(const detect::event &e, const schedule::violation_entry &race) {
  const bool access = e.what == detect::event::type::read || e.what == detect::event::type::write;
  const auto overlaps = [&](const detect::event &of) {
    return e.address < of.address + of.size && of.address < e.address + e.size;
  };
  if (access)
    return overlaps(race.first) || overlaps(race.rival) || overlaps(race.second);
  return e.task == race.first.task || e.task == race.rival.task;
}

/// What a library does inside is not what the user calls the value; an atomic's is.
[[nodiscard]] std::string value_of(const detect::event &e) {
  const bool internal =
      e.site && (e.site->flags & CORACE_SITE_SYSTEM) && !std::strstr(detect::file_of(*e.site), "atomic");
  return e.has_value && !internal ? number(e.value, e.size) : "-";
}

/// A call into a library may access the object many times; one of each sort tells what it does.
class library_steps {
public:
  [[nodiscard]] bool seen_before(const detect::event &e) {
    if (e.task != task_ || e.segment != segment_)
      seen_.clear();
    task_ = e.task;
    segment_ = e.segment;
    const corace_site *site = place_of(e);
    return value_of(e) == "-" && site &&
           !seen_.emplace(e.what, detect::file_of(*site), site->line, site->column).second;
  }

private:
  detect::task_id task_ = detect::no_task;
  std::uint32_t segment_ = 0;
  std::set<std::tuple<detect::event::type, std::string, std::uint32_t, std::uint16_t>> seen_;
};

void write_steps(record_writer &out, std::uint64_t n, const finding &f, task_names &names) {
  library_steps repeated;
  for (const auto &[event, loop] : f.history) {
    if (loop != f.race->loop || !relevant(event, *f.race))
      continue;
    const corace_site *site = place_of(event);
    if (repeated.seen_before(event))
      continue;
    const bool access = event.what == detect::event::type::read || event.what == detect::event::type::write;
    out.line("step", n, names.label(loop, event.task), what_of(event.what), site ? detect::file_of(*site) : "",
             std::uint64_t{site ? site->line : 0u}, site ? std::uint64_t{site->column} : std::uint64_t{0},
             site ? detect::function_of(*site) : "", access ? value_of(event) : "-");
  }
}

void write_failure_place(record_writer &out, std::uint64_t n, const schedule::failure_entry &failure) {
  if (failure.site)
    write_place(out, n, "first", failure.site);
  else if (failure.line)
    out.line("place", n, "first", failure.file, std::uint64_t{failure.line}, std::uint64_t{0}, failure.function);
}

[[nodiscard]] std::string token_of(const evidence &e, const finding &f) {
  return e.token_fingerprint.empty() ? "-" : schedule::to_string(schedule::token{e.token_fingerprint, f.schedule});
}

void write_finding(record_writer &out, std::uint64_t n, const evidence &e, const finding &f) {
  const outcome strength = f.verified || e.strength != outcome::confirmed ? e.strength : outcome::observed;
  const char *fifo = f.under_fifo == finding::fifo::yes ? "yes" : f.under_fifo == finding::fifo::no ? "no" : "unknown";
  out.line("finding", n, to_string(strength), to_string(f.kind),
           f.race && f.race->matched ? std::string_view(f.race->matched->id) : "-", token_of(e, f), f.found_in_run,
           std::uint64_t{f.switches}, f.race ? f.race->object : "", fifo);
  task_names names(f);
  if (f.race) {
    for (const detect::event *each : {&f.race->first, &f.race->rival})
      (void)names.label(f.race->loop, each->task);
    write_place(out, n, "first", place_of(f.race->first));
    write_place(out, n, "suspension", place_of(f.race->suspension));
    write_place(out, n, "rival", place_of(f.race->rival));
    write_place(out, n, "second", place_of(f.race->second));
    record_writer steps; // labels come before they are used
    write_steps(steps, n, f, names);
    for (const auto &[label, name] : names.used())
      out.line("task", n, label, name);
    out.raw(steps.take());
  } else {
    write_failure_place(out, n, *f.failure);
    for (const auto &each : f.tasks)
      out.line("task", n, each.label, each.name);
    out.line("message", n, f.failure->message);
  }
  if (f.value)
    out.line("value", n, f.value->object, number(f.value->serial, f.value->size), number(f.value->here, f.value->size));
}

[[nodiscard]] std::string executable() {
  std::string path(4096, '\0');
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
  path.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return path;
}

[[nodiscard]] std::string where(const corace_site *site) {
  if (!site)
    return "an unknown place";
  const std::string file = detect::file_of(*site);
  return file.substr(file.rfind('/') + 1) + ':' + std::to_string(site->line);
}
} // namespace

std::string to_text(const evidence &e) {
  record_writer out;
  out.raw(std::string(records::evidence_header) + '\n');
  out.line("program", executable(), schedule::program_fingerprint(), detect::instrumented_sites());
  for (const std::string &file : detect::instrumented_files())
    out.line("instrumented", file);
  if (e.searched) {
    char seconds[32];
    std::snprintf(seconds, sizeof(seconds), "%.3f", e.result.seconds);
    out.line("search", e.result.strategies, e.result.runs, seconds, std::uint64_t{e.result.complete}, e.result.stopped);
  }
  for (const auto &each : e.result.reached)
    out.line("reached", each.of->id, each.first, each.second);
  std::uint64_t n = 0;
  for (const finding &each : e.result.findings)
    write_finding(out, ++n, e, each);
  out.raw(std::string(records::end_record) + '\n');
  return out.take();
}

std::string headline(const finding &f) {
  std::string kind(to_string(f.kind));
  if (f.failure) {
    const std::string_view message = f.failure->message;
    return message.starts_with(kind) ? std::string(message) : kind + ": " + std::string(message);
  }
  std::replace(kind.begin(), kind.end(), '-', ' ');
  const std::string object = *f.race->object ? std::string(" on '") + f.race->object + "'" : "";
  return kind + object + ": " + where(place_of(f.race->first)) + ", then another task's " +
         where(place_of(f.race->rival)) + ", then " + where(place_of(f.race->second));
}

std::string to_lines(const evidence &e) {
  std::string lines;
  for (const finding &each : e.result.findings) {
    if (each.kind == race_kind::never_awaited && !e.searched)
      continue; // was told when it happened
    lines += "corace: " + headline(each);
    if (!e.token_fingerprint.empty())
      lines += "; replay with CORACE_OPTIONS=mode=replay:token=" + token_of(e, each);
    lines += '\n';
  }
  return lines;
}

static std::string cannot_write(const std::string &path, int error) {
  return path + ": cannot write evidence there: " + std::strerror(error);
}

std::string check_writable(const std::string &path) {
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  return ::access(folder.c_str(), W_OK) == 0 ? "" : cannot_write(path, errno);
}

std::string write_file(const std::string &path, const std::string &text) {
  const std::string temporary = path + ".tmp" + std::to_string(::getpid());
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0)
    return cannot_write(path, errno);
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::write(file, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      break;
    done += static_cast<std::size_t>(count);
  }
  const int problem = done < text.size() ? errno : 0;
  ::close(file);
  if (problem || std::rename(temporary.c_str(), path.c_str()) != 0) {
    const int reason = problem ? problem : errno;
    ::unlink(temporary.c_str());
    return cannot_write(path, reason);
  }
  return {};
}

} // namespace corace::report
