#pragma once
/// A stream without an end, made while it is read: events of a steady population of keys, some of them out of
/// order. Making it allocates nothing.

#include "connectors/source.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::tests {

/// splitmix64: the same numbers on any machine.
class Random {
 public:
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  bool percent(std::uint64_t p) { return below(100) < p; }

 private:
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  std::uint64_t state_ = 1;
};

/// One event in the making.
class Line {
 public:
  explicit Line(std::string& out) : out_{out} {}

  Line& operator<<(std::string_view text) {
    out_ += text;
    return *this;
  }
  Line& operator<<(std::uint64_t number) {
    std::array<char, 20> digits{};
    out_.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
    return *this;
  }

 private:
  std::string& out_;
};

/// What comes after the time: `"type":"a","user":"u1"`.
using WriteEvent = void (*)(Line& line, Random& random);

class EndlessStream : public connectors::Source {
 public:
  /// pace_ms  from one event to the next
  EndlessStream(WriteEvent write, std::uint64_t pace_ms) : write_{write}, pace_ms_{pace_ms} {}

  Result<connectors::ReadState> read(std::string& out,
                                     std::size_t bytes_max,
                                     std::chrono::milliseconds) override {
    constexpr std::size_t kLineMax = 256;
    const std::size_t end = out.size() + bytes_max;
    while (out.size() + kLineMax < end) append_event(out);
    return connectors::ReadState::more;
  }

  const std::string& name() const override { return name_; }
  bool finite() const override { return true; }
  std::uint64_t size_bytes() const override { return 0; }
  std::uint64_t position_bytes() const override { return 0; }

 private:
  static constexpr std::uint64_t kFirstMs = 1'700'000'000'000;

  void append_event(std::string& out) {
    const std::uint64_t late_ms = random_.percent(10) ? random_.below(4'000) : 0;
    Line line(out);
    line << R"({"ts":)" << kFirstMs + number_ * pace_ms_ - late_ms << ",";
    write_(line, random_);
    line << "}\n";
    ++number_;
  }

  WriteEvent write_;
  std::uint64_t pace_ms_;
  std::uint64_t number_ = 0;
  Random random_;
  std::string name_ = "endless";
};

}  // namespace tocsin::tests
