// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Statistics as a line, a page and JSON.
#include <corace/explore_statistics.h>

#include <algorithm>
#include <cstdio>
#include <string_view>

namespace corace {

namespace {
[[nodiscard]] std::string counted(std::uint64_t n, const char *one, const char *many) {
  return std::to_string(n) + ' ' + (n == 1 ? one : many);
}

template <class... Numbers> [[nodiscard]] std::string formatted(const char *format, Numbers... numbers) {
  char text[64];
  std::snprintf(text, sizeof(text), format, numbers...);
  return text;
}

/// "1.2 M": three digits at most before the point.
[[nodiscard]] std::string rounded(double n) {
  return n >= 1e6 ? formatted("%.1f M", n / 1e6) : n >= 1e3 ? formatted("%.1f k", n / 1e3) : formatted("%.0f", n);
}

[[nodiscard]] std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (static_cast<unsigned char>(c) < 0x20)
      out += formatted("\\u%04x", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + '"';
}

[[nodiscard]] std::string place(const await_coverage &await) {
  return await.file.substr(await.file.rfind('/') + 1) + ':' + std::to_string(await.line);
}

[[nodiscard]] std::string steps(const explore_statistics &s) {
  return s.fewest_steps == s.most_steps
             ? counted(s.most_steps, "step", "steps")
             : std::to_string(s.fewest_steps) + " to " + std::to_string(s.most_steps) + " steps";
}
} // namespace

double explore_statistics::runs_per_second() const noexcept {
  return seconds > 0 ? static_cast<double>(runs + blocked) / seconds : 0;
}

double explore_statistics::share_pruned() const noexcept {
  return runs + blocked ? static_cast<double>(blocked) / static_cast<double>(runs + blocked) : 0;
}

double explore_statistics::unseen_probability() const noexcept {
  return drawn ? static_cast<double>(drawn_once) / static_cast<double>(drawn) : 1;
}

double explore_statistics::estimated_classes() const noexcept {
  const auto once = static_cast<double>(drawn_once), twice = static_cast<double>(drawn_twice);
  return drawn ? static_cast<double>(drawn_classes) + once * std::max(once - 1, 0.0) / (2 * (twice + 1)) : 0;
}

std::size_t explore_statistics::awaits_to_disturb() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(awaits.begin(), awaits.end(), [](const await_coverage &a) { return a.across > 0; }));
}

std::size_t explore_statistics::awaits_disturbed() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(awaits.begin(), awaits.end(), [](const await_coverage &a) { return a.disturbed > 0; }));
}

std::string explore_statistics::line() const {
  std::string text = counted(runs, "schedule", "schedules");
  if (blocked)
    text += " (" + std::to_string(blocked) + " more pruned)";
  if (classes)
    text += ", " + counted(classes, "class", "classes");
  if (drawn && drawn_once)
    text += formatted(" of at least %.0f", std::max(estimated_classes(), static_cast<double>(classes)));
  text += ", " + steps(*this);
  if (seconds > 0)
    text += ", " + rounded(runs_per_second()) + " schedules/s";
  if (awaits_to_disturb())
    text += ", awaits disturbed: " + std::to_string(awaits_disturbed()) + " of " + std::to_string(awaits_to_disturb());
  return text;
}

std::string explore_statistics::text() const {
  std::string out = "schedules    " + std::to_string(runs) + " run, " + std::to_string(blocked) + " pruned (" +
                    formatted("%.0f %%", 100 * share_pruned()) + "), " + rounded(runs_per_second()) + " a second\n";
  out += "steps        " + steps(*this) + formatted(", %.1f on average\n", mean_steps);
  out += "classes      " + std::to_string(classes) + " seen in " + counted(recorded, "recorded run", "recorded runs");
  if (drawn)
    out += formatted("; random schedules can show %.0f at least", estimated_classes()) +
           formatted(", and one more shows a new one with probability %.3f", unseen_probability());
  out += '\n';
  for (const await_coverage &each : awaits) {
    out += "await        " + place(each) + "  " + counted(each.waits, "wait", "waits");
    if (!each.across)
      out += ", nothing that another task writes lives across it\n";
    else if (each.disturbed)
      out += ", disturbed in " + std::to_string(each.disturbed) + " of " + std::to_string(each.across) + '\n';
    else
      out += ", NEVER disturbed in " + std::to_string(each.across) + '\n';
  }
  return out;
}

std::string explore_statistics::json() const {
  const auto number = [](double n) { return formatted("%.6g", n); };
  std::string out = "{\"runs\":" + std::to_string(runs) + ",\"blocked\":" + std::to_string(blocked) +
                    ",\"share_pruned\":" + number(share_pruned()) + ",\"seconds\":" + number(seconds) +
                    ",\"runs_per_second\":" + number(runs_per_second()) +
                    ",\"steps\":{\"fewest\":" + std::to_string(fewest_steps) + ",\"mean\":" + number(mean_steps) +
                    ",\"most\":" + std::to_string(most_steps) + "},\"recorded\":" + std::to_string(recorded) +
                    ",\"classes\":" + std::to_string(classes) + ",\"drawn\":" + std::to_string(drawn) +
                    ",\"drawn_classes\":" + std::to_string(drawn_classes) +
                    ",\"drawn_once\":" + std::to_string(drawn_once) + ",\"drawn_twice\":" + std::to_string(drawn_twice);
  if (drawn)
    out += ",\"unseen_probability\":" + number(unseen_probability()) +
           ",\"estimated_classes\":" + number(estimated_classes());
  out += ",\"awaits\":[";
  for (std::size_t i = 0; i < awaits.size(); ++i) {
    const await_coverage &each = awaits[i];
    out += (i ? ",{" : "{") + std::string("\"file\":") + quoted(each.file) + ",\"line\":" + std::to_string(each.line) +
           ",\"column\":" + std::to_string(each.column) + ",\"function\":" + quoted(each.function) +
           ",\"waits\":" + std::to_string(each.waits) + ",\"across\":" + std::to_string(each.across) +
           ",\"disturbed\":" + std::to_string(each.disturbed) + '}';
  }
  return out + "]}";
}

} // namespace corace
