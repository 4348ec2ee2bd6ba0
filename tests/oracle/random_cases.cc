#include "tests/oracle/cases.h"

#include <algorithm>
#include <array>
#include <random>
#include <span>

namespace tocsin::oracle {
namespace {

/// The same numbers for a seed on every platform.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_{seed} {}

  int below(int n) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(n)); }
  int between(int low, int high) { return low + below(high - low + 1); }
  bool chance(int percent) { return below(100) < percent; }
  template <class T>
  const T& one_of(std::span<const T> choices) {
    return choices[static_cast<std::size_t>(below(static_cast<int>(choices.size())))];
  }
  char one_of(const std::string& letters) { return one_of(std::span<const char>{letters}); }

 private:
  std::mt19937_64 engine_;
};

using Texts = std::span<const char* const>;

constexpr std::array kLinks{"->", "->", "->", "~>", "=>"};
constexpr std::array kQuantifiers{
    "?",       "*",         "+",        "{2}",        "{2,3}",    "{2,}",       "{,2}",     "??",
    "*?",      "+?",        "{2,3}?",   "{,2}?",      "+ strict", "{2} strict", "* strict", "{2,3}? strict",
    "{2} any", "+ any",     "{,2} any", "{2,3}? any", "++",       "*+",         "?+",       "{2,3}+",
    "{,2}+",   "++ strict", "*+ any"};
constexpr std::array kContiguities{"", "", " strict", " any"};
constexpr std::array kTypes{"any", "a|b", "b|c", "a", "c"};

/// `#` stands for a variable of the pattern.
constexpr std::array kConditions{"x > 0",
                                 "x == 1",
                                 "x in [0, 2]",
                                 "x between 1 and 2",
                                 "y >= 0.5",
                                 "not exists(x)",
                                 "x == #.x",
                                 "x != #.x",
                                 "x > #.x",
                                 "x >= first(#).x",
                                 "x <= #[-1].x",
                                 "x < #[1].x",
                                 "x == #[-2].x",
                                 "x + 1 == #.x",
                                 "y == #.y",
                                 "y * 2 <= #.x + 1",
                                 "type == #.type",
                                 "count(#) >= 2",
                                 "count(#) < 2",
                                 "count(#.x) == 1",
                                 "sum(#.x) < 3",
                                 "sum(#.x + #.y) >= 2",
                                 "x >= avg(#.x)",
                                 "x > max(#.x)",
                                 "y < min(#.y)",
                                 "distinct(#.x) > 1",
                                 "coalesce(#.x, 1) == 1",
                                 "exists(#.y)",
                                 "time - first(#).time <= 2s",
                                 "time > #.time + 1s",
                                 "not (x == #.x)",
                                 "x == #.x and y != #.y",
                                 "x == #.x or y == #.y",
                                 "x == 1 and x != #.x",
                                 "x == first(#).x and x == #.x",
                                 "count(match) < 3",
                                 "x == match[0].x",
                                 "sum(match.x) < 3",
                                 "x > prior.x",
                                 "x == prior[2].x",
                                 "type != prior.type",
                                 "time - prior.time <= 1s",
                                 "not exists(prior.x)",
                                 "prior.x == #.x",
                                 "x == #.x and y != prior.y"};

/// Conditions that look at no other event.
constexpr std::array kPlainConditions{"x > 0", "x == 1", "x in [0, 2]", "y >= 0.5"};

/// Of rules without a pattern: conditions of variables, and what the window is asked; `s` is a set of all.
constexpr std::array kOwnConditions{"x > 0",
                                    "x == 1",
                                    "y >= 0.5",
                                    "not exists(x)",
                                    "x in [0, 2]",
                                    "x > prior.x",
                                    "type != prior.type",
                                    "x != prior[2].x"};
constexpr std::array kHavings{"count(#) >= 2",
                              "count(#) == 2",
                              "count(#) < 3",
                              "count(s) > 2",
                              "count(#.x) >= 1",
                              "sum(#.x) > 2",
                              "sum(s.x + s.y) >= 2",
                              "avg(#.y) >= 1",
                              "max(#.x) > min(#.x)",
                              "distinct(s.x) >= 2",
                              "#.x > 0",
                              "first(#).x == 1",
                              "#[1].x > 0",
                              "#[-2].x == #.x",
                              "#.x > first(s).x",
                              "#.time - first(#).time >= 2s",
                              "s[2].y > s[-3].y",
                              "not exists(#[2].x)"};
