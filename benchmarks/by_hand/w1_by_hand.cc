/// W1 as one would write it for this rule alone: a search, then a click with the same query within an hour.
///
///     w1_by_hand EVENTS.ndjson [ALERTS]

#include "benchmarks/by_hand/ordered_lines.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <deque>
#include <utility>

namespace {

struct Item {
  std::int64_t ts = 0;
  bool is_search = false;
  std::string_view user;  // with quotes
  std::string_view query;
};

constexpr std::int64_t kWithinMs = 3'600'000;

using Asked = std::pair<std::string_view, std::string_view>;
struct AskedHash {
  std::size_t operator()(const Asked& asked) const {
    const std::hash<std::string_view> hash;
    return hash(asked.first) * 31 + hash(asked.second);
  }
};

class Searches {
 public:
  explicit Searches(const char* alerts) : lines_{alerts} {}

  void take(const Item& item) {
    expire(item.ts);
    const Asked asked{item.user, item.query};
    if (item.is_search) {
      open_[asked].push_back(item.ts);
      deadlines_.emplace_back(item.ts, asked);
      return;
    }
    const auto at = open_.find(asked);
    if (at == open_.end()) return;
    for (std::size_t i = 0; i < at->second.size(); ++i) tell("match", item.ts, asked);
    matches_ += at->second.size();
    open_.erase(at);
  }

  std::string finish() {
    expire(std::numeric_limits<std::int64_t>::max());
    return "\"matches\":" + std::to_string(matches_) + ",\"timeouts\":" + std::to_string(timeouts_);
  }

 private:
  void expire(std::int64_t now) {
    for (; !deadlines_.empty() && deadlines_.front().first + kWithinMs < now; deadlines_.pop_front()) {
      const auto& [began, asked] = deadlines_.front();
      const auto at = open_.find(asked);
      if (at == open_.end() || at->second.front() != began) continue;
      tell("timeout", began + kWithinMs, asked);
      ++timeouts_;
      at->second.erase(at->second.begin());
      if (at->second.empty()) open_.erase(at);
    }
  }

  void tell(const char* kind, std::int64_t ts, const Asked& asked) {
    std::string& text = lines_.text();
    text.append("{\"rule\":\"w1\",\"kind\":\"").append(kind).append("\",\"ts\":").append(std::to_string(ts));
    text.append(",\"user\":").append(asked.first).append(",\"query\":").append(asked.second).append("}\n");
  }

  boost::unordered_flat_map<Asked, std::vector<std::int64_t>, AskedHash> open_;
  std::deque<std::pair<std::int64_t, Asked>> deadlines_;
  std::uint64_t matches_ = 0;
  std::uint64_t timeouts_ = 0;
  by_hand::Lines lines_;
};

bool decode(simdjson::ondemand::object event, Item& item) {
  item.ts = event["ts"].get_int64().value();
  const std::string_view type = event["type"].get_string().value();
  item.is_search = type == "search";
  if (!item.is_search && type != "click") return false;
  item.user = by_hand::token_of(event["user"].value());
  item.query = by_hand::token_of(event["query"].value());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Searches searches(argc > 2 ? argv[2] : "/dev/null");
  return by_hand::run<Item>(
      argc, argv, decode, [&](const Item& item) { searches.take(item); }, [&] { return searches.finish(); });
}
