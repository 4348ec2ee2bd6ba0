/// Writes a stream of events for the workloads: the same bytes for the same arguments, on any machine.
///
///     generate KIND EVENTS [SEED] > events.ndjson
///
///     search         views, searches and clicks of 200,000 users, some busier than others: an hour is about
///                    500,000 events
///     search-skewed  the same, and the busiest user has one event of eighteen: thousands of searches open
///     search-many    the same of ten million users: hardly one of them searches twice
///     search-late    as `search`, half of the events delayed, by less than five minutes
///     card           payments with 100,000 cards: half an hour is about 500,000 events
///     card-days      payments with 2,000 cards, 100,000 a day: the busiest card has more than a thousand
///     login          logins and logouts of 150,000 users
///     stock          trades, one of fifty of a stock that a rule follows
///     types9 types30 events of so many types, without a key
///
/// Whole numbers, and amounts in quarters. Where users search, pay or log in, one event of ten is delayed by
/// less than five seconds unless said otherwise, so that they arrive out of order; the others are in order.
/// What rules look for is planned ahead: a search may be followed by a click, a run of small payments by a
/// large one, failures by a success.

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::int64_t kFirstMs = 1'700'000'000'000;

/// splitmix64.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_{seed} {}
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1)));
  }
  bool percent(std::uint64_t p) { return below(100) < p; }

  /// 0 … n-1, small ones more often: three of ten lie in the first eighth, three of ten of these in its
  /// first…
  std::uint64_t skewed(std::uint64_t n) {
    std::uint64_t range = n;
    while (range > 1 && percent(30)) range /= 8;
    return below(range > 0 ? range : 1);
  }

  /// 0 … 2^bits - 2, number n about as often as 1 / (n + 1) says: one of `bits` is the first.
  std::uint64_t log_uniform(std::uint64_t bits) {
    const std::uint64_t range = std::uint64_t{1} << below(bits);
    return range - 1 + below(range);
  }

 private:
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

/// One line, and when it is to come out.
struct Line {
  std::int64_t at_ms = 0;
  std::uint64_t number = 0;  // ties are settled by it
  std::string text;
  bool operator>(const Line& other) const {
    return at_ms != other.at_ms ? at_ms > other.at_ms : number > other.number;
  }
};
using Lines = std::priority_queue<Line, std::vector<Line>, std::greater<>>;

/// `2.25`.
std::string quarters(std::uint64_t n) {
  static constexpr std::string_view kCents[] = {"00", "25", "50", "75"};
  return fmt::format("{}.{}", n / 4, kCents[n % 4]);
}

/// So many percent of the events arrive late, by 1 … ms_max.
struct Delays {
  std::uint64_t percent = 0;
  std::int64_t ms_max = 0;
};

/// A stream in the making: events are planned at their own times, and come out when they arrive.
class Stream {
 public:
  Stream(std::uint64_t events, std::uint64_t seed, Delays delays)
      : random_{seed}, left_{events}, delays_{delays} {}

  Random& random() { return random_; }
  bool done() const { return left_ == 0; }
  std::int64_t now_ms() const { return now_ms_; }

  /// An event of the kind, `after_ms` from now. attributes  `"user":"u1"`
  template <class... Args>
  void plan(std::int64_t after_ms,
            std::string_view type,
            fmt::format_string<Args...> attributes,
            Args&&... args) {
    Line line{now_ms_ + after_ms, number_++, {}};
    line.text = fmt::format("{{\"ts\":{},\"type\":\"{}\",", line.at_ms, type);
    fmt::format_to(std::back_inserter(line.text), attributes, std::forward<Args>(args)...);
    line.text += "}\n";
    if (delays_.percent > 0 && random_.percent(delays_.percent))
      line.at_ms += random_.between(1, delays_.ms_max);
    planned_.push(std::move(line));
  }

  /// Moves on, and writes what has arrived by then.
  void pass(std::int64_t ms) {
    now_ms_ += ms;
    for (; left_ > 0 && !planned_.empty() && planned_.top().at_ms < now_ms_; --left_) {
      std::fwrite(planned_.top().text.data(), 1, planned_.top().text.size(), stdout);
      planned_.pop();
    }
  }

