/// docs/patterns.md: every picture in it is run; docs/language.md: so is its table of small streams.

#include "tests/support/catch.h"
#include "tests/support/golden.h"
#include "tests/support/letters.h"

#include <algorithm>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace tocsin {
namespace {

const std::string kIndent = "    ";

/// The indented lines that begin with a pattern, up to the next text that is not indented.
struct Picture {
  std::vector<std::string> rule;  // `pattern: …`, variables, settings
  std::vector<std::string> rows;  // `seconds`, `events`, then the alerts
};

std::vector<Picture> pictures() {
  std::istringstream lines{
      tests::read_text(std::filesystem::path{TOCSIN_SOURCE_DIR} / "docs" / "patterns.md")};
  std::vector<Picture> out;
  bool in_rows = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) {
      in_rows = true;
    } else if (line.starts_with(kIndent + "pattern: ")) {
      out.emplace_back();
      in_rows = false;
    }
    if (!line.starts_with(kIndent)) continue;
    REQUIRE(!out.empty());
    (in_rows ? out.back().rows : out.back().rule).push_back(line.substr(kIndent.size()));
  }
  return out;
}

/// The words of a row behind its name, each with the column in which it begins.
std::map<std::size_t, std::string> words_of(const std::string& row) {
  static const std::regex kWord("\\S+");
  std::map<std::size_t, std::string> words;
  for (std::sregex_iterator at(row.begin(), row.end(), kWord), end; at != end; ++at) {
    if (at->position() > 0) words[static_cast<std::size_t>(at->position())] = at->str();
  }
  return words;
}

/// `match(a0 b2)@4[0..5]` for a row that shows it under `seconds`.
std::string told(const std::string& row, const std::map<std::size_t, std::string>& seconds) {
  std::string taken;
  std::string rest;  // its time and its window
  for (const auto& [column, word] : words_of(row)) {
    if (word.starts_with('@') || word.starts_with('[')) {
      rest += word;
      continue;
    }
    std::istringstream variables{word};
    for (std::string variable; std::getline(variables, variable, '+');)
      taken += (taken.empty() ? "" : " ") + variable + seconds.at(column);
  }
  return row.substr(0, row.find(' ')) + "(" + taken + ")" + rest;
}

/// The rule of a picture, with the variables that it names.
std::string rule_text(const Picture& picture) {
  static const std::regex kLetter("\\b[a-z]\\b");
  static const std::regex kCondition("^([a-z]): .*");
  std::map<std::string, std::string> variables;
  std::string settings;
  for (const std::string& line : picture.rule) {
    if (std::smatch parts; std::regex_match(line, parts, kCondition)) {
      variables[parts[1]] = "  " + line + "\n";
      continue;
    }
    settings += line + "\n";
    if (line.starts_with("on ")) continue;
    for (std::sregex_iterator at(line.begin(), line.end(), kLetter), end; at != end; ++at)
      variables.try_emplace(at->str(), "  " + at->str() + ": " + at->str() + "\n");
  }
  std::string rule = "rule: letters\nfrom: any\nevents:\n";
  for (const auto& [name, line] : variables) rule += line;
  return rule + settings;
}

TEST_CASE("the pictures of docs/patterns.md are right", "[runtime][pattern][docs]") {
  const std::vector<Picture> all = pictures();
  CHECK(all.size() > 30);
  for (const Picture& picture : all) {
    CAPTURE(rule_text(picture));
    REQUIRE(picture.rows.size() > 2);
    const auto seconds = words_of(picture.rows[0]);
    std::string events;
    for (const auto& [column, word] : words_of(picture.rows[1])) {
      REQUIRE(seconds.count(column) == 1);
      events += word + ' ';
    }
    std::string want;
    for (std::size_t i = 2; i < picture.rows.size(); ++i) {
      if (picture.rows[i] != "nothing") want += (want.empty() ? "" : " ") + told(picture.rows[i], seconds);
    }
    CAPTURE(events);
    CHECK(tests::run_letters(rule_text(picture), events) == want);
  }
}

/// The cells of a table's row, `\|` read as `|`, without the backquotes around a whole cell.
std::vector<std::string> cells_of(const std::string& row) {
  static const std::regex kCell(R"(\s((?:[^|\\]|\\\|?)*?)\s\|)");
  std::vector<std::string> cells;
  for (std::sregex_iterator at(row.begin(), row.end(), kCell), end; at != end; ++at) {
    std::string cell = std::regex_replace((*at)[1].str(), std::regex(R"(\\\|)"), "|");
    if (cell.starts_with('`') && cell.ends_with('`')) cell = cell.substr(1, cell.size() - 2);
    cells.push_back(std::move(cell));
  }
  return cells;
}

/// What stands before a remark.
std::string without_remark(const std::string& cell) {
  const std::string text = cell.substr(0, cell.find_first_of(":("));
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

TEST_CASE("the small streams of docs/language.md match as it says", "[runtime][pattern][docs]") {
  std::istringstream lines{
      tests::read_text(std::filesystem::path{TOCSIN_SOURCE_DIR} / "docs" / "language.md")};
  std::string line;
  while (std::getline(lines, line) && line != "| pattern | stream | matches |") {
  }
  std::getline(lines, line);
  std::size_t count = 0;
  while (std::getline(lines, line) && line.starts_with("|")) {
    const std::vector<std::string> cells = cells_of(line);
    REQUIRE(cells.size() == 3);
    CAPTURE(line);
    const std::string told = tests::run_pattern(cells[0], "", without_remark(cells[1]));
    const std::string want = without_remark(cells[2]);
    CHECK(told.substr(0, told.find('@')) == (want == "none" ? "" : "match(" + want + ")"));
    CHECK(std::count(told.begin(), told.end(), '@') <= 1);
    ++count;
  }
  CHECK(count >= 10);
}

}  // namespace
}  // namespace tocsin
