#include "app/alert_match.h"

#include "base/check.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tocsin::app {

namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

/// Owns a parsed text. Stays where it is: `root` points into the parser.
struct Parsed {
  explicit Parsed(const std::string& text) {
    const auto result = parser.parse(text);
    TOCSIN_CHECK(result.error() == simdjson::SUCCESS, "alerts and what a test expects of them are JSON");
    root = result.value_unsafe();
  }
  Parsed(const Parsed&) = delete;
  Parsed& operator=(const Parsed&) = delete;

  simdjson::dom::parser parser;
  element root;
};

bool is_number(const element& e) {
  return e.is_int64() || e.is_uint64() || e.is_double();
}

bool same_scalar(const element& expected, const element& actual) {
  if (is_number(expected) && is_number(actual)) {
    if (expected.is_int64() && actual.is_int64())
      return expected.get_int64().value() == actual.get_int64().value();
    return expected.get_double().value() == actual.get_double().value();
  }
  return expected.type() == actual.type() && simdjson::minify(expected) == simdjson::minify(actual);
}

void differ(const std::string& path,
            const element& expected,
            const element& actual,
            std::vector<std::string>& out);

void differ_in_list(const std::string& path,
                    const simdjson::dom::array& expected,
                    const simdjson::dom::array& actual,
                    std::vector<std::string>& out) {
  if (expected.size() != actual.size()) {
    out.push_back(fmt::format("{}: expected {} items, got {}", path, expected.size(), actual.size()));
    return;
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    differ(fmt::format("{}[{}]", path, i), expected.at(i).value(), actual.at(i).value(), out);
  }
}

void differ_in_map(const std::string& path,
                   const simdjson::dom::object& expected,
                   const simdjson::dom::object& actual,
                   std::vector<std::string>& out) {
  for (const auto& [name, value] : expected) {
    const std::string below = path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
    const auto found = actual.at_key(name);
    if (found.error() == simdjson::SUCCESS) {
      differ(below, value, found.value_unsafe(), out);
    } else if (!value.is_null()) {
      out.push_back(fmt::format("{}: expected {}, there is none", below, simdjson::minify(value)));
    }
  }
}

void differ(const std::string& path,
            const element& expected,
            const element& actual,
            std::vector<std::string>& out) {
  if (expected.is_object() && actual.is_object()) {
    differ_in_map(path, expected.get_object().value(), actual.get_object().value(), out);
  } else if (expected.is_array() && actual.is_array()) {
    differ_in_list(path, expected.get_array().value(), actual.get_array().value(), out);
  } else if (!same_scalar(expected, actual)) {
    out.push_back(
        fmt::format("{}: expected {}, got {}", path, simdjson::minify(expected), simdjson::minify(actual)));
  }
}

std::vector<std::string> differences_of(const Parsed& expected, const Parsed& actual) {
  std::vector<std::string> out;
  differ("", expected.root, actual.root, out);
  return out;
}

/// `card-testing match 1970-01-01T00:00:40.000Z {"card":"c1"}`: what tells an alert apart at a glance.
std::string brief(const Parsed& alert) {
  std::string text;
  for (const char* name : {"rule", "kind", "time", "key"}) {
    const auto found = alert.root.at_key(name);
    if (found.error() != simdjson::SUCCESS) continue;
    const element value = found.value_unsafe();
    if (!text.empty()) text += ' ';
    text += value.is_string() ? std::string(value.get_string().value()) : simdjson::minify(value);
  }
  return text;
}

/// Pairs up expected and actual alerts, in order, so that as many as can be agree.
class Alignment {
 public:
  Alignment(const std::vector<std::string>& expected, const std::vector<std::string>& actual)
      : expected_(expected.begin(), expected.end()), actual_(actual.begin(), actual.end()) {
    count_agreeing();
  }

  std::string account() {
    std::size_t e = 0;
    std::size_t a = 0;
    while (e < expected_.size() && a < actual_.size()) {
      if (agree(e, a)) {
        account_gap();
        ++e, ++a;
      } else if (best(e + 1, a) >= best(e, a + 1)) {
        missing_.push_back(e++);
      } else {
        unexpected_.push_back(a++);
      }
    }
    for (; e < expected_.size(); ++e) missing_.push_back(e);
    for (; a < actual_.size(); ++a) unexpected_.push_back(a);
    account_gap();
    return std::move(text_);
  }

 private:
  bool agree(std::size_t e, std::size_t a) const { return agreeing_[e * actual_.size() + a]; }

  /// The most pairs that agree among expected[e..] and actual[a..].
  std::uint32_t best(std::size_t e, std::size_t a) const { return best_[e * (actual_.size() + 1) + a]; }

  void count_agreeing() {
    const std::size_t width = actual_.size() + 1;
    agreeing_.resize(expected_.size() * actual_.size());
    best_.assign((expected_.size() + 1) * width, 0);
    for (std::size_t e = expected_.size(); e-- > 0;) {
      for (std::size_t a = actual_.size(); a-- > 0;) {
        const bool same = differences_of(expected_[e], actual_[a]).empty();
        agreeing_[e * actual_.size() + a] = same;
        best_[e * width + a] = same ? best(e + 1, a + 1) + 1 : std::max(best(e + 1, a), best(e, a + 1));
      }
    }
  }

  /// Tells what stands unpaired before the next pair that agrees: two of one rule and kind differ, the rest
  /// is missing or unexpected.
  void account_gap() {
    for (const std::size_t e : missing_) {
      const auto like = std::find_if(unexpected_.begin(), unexpected_.end(), [&](std::size_t a) {
        return agrees_in("rule", expected_[e], actual_[a]) && agrees_in("kind", expected_[e], actual_[a]);
      });
      if (like == unexpected_.end()) {
        text_ += fmt::format("missing     {}\n", simdjson::minify(expected_[e].root));
        continue;
      }
      text_ += fmt::format("differs     {}\n", brief(actual_[*like]));
      for (const std::string& line : differences_of(expected_[e], actual_[*like]))
        text_ += "            " + line + '\n';
      unexpected_.erase(like);
    }
    for (const std::size_t a : unexpected_) text_ += fmt::format("unexpected  {}\n", brief(actual_[a]));
    missing_.clear();
    unexpected_.clear();
  }

  /// Whether `expected` does not name the field, or both have the same.
  static bool agrees_in(const char* field, const Parsed& expected, const Parsed& actual) {
    const auto wanted = expected.root.at_key(field);
    if (wanted.error() != simdjson::SUCCESS) return true;
    const auto got = actual.root.at_key(field);
    return got.error() == simdjson::SUCCESS && same_scalar(wanted.value_unsafe(), got.value_unsafe());
  }

  std::vector<Parsed> expected_;
  std::vector<Parsed> actual_;
  std::vector<bool> agreeing_;
  std::vector<std::uint32_t> best_;
  std::vector<std::size_t> missing_;
  std::vector<std::size_t> unexpected_;
  std::string text_;
};

}  // namespace

std::vector<std::string> differences(const std::string& expected, const std::string& actual) {
  return differences_of(Parsed(expected), Parsed(actual));
}

std::string compare_alerts(const std::vector<std::string>& expected, const std::vector<std::string>& actual) {
  return Alignment(expected, actual).account();
}

}  // namespace tocsin::app
