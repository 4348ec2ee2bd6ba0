/// How fast events are decoded, against a bare simdjson loop that reads four fields of the same lines.
///
///     decode_bench FILE.ndjson [TYPE ATTRIBUTE…]
///
/// The fields are the time, the type and the attributes, given as names: `search user query`. Both loops run
/// over the same bytes in memory, one thread, best of five rounds in turn. Checks that both count the same
/// events and read the same times. Prints events a second of both and the decoder's share of the bare loop.

#include "connectors/codec.h"

#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace tocsin::connectors {
namespace {

constexpr std::size_t kBytesMax = 256u << 20;
constexpr std::size_t kChunkBytes = 1u << 20;
constexpr int kRounds = 5;

struct Workload {
  std::string bytes;  // whole lines, then padding
  std::size_t size = 0;
  std::string type;
  std::vector<std::string> attributes;

  std::string_view lines() const { return {bytes.data(), size}; }
};

/// What a loop found. The sums keep the compiler from leaving the reading out.
struct Tally {
  std::uint64_t events = 0;
  std::uint64_t time_sum_ms = 0;
  std::uint64_t text_bytes = 0;
};

std::string read_head(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(kBytesMax, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(kBytesMax));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  bytes.resize(bytes.rfind('\n') + 1);
  return bytes;
}

Tally run_bare(const Workload& work) {
  Tally tally;
  simdjson::ondemand::parser parser;
  const std::size_t readable = work.bytes.size();
  for (std::size_t at = 0; at < work.size;) {
    const std::size_t end = work.lines().find('\n', at);
    auto document = parser.iterate(work.bytes.data() + at, end - at, readable - at);
    simdjson::ondemand::object object = document.get_object();
    tally.time_sum_ms += std::uint64_t{object.find_field("ts")};
    std::string_view text = object.find_field("type");
    tally.text_bytes += text.size();
    for (const std::string& name : work.attributes) {
      if (object.find_field(name).get(text) == simdjson::SUCCESS) tally.text_bytes += text.size();
    }
    ++tally.events;
    at = end + 1;
  }
  return tally;
}

std::shared_ptr<const Schema> make_schema(const Workload& work) {
  auto schema = std::make_shared<Schema>();
  schema->use_type(work.type);
  schema->see_any_type();
  for (const std::string& name : work.attributes)
    schema->use_attribute_of_any(schema->use_attribute({{name}}), Reading::later);
  schema->seal();
  return schema;
}

void add(Tally& tally, const EventBatch& batch, std::size_t attributes) {
  for (const Event& event : batch.events) {
    tally.time_sum_ms += static_cast<std::uint64_t>(event.time.time_since_epoch().count()) / 1'000'000;
    tally.text_bytes += event.type_name.size();
    for (std::size_t i = 0; i < attributes; ++i) {
      if (event.values[i].is_string()) tally.text_bytes += event.values[i].as_text().size();
    }
  }
  tally.events += batch.events.size();
}

Tally run_decoder(const Workload& work) {
  Tally tally;
  const auto codec = make_codec(Format::ndjson, {});
  const auto decoder = codec->make_decoder(make_schema(work));
  EventBatch batch;
  for (std::size_t at = 0; at < work.size;) {
    const std::size_t whole = codec->whole_records(work.lines().substr(at, kChunkBytes), false);
    decoder->decode({PartitionId{0}, at, work.lines().substr(at, whole)}, batch);
    add(tally, batch, work.attributes.size());
    batch.clear();
    at += whole;
  }
  return tally;
}

double seconds_of(Tally (*run)(const Workload&), const Workload& work, Tally& tally) {
  const auto start = std::chrono::steady_clock::now();
  tally = run(work);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int compare(const Workload& work) {
  double bare_s = 1e9;
  double decoder_s = 1e9;
  Tally bare;
  Tally decoded;
  for (int round = 0; round < kRounds; ++round) {
    bare_s = std::min(bare_s, seconds_of(run_bare, work, bare));
    decoder_s = std::min(decoder_s, seconds_of(run_decoder, work, decoded));
  }
  if (bare.events != decoded.events || bare.time_sum_ms != decoded.time_sum_ms ||
      bare.text_bytes != decoded.text_bytes) {
    fmt::print(stderr, "the two loops disagree: {} and {} events\n", bare.events, decoded.events);
    return EXIT_FAILURE;
  }
  const double millions = static_cast<double>(bare.events) / 1e6;
  fmt::print("bare simdjson  {:6.2f} M events/s\n", millions / bare_s);
  fmt::print("decoder        {:6.2f} M events/s\n", millions / decoder_s);
  fmt::print("ratio          {:6.2f}\n", bare_s / decoder_s);
  return EXIT_SUCCESS;
}

int bench(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: decode_bench FILE.ndjson [TYPE ATTRIBUTE...]\n");
    return EXIT_FAILURE;
  }
  Workload work;
  work.bytes = read_head(argv[1]);
  work.size = work.bytes.size();
  work.bytes.resize(work.size + simdjson::SIMDJSON_PADDING);
  work.type = argc > 2 ? argv[2] : "search";
  work.attributes =
      argc > 3 ? std::vector<std::string>(argv + 3, argv + argc) : std::vector<std::string>{"user", "query"};
  return compare(work);
}

}  // namespace
}  // namespace tocsin::connectors

int main(int argc, char** argv) {
  return tocsin::connectors::bench(argc, argv);
}
