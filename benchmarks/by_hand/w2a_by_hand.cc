/// W2a as one would write it for this rule alone: three or more payments under 1.00, then one over 500,
/// within ten minutes.
///
///     w2a_by_hand EVENTS.ndjson [ALERTS]

#include "benchmarks/by_hand/ordered_lines.h"

#include <boost/unordered/unordered_flat_map.hpp>

namespace {

struct Item {
  std::int64_t ts = 0;
  double amount = 0;
  std::string_view card;  // with quotes
  std::string_view merchant;
};

constexpr std::int64_t kWithinMs = 600'000;

class Cards {
 public:
  explicit Cards(const char* alerts) : lines_{alerts} {}

  void take(const Item& item) {
    if (item.amount < 1.0) {
      std::vector<std::int64_t>& probes = probes_[item.card];
      forget_old(probes, item.ts);
      probes.push_back(item.ts);
      return;
    }
    const auto at = probes_.find(item.card);
    if (at == probes_.end()) return;
    forget_old(at->second, item.ts);
    if (at->second.size() >= 3) tell(item, at->second.size());
    if (at->second.size() >= 3 || at->second.empty()) probes_.erase(at);
  }

  std::string finish() const { return "\"matches\":" + std::to_string(matches_) + ",\"timeouts\":0"; }

 private:
  static void forget_old(std::vector<std::int64_t>& probes, std::int64_t now) {
    const auto young =
        std::find_if(probes.begin(), probes.end(), [&](auto at) { return now - at <= kWithinMs; });
    probes.erase(probes.begin(), young);
  }

  void tell(const Item& spend, std::size_t probes) {
    ++matches_;
    std::string& text = lines_.text();
    text.append("{\"rule\":\"w2a\",\"ts\":").append(std::to_string(spend.ts)).append(",\"card\":");
    text.append(spend.card).append(",\"probes\":").append(std::to_string(probes));
    text.append(",\"merchant\":").append(spend.merchant).append("}\n");
  }

  boost::unordered_flat_map<std::string_view, std::vector<std::int64_t>> probes_;
  std::uint64_t matches_ = 0;
  by_hand::Lines lines_;
};

/// Payments from 1.00 to 500 mean nothing to this rule.
bool decode(simdjson::ondemand::object event, Item& item) {
  item.ts = event["ts"].get_int64().value();
  if (event["type"].get_string().value() != "txn") return false;
  item.card = by_hand::token_of(event["card"].value());
  item.amount = event["amount"].get_double().value();
  if (item.amount >= 1.0 && item.amount <= 500) return false;
  item.merchant = by_hand::token_of(event["merchant"].value());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Cards cards(argc > 2 ? argv[2] : "/dev/null");
  return by_hand::run<Item>(
      argc, argv, decode, [&](const Item& item) { cards.take(item); }, [&] { return cards.finish(); });
}
