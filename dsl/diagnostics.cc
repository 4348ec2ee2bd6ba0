#include "dsl/diagnostics.h"

#include "base/value.h"
#include "dsl/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace tocsin::dsl {

namespace {

constexpr std::size_t kLineColumnsMax = 120;  // of a source line; more is clipped around the caret
constexpr std::size_t kBeforeCaret = 60;      // columns kept before the caret of a clipped line
constexpr std::size_t kNameBytesMax = 64;     // longer names are nobody's slip of the fingers

constexpr std::string_view kRed = "\x1b[1;31m";
constexpr std::string_view kYellow = "\x1b[1;33m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kReset = "\x1b[0m";

/// A source line as it is shown: tabs as one space, control characters as `?`, cut into code points.
std::vector<std::string> columns_of(std::string_view line) {
  std::vector<std::string> out;
  for (const char c : line) {
    if (continues_code_point(c) && !out.empty()) {
      out.back() += c;
    } else if (c == '\t') {
      out.emplace_back(" ");
    } else {
      const bool control = static_cast<unsigned char>(c) < 0x20U || c == '\x7f';
      out.emplace_back(1, control ? '?' : c);
    }
  }
  return out;
}

struct Excerpt {
  std::string line;
  std::size_t caret = 0;  // column of the first `^`, from 0
  std::size_t width = 1;  // how many of them
};

Excerpt excerpt_of(const std::vector<std::string>& columns, std::size_t caret, std::size_t width) {
  const bool clip = columns.size() > kLineColumnsMax;
  const std::size_t begin = clip && caret > kBeforeCaret ? caret - kBeforeCaret : 0;
  const std::size_t end = clip ? std::min(columns.size(), begin + kLineColumnsMax) : columns.size();
  Excerpt out;
  if (begin > 0) out.line = "…";
  for (std::size_t i = begin; i < end; ++i) out.line += columns[i];
  if (end < columns.size()) out.line += "…";
  out.caret = caret - begin + (begin > 0 ? 1 : 0);
  out.width = std::max<std::size_t>(1, std::min(width, end > caret ? end - caret : 1));
  return out;
}

// How many columns of its first line the span takes.
std::size_t width_on_line(const SourceFile& file, Span span, LineColumn begin, std::size_t columns) {
  const LineColumn end = file.place(span.end);
  const std::size_t last = end.line == begin.line ? end.column - 1 : columns;
  return last - std::min<std::size_t>(last, begin.column - 1);
}

std::string_view word_for(Severity severity) {
  return severity == Severity::error ? "error" : "warning";
}

void append_excerpt(std::string& out,
                    const Diagnostic& diagnostic,
                    LineColumn place,
                    std::string_view color) {
  const SourceFile& file = *diagnostic.file;
  const std::vector<std::string> columns = columns_of(file.line_text(place.line));
  const Excerpt excerpt =
      excerpt_of(columns, place.column - 1, width_on_line(file, diagnostic.span, place, columns.size()));
  const std::string number = std::to_string(place.line);
  const std::string gutter(number.size(), ' ');
  out += fmt::format("  {} | {}\n", number, excerpt.line);
  out += fmt::format(
      "  {} | {}{}{}", gutter, std::string(excerpt.caret, ' '), color, std::string(excerpt.width, '^'));
  if (!diagnostic.hint.empty()) out += " " + diagnostic.hint;
  if (!color.empty()) out += kReset;
  out += '\n';
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> two_above(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(two_above, above);
    std::swap(above, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

void Diagnostics::error(std::shared_ptr<const SourceFile> file,
                        Span span,
                        std::string code,
                        std::string message,
                        std::string hint) {
  all_.push_back(
      {Severity::error, std::move(code), std::move(message), std::move(hint), std::move(file), span});
  ++errors_;
}

void Diagnostics::warning(std::shared_ptr<const SourceFile> file,
                          Span span,
                          std::string code,
                          std::string message,
                          std::string hint) {
  all_.push_back(
      {Severity::warning, std::move(code), std::move(message), std::move(hint), std::move(file), span});
}

void Diagnostics::sort() {
  std::map<const SourceFile*, std::size_t> order;
  for (const Diagnostic& each : all_) order.emplace(each.file.get(), order.size());
  std::stable_sort(all_.begin(), all_.end(), [&](const Diagnostic& a, const Diagnostic& b) {
    const auto key = [&](const Diagnostic& d) {
      return std::tuple(order.at(d.file.get()), d.span.begin, d.span.end);
    };
    return key(a) < key(b);
  });
}

void append_text(std::string& out, const Diagnostic& diagnostic, bool color) {
  const LineColumn place = diagnostic.file->place(diagnostic.span.begin);
  const std::string_view tint = !color ? "" : diagnostic.severity == Severity::error ? kRed : kYellow;
  out += fmt::format("{}{}:{}:{}: {}{}[{}]{}: {}{}{}\n",
                     color ? kBold : "",
                     diagnostic.file->name(),
                     place.line,
                     place.column,
                     tint,
                     word_for(diagnostic.severity),
                     diagnostic.code,
                     color ? kReset : "",
                     color ? kBold : "",
                     diagnostic.message,
                     color ? kReset : "");
  append_excerpt(out, diagnostic, place, tint);
}

void append_json(std::string& out, const Diagnostic& diagnostic) {
  const auto text = [&](std::string_view key, std::string_view value) {
    out += fmt::format("\"{}\":", key);
    append_json_string(out, value);
    out += ',';
  };
  const LineColumn begin = diagnostic.file->place(diagnostic.span.begin);
  const LineColumn end = diagnostic.file->place(diagnostic.span.end);
  out += '{';
  text("severity", word_for(diagnostic.severity));
  text("code", diagnostic.code);
  text("message", diagnostic.message);
  text("hint", diagnostic.hint);
  text("file", diagnostic.file->name());
  out += fmt::format("\"line\":{},\"column\":{},\"end_line\":{},\"end_column\":{}}}",
                     begin.line,
                     begin.column,
                     end.line,
                     end.column);
}

std::string_view nearest(std::string_view name, const std::vector<std::string_view>& candidates) {
  if (name.size() > kNameBytesMax) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > kNameBytesMax || candidate == name) continue;
    const std::size_t distance = edit_distance(name, candidate);
    if (distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

}  // namespace tocsin::dsl
