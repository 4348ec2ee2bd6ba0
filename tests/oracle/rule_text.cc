#include "tests/oracle/rule_text.h"

#include <set>

namespace tocsin::oracle {
namespace {

std::string sequence_text(const TermSequence& sequence);

/// A branch as a unit of `&`.
std::string unit_text(const TermSequence& branch) {
  const std::string text = sequence_text(branch);
  const bool alone = branch.size() == 1 && !branch.front().absent && branch.front().group.empty();
  return alone ? text : "(" + text + ")";
}

std::string group_text(const Term& term) {
  if (!term.together || term.group.size() < 2) return "(" + pattern_text(term.group) + ")";
  std::string out;
  for (const TermSequence& branch : term.group) out += (out.empty() ? "(" : " & ") + unit_text(branch);
  out += ")" + term.contiguity;
  return term.quantifier.empty() ? out : "(" + out + ")";
}

std::string until_text(const std::string& letters) {
  std::string out;
  for (const char letter : letters) out += (out.empty() ? "" : " | ") + std::string(1, letter);
  return " until " + (letters.size() == 1 ? out : "(" + out + ")");
}

std::string term_text(const Term& term) {
  std::string out = term.absent ? "not " : "";
  out += term.group.empty() ? std::string(1, term.letter) : group_text(term);
  out += term.quantifier;
  return term.quantifier.empty() || term.until.empty() ? out : out + until_text(term.until);
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
      out.insert(term.until.begin(), term.until.end());
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

std::string letters_of(const RuleText& rule) {
  std::set<char> letters;
  collect_letters(rule.pattern, letters);
  for (const auto& [letter, type] : rule.types) {
    if (rule.pattern.empty()) letters.insert(letter);
  }
  const auto cancel = rule.settings.find("cancel");
  if (cancel != rule.settings.end()) letters.insert(cancel->second.front());
  return {letters.begin(), letters.end()};
}

std::string yaml_of(const RuleText& rule, const std::string& id) {
  std::string out = rule.table.empty() ? "" : "tables: {t: " + rule.table + "}\n---\n";
  out += "rule: " + id + "\nevents:\n";
  for (const char letter : letters_of(rule)) {
    out += std::string("  ") + letter + ": \"" + declaration(rule, letter) + "\"\n";
  }
  if (!rule.pattern.empty()) out += "pattern: \"" + pattern_text(rule.pattern) + "\"\n";
  for (const auto& [name, value] : rule.settings) out += name + ": " + value + "\n";
  return out;
}

}  // namespace tocsin::oracle
