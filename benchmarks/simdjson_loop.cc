/// Nothing but simdjson over the lines of a file: time, type, and the attributes named. What is left to gain.
///
///     simdjson_loop EVENTS.ndjson [ATTRIBUTE…]

#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string_view>

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: simdjson_loop EVENTS.ndjson [ATTRIBUTE...]\n");
    return 2;
  }
  const auto began = std::chrono::steady_clock::now();
  simdjson::padded_string file;
  if (simdjson::padded_string::load(argv[1]).get(file) != simdjson::SUCCESS) return 1;
  simdjson::ondemand::parser parser;
  const std::string_view bytes{file.data(), file.size()};
  std::uint64_t events = 0;
  std::uint64_t sum = 0;  // keeps the compiler from leaving the reading out
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    const simdjson::padded_string_view text{
        bytes.data() + at, end - at, bytes.size() - at + simdjson::SIMDJSON_PADDING};
    simdjson::ondemand::document line;
    if (parser.iterate(text).get(line) != simdjson::SUCCESS) return 1;
    sum += line["ts"].get_uint64().value() + line["type"].get_string().value().size();
    for (int i = 2; i < argc; ++i) {
      simdjson::ondemand::value value;
      if (line[std::string_view{argv[i]}].get(value) == simdjson::SUCCESS)
        sum += value.raw_json_token().size();
    }
    ++events;
    at = end + 1;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
  std::printf("{\"events\":%llu,\"sum\":%llu,\"seconds\":%.4f}\n",
              static_cast<unsigned long long>(events),
              static_cast<unsigned long long>(sum),
              seconds.count());
  return 0;
}
