#pragma once
/// A file of JSON lines in memory, in the order of time, and each of them with its number as an attribute
/// more: alerts tell their events as they came, so this says which line an event of an alert was.

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace numbered {

constexpr std::string_view kNumberName = "latency_line";  // of the attribute

/// The lines, one after the other.
struct Stream {
  std::string bytes;
  std::vector<std::size_t> ends;  // of the lines in `bytes`
};

/// One of them as it came.
struct Line {
  std::uint64_t ts = 0;
  std::string_view text;
};

inline std::vector<Line> lines_of(const simdjson::padded_string& file) {
  std::vector<Line> lines;
  simdjson::ondemand::parser parser;
  const std::string_view bytes{file.data(), file.size()};
  for (std::size_t at = 0, end = 0; at < bytes.size(); at = end + 1) {
    end = std::min(bytes.find('\n', at), bytes.size());
    auto document =
        parser.iterate(bytes.data() + at, end - at, bytes.size() - at + simdjson::SIMDJSON_PADDING);
    lines.push_back({document["ts"].get_uint64(), bytes.substr(at, end - at)});
  }
  return lines;
}

/// In the order of time, each with its number in front.
inline Stream read_stream(const std::string& path) {
  const simdjson::padded_string file = simdjson::padded_string::load(path);
  std::vector<Line> lines = lines_of(file);
  if (lines.empty()) throw std::runtime_error(path + " is empty");
  std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.ts < b.ts; });
  Stream stream;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    stream.bytes += fmt::format("{{\"{}\":{},{}\n", kNumberName, i, lines[i].text.substr(1));
    stream.ends.push_back(stream.bytes.size());
  }
  return stream;
}

}  // namespace numbered