constexpr std::array kFields{"count(#)",
                             "sum(#.x)",
                             "max(#.y)",
                             "#.x",
                             "first(#).x",
                             "#[1].x",
                             "#[-2].x",
                             "s[2].y",
                             "#.time - s[0].time"};

/// Tables that events change, and conditions that look rows up in them.
struct TableChoice {
  const char* table;
  std::array<const char*, 5> conditions;
};
constexpr std::array kTables{
    TableChoice{"{from: a, key: k}", {"t[k]", "not t[k]", "x == t[k].x", "t[k].y > y", "t[#.k].x == #.x"}},
    TableChoice{"{from: b|c, key: k, delete: x == 0}",
                {"exists(t[k])", "not t[k]", "x >= t[k].x", "t[k].type == 'b'", "t['k0'].x == #.x"}},
    TableChoice{"{from: a|e, key: k, value: x}",
                {"t[k] == x", "not exists(t[k])", "t[k] > 0", "t['k1'] != prior.x", "t[#.k] == #.x"}},
    TableChoice{"{from: b, key: [k, x], delete: not exists(y)}",
                {"t[k, x]", "t[k, 1].y > y", "not t[k, x]", "t[#.k, x]", "t[k, #.x].y == y"}}};

class CaseMaker {
 public:
  explicit CaseMaker(std::uint64_t seed) : dice_{seed}, alike_{seed % 8 == 0} {}

  Case make() {
    letters_ = std::string("abcd").substr(0, static_cast<std::size_t>(dice_.between(2, 4)));
    timeouts_ = !alike_ && dice_.chance(40);
    Case out;
    if (!alike_ && dice_.chance(15)) {
      make_window(out.rule);
      out.events = events();
      return out;
    }
    out.rule.pattern = branches(0);
    used_ = letters_of(out.rule.pattern);
    add_settings(out.rule);
    used_ = letters_of(out.rule);
    if (!alike_ && dice_.chance(15)) table_ = &dice_.one_of(std::span<const TableChoice>{kTables});
    if (table_ != nullptr) out.rule.table = table_->table;
    add_variables(out.rule);
    const std::string letters = used_;
    if (!alike_ && dice_.chance(10)) {
      key_each_variable(out.rule.settings);
    } else if (dice_.chance(12)) {
      out.above = rule_above(out.rule);
    }
    used_ = letters;
    out.events = events();
    return out;
  }

 private:
  std::vector<TermSequence> branches(int depth) {
    std::vector<TermSequence> out{sequence(depth)};
    while (out.size() < 3 && dice_.chance(depth == 0 ? 12 : 55)) out.push_back(sequence(depth));
    return out;
  }

  TermSequence sequence(int depth) {
    TermSequence out;
    const int count = depth == 0 ? dice_.between(1, 4) : dice_.between(1, 2);
    for (int i = 0; i < count; ++i) out.push_back(term(depth, i == 0));
    if (depth == 0 && !alike_ && dice_.chance(8)) put_lull_before(out);
    return out;
  }

  void put_lull_before(TermSequence& sequence) {
    Term lull;
    lull.absent = true;
    lull.letter = dice_.one_of(letters_);
    lull.quantifier = " for " + seconds(1, 4);
    sequence.front().link = "->";
    sequence.insert(sequence.begin(), lull);
  }

  Term term(int depth, bool first) {
    Term out;
    out.link = dice_.one_of(Texts{kLinks});
    if (gap_wanted()) out.link += gap();
    out.letter = dice_.one_of(letters_);
    if (dice_.chance(first ? 5 * depth : 20)) {
      out.absent = true;
      if (out.link[0] == '~') out.link = "->";
      if (dice_.chance(20)) out.group = {{letter()}, {letter()}};
    } else if (depth < 2 && dice_.chance(20)) {
      add_group(out, depth + 1);
      if (dice_.chance(35)) add_quantifier(out);
    } else if (dice_.chance(40)) {
      add_quantifier(out);
    }
    return out;
  }

  void add_group(Term& term, int depth) {
    term.group = branches(depth);
    term.together = dice_.chance(30);
    if (!term.together) return;
    if (term.group.size() < 2) term.group.push_back(sequence(depth));
    term.contiguity = dice_.one_of(Texts{kContiguities});
  }

