#pragma once
/// What the hand-written programs share: a file of events, line by line, decoded and put into the order of
/// time.
///
/// As somebody would write it who has one rule and one file: the whole file in memory, simdjson over its
/// lines, texts left where they are, five seconds of disorder taken out by buckets of about a second.

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace by_hand {

/// A text as it stands in the file, with its quotes.
inline std::string_view token_of(simdjson::ondemand::value value) {
  std::string_view token = value.raw_json_token();
  token.remove_suffix(token.size() - token.rfind('"') - 1);
  return token;
}

/// Item has `std::int64_t ts`. Takes them as they arrive, gives them in the order of time.
template <class Item>
class Ordered {
 public:
  template <class Take>
  void add(const Item& item, Take&& take) {
    bucket(item.ts >> kWidthLog2).push_back(item);
    newest_ = std::max(newest_, item.ts);
    release((newest_ - kDisorderMs) >> kWidthLog2, take);
  }

  template <class Take>
  void finish(Take&& take) {
    release((newest_ >> kWidthLog2) + 1, take);
  }

 private:
  static constexpr std::int64_t kDisorderMs = 5'000;
  static constexpr int kWidthLog2 = 10;
  static constexpr std::size_t kBuckets = 16;

  std::vector<Item>& bucket(std::int64_t number) {
    return buckets_[static_cast<std::size_t>(number) % kBuckets];
  }

  /// The buckets before number `end`.
  template <class Take>
  void release(std::int64_t end, Take&& take) {
    if (next_ == 0) next_ = end;
    for (; next_ < end; ++next_) {
      std::vector<Item>& items = bucket(next_);
      std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.ts < b.ts; });
      for (const Item& item : items) take(item);
      items.clear();
    }
  }

  std::array<std::vector<Item>, kBuckets> buckets_;
  std::int64_t newest_ = 0;
  std::int64_t next_ = 0;  // first bucket that is not released; 0 before the first event
};

/// Alerts as lines, to the file that the command line names, or nowhere.
class Lines {
 public:
  explicit Lines(const char* path) : file_{std::fopen(path, "w")} {
    if (file_ == nullptr) std::exit(1);
  }
  ~Lines() {
    std::fwrite(text_.data(), 1, text_.size(), file_);
    std::fclose(file_);
  }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  std::string& text() {
    if (text_.size() > kFlushBytes) {
      std::fwrite(text_.data(), 1, text_.size(), file_);
      text_.clear();
    }
    return text_;
  }

 private:
  static constexpr std::size_t kFlushBytes = 1 << 20;
  std::FILE* file_;
  std::string text_;
};

/// Reads the file that the command line names, decodes each line by `decode(object, item)`, which is false
/// for a line of no interest, and gives the items to `take` in the order of time. Prints what `counts()` says
/// and the seconds.
template <class Item, class Decode, class Take, class Counts>
int run(int argc, char** argv, Decode&& decode, Take&& take, Counts&& counts) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s EVENTS.ndjson [ALERTS]\n", argv[0]);
    return 2;
  }
  const auto began = std::chrono::steady_clock::now();
  simdjson::padded_string file;
  if (simdjson::padded_string::load(argv[1]).get(file) != simdjson::SUCCESS) return 1;
  simdjson::ondemand::parser parser;
  Ordered<Item> ordered;
  const std::string_view bytes{file.data(), file.size()};
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    simdjson::ondemand::document line;
    const simdjson::padded_string_view text{
        bytes.data() + at, end - at, bytes.size() - at + simdjson::SIMDJSON_PADDING};
    if (parser.iterate(text).get(line) != simdjson::SUCCESS) return 1;
    Item item;
    if (decode(line.get_object().value(), item)) ordered.add(item, take);
    at = end + 1;
  }
  ordered.finish(take);
  const std::string counted = counts();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
  std::printf("{%s,\"seconds\":%.4f}\n", counted.c_str(), seconds.count());
  return 0;
}

}  // namespace by_hand
