#pragma once
/// Where the tokens of a JSON text begin: simdjson's first stage, and a cursor that walks what it found.
///
/// In: a text of one or many JSON records. Out: the positions of its structural characters and of the first
/// characters of its scalars and strings. One pass over a whole block of lines costs far less than one for
/// each line. The index knows no grammar: `JsonChecker` does. One thread.
/// Source: Langdale and Lemire, "Parsing gigabytes of JSON per second", VLDB Journal 2019.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace tocsin::connectors {

class JsonIndex {
 public:
  JsonIndex();
  ~JsonIndex();
  JsonIndex(const JsonIndex&) = delete;
  JsonIndex& operator=(const JsonIndex&) = delete;

  /// Forgets the last text and indexes `text`, of less than 4 GiB. False if no text around it could make it
  /// JSON: it is not UTF-8, a control character stands in a string, or a string is not closed. So in an
  /// indexed text of many lines every string ends within its line.
  bool build(std::string_view text);

  /// Ascending positions in the text, ended by one at the text's end.
  const std::uint32_t* tokens() const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

inline bool is_json_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// What the tokens of one record count from, and where there the record ends.
struct JsonRecord {
  const char* text = nullptr;
  std::uint32_t end = 0;
};

/// A place among the tokens of a record, which is borrowed. As small as what a call passes in registers.
struct JsonCursor {
  const JsonRecord* record = nullptr;
  const std::uint32_t* token = nullptr;

  bool at_end() const { return *token >= record->end; }
  /// The token's first character; NUL, which begins no token of JSON, at the end.
  char peek() const { return at_end() ? '\0' : record->text[*token]; }

  bool take(char c) {
    if (peek() != c) return false;
    ++token;
    return true;
  }

  /// Takes a string, which must stand here, and gives what is between its quotes, escapes and all.
  std::string_view take_string() {
    const std::string_view quoted = take_token();
    return quoted.substr(1, quoted.size() - 2);
  }

  /// Takes a scalar or string with its quotes: all up to the next token but the space before that.
  std::string_view take_token() {
    const char* const text = record->text;
    const std::uint32_t from = *token++;
    std::uint32_t to = at_end() ? record->end : *token;
    while (is_json_space(text[to - 1])) --to;
    return {text + from, to - from};
  }
};

}  // namespace tocsin::connectors