  void add_quantifier(Term& term) {
    term.quantifier = dice_.one_of(Texts{kQuantifiers});
    if (gap_wanted()) term.quantifier += gap();
    if (!dice_.chance(12)) return;
    term.until = dice_.one_of(letters_);
    if (dice_.chance(25)) term.until += dice_.one_of(letters_);
  }

  Term letter() {
    Term out;
    out.letter = dice_.one_of(letters_);
    return out;
  }

  std::string seconds(int low, int high) { return std::to_string(dice_.between(low, high)) + "s"; }
  bool gap_wanted() { return !alike_ && dice_.chance(15); }
  std::string gap() {
    const int longest = dice_.between(1, 4);
    if (dice_.chance(60)) return "[" + std::to_string(longest) + "s]";
    return "[" + seconds(1, longest) + ".." + (dice_.chance(50) ? std::to_string(longest) + "s]" : "]");
  }

  void add_variables(RuleText& rule) {
    for (const char letter : used_) {
      if (dice_.chance(25)) rule.types[letter] = dice_.one_of(Texts{kTypes});
      if (dice_.chance(35)) rule.conditions[letter] = condition();
    }
  }

  std::string condition() {
    if (alike_) return dice_.one_of(Texts{kPlainConditions});
    const bool asks_table = table_ != nullptr && dice_.chance(60);
    return asked(asks_table ? Texts{table_->conditions} : Texts{kConditions});
  }

  void add_settings(RuleText& rule) {
    auto& settings = rule.settings;
    if (alike_) return add_settings_of_alike(settings);
    if (dice_.chance(90)) settings["within"] = seconds(1, 9);
    if (dice_.chance(35)) add_window(settings);
    if (dice_.chance(10)) settings["suppress"] = seconds(1, 5);
    if (timeouts_) settings["on timeout"] = "{message: m}";
    if (dice_.chance(70)) settings["after match"] = after_match();
    if (dice_.chance(30)) settings["from"] = "any";
    if (dice_.chance(40)) settings["key"] = dice_.chance(70) ? "k" : "[k, x]";
    add_run_settings(settings);
  }

  /// Every match is reported, so that runs at one position need not be told apart.
  void add_settings_of_alike(std::map<std::string, std::string>& settings) {
    if (dice_.chance(85)) settings["within"] = seconds(1, 9);
    if (dice_.chance(20)) settings["within"] = std::to_string(dice_.between(1, 8)) + " events";
    if (dice_.chance(70)) {
      settings["after match"] = "no skip";
    } else {
      settings["report"] = "all";
    }
    if (dice_.chance(15)) settings["cancel"] = dice_.chance(50) ? "e" : std::string(1, dice_.one_of(used_));
    if (dice_.chance(30)) settings["from"] = "any";
    if (dice_.chance(30)) settings["key"] = "k";
    if (dice_.chance(10)) settings["suppress"] = seconds(1, 5);
  }

  void add_window(std::map<std::string, std::string>& settings) {
    const std::string size = seconds(1, 6);
    const std::string count = "count " + std::to_string(dice_.between(1, 5));
    const std::array<std::string, 6> choices{"session " + seconds(1, 3),
                                             "tumbling " + size,
                                             "hopping " + size + " every " + seconds(1, 4),
                                             "sliding " + size,
                                             count,
                                             count + " or " + seconds(1, 4)};
    const std::string& window = dice_.one_of(std::span<const std::string>{choices});
    settings["window"] = window;
    const bool aligned = window[0] == 't' || window[0] == 'h';
    if (aligned && dice_.chance(40)) settings["offset"] = seconds(1, 7);
  }

  /// A rule that sees what `rule` tells, too.
  RuleText rule_above(RuleText& rule) {
    rule.settings["emit to"] = "z";
    rule.settings["on match"] = "{fields: {x: count(match)}}";
    if (timeouts_) rule.settings["on timeout"] = "{fields: {x: count(match)}}";
    letters_ = "z" + used_.substr(0, static_cast<std::size_t>(dice_.between(0, 2)));
    RuleText above;
    above.pattern = branches(0);
    used_ = letters_of(above.pattern);
    add_settings(above);
    used_ = letters_of(above);
    add_variables(above);
    return above;
  }

