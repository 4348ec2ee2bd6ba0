#include "tests/oracle/rule_text.h"

#include <set>

namespace tocsin::oracle {
namespace {

std::string term_text(const Term& term) {
  std::string out = term.absent ? "not " : "";
  if (term.group.empty()) {
    out += term.letter;
  } else {
    out += "(" + pattern_text(term.group) + ")";
  }
  return out + term.quantifier;
}

std::string sequence_text(const TermSequence& sequence) {
  std::string out;
  for (const Term& term : sequence) {
    if (!out.empty()) out += " " + term.link + " ";
    out += term_text(term);
  }
  return out;
}

void collect_letters(const std::vector<TermSequence>& branches, std::set<char>& out) {
  for (const TermSequence& sequence : branches) {
    for (const Term& term : sequence) {
      if (term.group.empty()) out.insert(term.letter);
      collect_letters(term.group, out);
    }
  }
}

std::string declaration(const RuleText& rule, char letter) {
  const auto type = rule.types.find(letter);
  std::string out = type == rule.types.end() ? std::string(1, letter) : type->second;
  const auto condition = rule.conditions.find(letter);
  if (condition != rule.conditions.end()) out += " where " + condition->second;
  return out;
}

}  // namespace

std::string pattern_text(const std::vector<TermSequence>& branches) {
  std::string out;
  for (const TermSequence& branch : branches) out += (out.empty() ? "" : " | ") + sequence_text(branch);
  return out;
}

std::string letters_of(const std::vector<TermSequence>& branches) {
  std::set<char> letters;
  collect_letters(branches, letters);
  return {letters.begin(), letters.end()};
}

std::string yaml_of(const RuleText& rule) {
  std::string out = "rule: r\nevents:\n";
  for (const char letter : letters_of(rule.pattern)) {
    out += std::string("  ") + letter + ": \"" + declaration(rule, letter) + "\"\n";
  }
  out += "pattern: \"" + pattern_text(rule.pattern) + "\"\n";
  for (const auto& [name, value] : rule.settings) out += name + ": " + value + "\n";
  return out;
}

}  // namespace tocsin::oracle
