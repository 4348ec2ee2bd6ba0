#include "tests/oracle/cases.h"

#include <algorithm>
#include <array>

namespace tocsin::oracle {
namespace {

constexpr std::array kLinks{"->", "~>", "=>", "->[1s..]"};
constexpr std::array kQuantifiers{
    "?", "*", "+", "{2}", "{2,3}", "??", "*?", "+?", "{2,3}?", "+ any", "++", "?+"};
constexpr std::array kLetters{'a', 'b', 'c'};
constexpr int kWithinSeconds = 2;
/// No time, some, the bound, and beyond it.
constexpr std::array kSteps{0, 1, kWithinSeconds, kWithinSeconds + 1};

using Visit = std::function<void(const TermSequence&)>;

Term letter_term(char letter) {
  Term out;
  out.letter = letter;
  return out;
}

/// `(a | b)`, `(a -> b)`, `(a & b)`, and with a quantifier.
void add_groups(bool quantified, std::vector<Term>& out) {
  for (const auto& [left, right] : {std::pair{'a', 'b'}, std::pair{'b', 'c'}, std::pair{'c', 'b'}}) {
    Term either;
    either.group = {{letter_term(left)}, {letter_term(right)}};
    out.push_back(either);
    Term both = either;
    both.together = true;
    out.push_back(both);
    if (!quantified) continue;
    both.contiguity = " strict";
    Term one_after_the_other;
    one_after_the_other.group = {{letter_term(left), letter_term(right)}};
    for (Term term : {either, both, one_after_the_other}) {
      for (const char* quantifier : {"{2}", "*?", "+ strict", "++"}) {
        term.quantifier = quantifier;
        out.push_back(term);
      }
    }
  }
}

/// The terms that a small pattern is made of, but for their links.
std::vector<Term> all_terms(bool quantified, bool first) {
  std::vector<Term> out;
  for (const char letter : kLetters) {
    Term term = letter_term(letter);
    out.push_back(term);
    for (const char* quantifier : kQuantifiers) {
      if (!quantified) break;
      term.quantifier = quantifier;
      out.push_back(term);
    }
    term.quantifier = "*";
    term.until = letter == 'b' ? 'c' : 'b';
    if (quantified) out.push_back(term);
    if (first) continue;
    out.push_back(letter_term(letter));
    out.back().absent = true;
  }
  if (!first) {
    Term neither;
    neither.absent = true;
    neither.group = {{letter_term('b')}, {letter_term('c')}};
    out.push_back(std::move(neither));
  }
  add_groups(quantified, out);
  return out;
}

/// Of all renamings of a pattern only the one in which a comes before b and b before c.
bool is_named_in_order(const TermSequence& sequence) {
  char next = 'a';
  for (const char c : pattern_text({sequence})) {
    if (c == next) ++next;
    if (c > next && c <= 'c') return false;
  }
  return true;
}

void extend(const SmallCases& size, const TermSequence& so_far, std::size_t quantified, const Visit& visit) {
  if (!so_far.empty() && is_named_in_order(so_far)) visit(so_far);
  if (so_far.size() == size.terms_max) return;
  for (Term& term : all_terms(quantified < size.quantified_max, so_far.empty())) {
    for (const char* link : kLinks) {
      term.link = link;
      if (so_far.empty() && term.link != kLinks.front()) continue;
      if (term.absent && term.link == "~>") continue;
      TermSequence longer = so_far;
      longer.push_back(term);
      extend(size, longer, quantified + (term.quantifier.empty() ? 0 : 1), visit);
    }
  }
}

/// All streams of `length` letters over all time steps, appended with keys `k0`, `k1`, …
void add_streams(std::size_t length, int& keys, std::vector<Record>& out) {
  constexpr std::size_t kChoices = kLetters.size() * kSteps.size();
  std::size_t count = 1;
  for (std::size_t i = 0; i < length; ++i) count *= kChoices;
  for (std::size_t number = 0; number < count; ++number) {
    std::vector<Record> stream;
    for (std::size_t rest = number; stream.size() < length; rest /= kChoices) {
      Record record;
      record.type = kLetters[rest % kChoices % kLetters.size()];
      record.second = kSteps[rest % kChoices / kLetters.size()] + (stream.empty() ? 0 : stream.back().second);
      record.k = "k" + std::to_string(keys);
      stream.push_back(std::move(record));
    }
    if (stream.front().second > 0) continue;
    ++keys;
    out.insert(out.end(), stream.begin(), stream.end());
  }
}

std::vector<Record> all_streams(std::size_t letters_max) {
  std::vector<Record> out;
  int keys = 0;
  for (std::size_t length = 1; length <= letters_max; ++length) add_streams(length, keys, out);
  const auto by_time = [](const Record& a, const Record& b) { return a.second < b.second; };
  std::stable_sort(out.begin(), out.end(), by_time);
  return out;
}

/// With each `after match`, with and without `on timeout`.
void visit_settings(Case& small, const std::function<void(const Case&)>& visit) {
  const std::string last(1, letters_of(small.rule.pattern).back());
  const std::array<std::string, 5> after_matches{"skip past last event",
                                                 "skip to next event",
                                                 "no skip",
                                                 "skip to first " + last,
                                                 "skip to last " + last};
  for (const std::string& after_match : after_matches) {
    for (const bool timeouts : {false, true}) {
      auto& settings = small.rule.settings;
      settings = {{"key", "k"}, {"from", "any"}, {"within", std::to_string(kWithinSeconds) + "s"}};
      settings["after match"] = after_match;
      if (timeouts) settings["on timeout"] = "{message: m}";
      visit(small);
    }
  }
}

}  // namespace

void for_each_small_case(const SmallCases& size, const std::function<void(const Case&)>& visit) {
  Case small;
  small.events = all_streams(size.letters_max);
  extend(size, {}, 0, [&](const TermSequence& sequence) {
    small.rule.pattern = {sequence};
    visit_settings(small, visit);
  });
}

}  // namespace tocsin::oracle