  /// A rule without a pattern.
  void make_window(RuleText& rule) {
    used_ = letters_;
    std::string all;
    for (const char letter : letters_) {
      rule.types[letter] = dice_.chance(70) ? std::string(1, letter) : dice_.one_of(Texts{kTypes});
      if (dice_.chance(35)) rule.conditions[letter] = dice_.one_of(Texts{kOwnConditions});
      all += (all.empty() ? "" : ", ") + std::string(1, letter);
    }
    auto& settings = rule.settings;
    settings["sets"] = "{s: [" + all + "]}";
    add_window(settings);
    std::string having = asked(kHavings);
    if (dice_.chance(30)) having += (dice_.chance(50) ? " and " : " or ") + asked(kHavings);
    settings["having"] = "\"" + having + "\"";
    static constexpr std::array kEmits{"first", "each", "close"};
    if (dice_.chance(75)) settings["emit"] = dice_.one_of(Texts{kEmits});
    settings["on match"] = "{fields: {f: \"" + asked(kFields) + "\", g: \"" + asked(kFields) + "\"}}";
    if (dice_.chance(15)) settings["suppress"] = seconds(1, 5);
    if (dice_.chance(60)) settings["key"] = dice_.chance(70) ? "k" : "[k, x]";
    if (dice_.chance(15)) key_each_variable(settings);
  }

  std::string asked(Texts choices) {
    std::string text = dice_.one_of(choices);
    std::replace(text.begin(), text.end(), '#', dice_.one_of(used_));
    return text;
  }

  /// What no variable takes has no key then.
  void key_each_variable(std::map<std::string, std::string>& settings) {
    const bool two_parts = dice_.chance(25);
    std::string key;
    for (const char letter : used_) {
      const std::string attribute = dice_.chance(60) ? "k" : "j";
      key += (key.empty() ? "" : ", ") + std::string(1, letter) + ": ";
      key += two_parts ? "[" + attribute + ", x]" : attribute;
    }
    settings["key"] = "{" + key + "}";
    settings.erase("from");
  }

  void add_run_settings(std::map<std::string, std::string>& settings) {
    static constexpr std::array kRuns{"newest", "first", "once"};
    if (dice_.chance(25)) settings["runs"] = dice_.one_of(Texts{kRuns});
    if (dice_.chance(10)) settings["report"] = "all";
    if (dice_.chance(20)) settings["emit"] = "preferred";
    if (dice_.chance(15)) settings["within"] = std::to_string(dice_.between(1, 6)) + " events";
    if (dice_.chance(12)) settings["cancel"] = dice_.chance(50) ? "e" : std::string(1, dice_.one_of(used_));
  }

  std::string after_match() {
    const std::string variable(1, dice_.one_of(used_));
    const std::array<std::string, 5> choices{"skip past last event",
                                             "skip to next event",
                                             "no skip",
                                             "skip to first " + variable,
                                             "skip to last " + variable};
    return dice_.one_of(std::span<const std::string>{choices});
  }

  std::vector<Record> events() {
    std::vector<Record> out;
    const int count = dice_.between(2, 10);
    const int keys = dice_.between(1, 3);
    int second = 0;
    for (int i = 0; i < count; ++i) {
      static constexpr std::array kSteps{0, 1, 1, 1, 2, 2, 3, 5};
      second += dice_.one_of(std::span<const int>{kSteps});
      out.push_back(event(second, keys));
    }
    return out;
  }

  Record event(int second, int keys) {
    Record out;
    out.second = second;
    out.type = dice_.one_of(dice_.chance(8) ? std::string("e") : used_);
    if (!dice_.chance(4)) out.k = "k" + std::to_string(dice_.below(keys));
    if (!dice_.chance(4)) out.j = "k" + std::to_string(dice_.below(keys));
    if (dice_.chance(85)) out.x = dice_.below(3);
    if (dice_.chance(70)) out.y_halves = dice_.below(5);
    return out;
  }

  Dice dice_;
  bool alike_;  // the conditions look at no earlier event, and every match is reported
  bool timeouts_ = false;
  const TableChoice* table_ = nullptr;
  std::string letters_;
  std::string used_;
};

}  // namespace

Case random_case(std::uint64_t seed) {
  return CaseMaker{seed}.make();
}

}  // namespace tocsin::oracle
