// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/evidence.h"

#include "explore/token.h"
#include "report/story.h"
#include "vocab/records.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

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

void write_steps(record_writer &out, std::uint64_t n, const finding &f, task_names &names) {
  for (const story_step &each : race_story(f, names))
    out.line("step", n, each.label, what_of(each.what), each.site ? detect::file_of(*each.site) : "",
             std::uint64_t{each.site ? each.site->line : 0u}, each.site ? std::uint64_t{each.site->column} : 0u,
             each.site ? detect::function_of(*each.site) : "", each.value);
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
  if (!f.strategy.empty())
    out.line("strategy", n, f.strategy);
  if (const std::string text = schedule::to_string(f.realisable); !text.empty())
    out.line("realisable", n, text);
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