 private:
  Random random_;
  std::uint64_t left_;
  Delays delays_;
  std::int64_t now_ms_ = kFirstMs;
  std::uint64_t number_ = 0;
  Lines planned_;
};

constexpr std::int64_t kSecond = 1'000;
constexpr std::int64_t kMinute = 60 * kSecond;

std::uint64_t some_user(Random& random) {
  return random.skewed(200'000);
}

std::uint64_t often_the_same_user(Random& random) {
  return random.log_uniform(18);
}

std::uint64_t hardly_ever_the_same_user(Random& random) {
  return random.below(10'000'000);
}

/// `any_user` says who comes next.
template <std::uint64_t (*any_user)(Random&)>
void search(Stream& stream) {
  Random& random = stream.random();
  while (!stream.done()) {
    const std::uint64_t user = any_user(random);
    if (random.percent(40)) {
      stream.plan(0, "view", R"("user":"u{}","query":"","url":"/page/{}.html")", user, random.below(5'000));
    } else {
      const std::uint64_t query = random.skewed(100'000);
      stream.plan(0, "search", R"("user":"u{}","query":"q{}","url":"/search?q=q{}")", user, query, query);
      const bool clicks = random.percent(70);
      const std::int64_t pause =
          random.percent(85) ? random.between(500, 20 * kMinute) : random.between(20 * kMinute, 90 * kMinute);
      const std::uint64_t item = random.below(90'000);
      if (clicks)
        stream.plan(pause, "click", R"("user":"u{}","query":"q{}","url":"/item/{}")", user, query, item);
    }
    stream.pass(random.between(1, 19));
  }
}

class Cards {
 public:
  Cards(Stream& stream, std::uint64_t cards, std::int64_t pause_ms_max)
      : stream_{stream}, random_{stream.random()}, cards_{cards}, pause_ms_max_{pause_ms_max} {}

  void run() {
    while (!stream_.done()) {
      const std::uint64_t card = random_.skewed(cards_);
      if (random_.below(1'000) < 2) {
        attack(card);
      } else {
        const std::uint64_t spent = quarters_spent();
        pay(0, card, spent, random_.percent(90));
      }
      stream_.pass(random_.between(1, pause_ms_max_));
    }
  }

 private:
  /// Most payments are small, few are large.
  std::uint64_t quarters_spent() {
    const std::uint64_t dice = random_.below(100);
    if (dice < 12) return 1 + random_.below(3);
    if (dice < 70) return 4 + random_.below(400);
    return dice < 97 ? 400 + random_.below(400) : 800 + random_.below(4'000);
  }

  void attack(std::uint64_t card) {
    const std::int64_t probes = random_.between(2, 5);
    std::int64_t at = 0;
    for (std::int64_t i = 0; i < probes; ++i) {
      pay(at, card, 1 + random_.below(3), true);
      at += random_.between(1, 90) * kSecond;
    }
    at += random_.between(1, 240) * kSecond;
    const std::uint64_t spent = 1'600 + random_.below(2'400);
    pay(at, card, spent, random_.percent(50));
  }

  void pay(std::int64_t after_ms, std::uint64_t card, std::uint64_t spent, bool at_home) {
    static constexpr std::string_view kTrades[] = {"books", "food", "travel"};
    const std::uint64_t merchant = random_.skewed(1'000);
    const std::uint64_t country = at_home ? card % 20 : random_.below(20);
    stream_.plan(after_ms,
                 "txn",
                 R"("card":"c{}","amount":{},"merchant":"m{}.{}.example","country":"{}{}")",
                 card,
                 quarters(spent),
                 merchant,
                 kTrades[merchant % 3],
                 static_cast<char>('A' + country / 5),
                 static_cast<char>('A' + country % 5));
  }

  Stream& stream_;
  Random& random_;
  std::uint64_t cards_;
  std::int64_t pause_ms_max_;
};

template <std::uint64_t cards, std::int64_t pause_ms_max>
void card(Stream& stream) {
  Cards{stream, cards, pause_ms_max}.run();
}

void login(Stream& stream) {
  Random& random = stream.random();
  const auto log_in = [&](std::int64_t after_ms, std::uint64_t user, bool ok) {
    const std::uint64_t site = random.below(160);
    const std::uint64_t desk = random.below(256);
    stream.plan(after_ms, "login", R"("user":"u{}","ip":"10.{}.{}.7","ok":{})", user, site, desk, ok);
  };
  const auto log_out = [&](std::int64_t after_ms, std::uint64_t user) {
    stream.plan(after_ms, "logout", R"("user":"u{}","ip":"10.0.0.7")", user);
  };
  while (!stream.done()) {
    const std::uint64_t user = random.skewed(150'000);
    if (random.below(1'000) < 4) {
      const std::int64_t failures = random.between(3, 8);
      std::int64_t at = 0;
      for (std::int64_t i = 0; i < failures; ++i, at += random.between(1, 40) * kSecond)
        log_in(at, user, false);
      const bool gets_in = random.percent(80);
      log_in(at, user, gets_in);
      if (random.percent(60)) log_out(at + random.between(1, 40) * kMinute, user);
    } else {
      const bool ok = random.percent(88);
      log_in(0, user, ok);
      if (ok && random.percent(60)) log_out(random.between(1, 120) * kMinute, user);
    }
    stream.pass(random.between(1, 23));
  }
}

/// One trade of fifty is of a stock that the rule follows, S1 … S9; the others are noise. A millisecond
/// apart: within ten seconds there are so many that each further step of a pattern finds more combinations.
void stock(Stream& stream) {
  Random& random = stream.random();
  while (!stream.done()) {
    const bool followed = random.percent(2);
    const std::uint64_t name = followed ? 1 + random.below(9) : random.below(400);
    const std::string_view side = random.percent(50) ? "BUY" : "SELL";
    const std::uint64_t price = 400 + random.below(3'600);
    const std::uint64_t volume = 1 + random.below(900);
    stream.plan(0,
                side,
                R"("name":"{}{}","price":{},"volume":{})",
                followed ? 'S' : 'N',
                name,
                quarters(price),
                volume);
    stream.pass(1);
  }
}

/// Events of so many types, T1, T2, …, each as likely as the others, a millisecond apart.
template <std::uint64_t count>
void types(Stream& stream) {
  for (std::uint64_t i = 0; !stream.done(); ++i) {
    stream.plan(0, fmt::format("T{}", 1 + stream.random().below(count)), R"("id":{})", i);
    stream.pass(1);
  }
}

struct Kind {
  std::string_view name;
  Delays delays;
  void (*write)(Stream&);
};

constexpr Delays kNone = {};
constexpr Delays kFew = {.percent = 10, .ms_max = 5 * kSecond - 1};
constexpr Delays kHalf = {.percent = 50, .ms_max = 5 * kMinute - 1};

constexpr Kind kKinds[] = {
    {"search", kFew, search<some_user>},
    {"search-skewed", kFew, search<often_the_same_user>},
    {"search-many", kFew, search<hardly_ever_the_same_user>},
    {"search-late", kHalf, search<some_user>},
    {"card", kFew, card<100'000, 7>},
    {"card-days", kFew, card<2'000, 1'727>},
    {"login", kFew, login},
    {"stock", kNone, stock},
    {"types9", kNone, types<9>},
    {"types30", kNone, types<30>},
};

int usage() {
  fmt::print(stderr, "usage: generate KIND EVENTS [SEED]\nKIND is one of");
  for (const Kind& kind : kKinds) fmt::print(stderr, " {}", kind.name);
  fmt::print(stderr, "\n");
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return usage();
  const std::string_view name = argv[1];
  const auto* kind =
      std::find_if(std::begin(kKinds), std::end(kKinds), [&](const Kind& k) { return k.name == name; });
  if (kind == std::end(kKinds)) return usage();
  const std::uint64_t seed = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 42;
  Stream stream(std::strtoull(argv[2], nullptr, 10), seed, kind->delays);
  kind->write(stream);
  return 0;
}
