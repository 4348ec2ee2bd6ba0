#include "dsl/yaml_reading.h"

#include "dsl/lexer.h"
#include "dsl/scalar_text.h"

#include <algorithm>
#include <set>

namespace tocsin::dsl {

namespace {

std::string quoted(std::string_view text) {
  constexpr std::size_t kShownMax = 60;
  if (text.size() <= kShownMax) return "`" + std::string(text) + "`";
  return "`" + std::string(text.substr(0, kShownMax)) + "…`";
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

std::string list_of(const std::vector<std::string_view>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += quoted(words[i]);
  }
  return out;
}

std::string did_you_mean(std::string_view written, const std::vector<std::string_view>& known) {
  const std::string_view best = nearest(written, known);
  return best.empty() ? "" : "did you mean `" + std::string(best) + "`?";
}

void YamlReading::error(Span span, std::string code, std::string message, std::string hint) const {
  diagnostics_.error(file_, span, std::move(code), std::move(message), std::move(hint));
}

void YamlReading::wrong_shape(const YamlEntry& entry, std::string_view wanted) const {
  if (entry.value.kind == YamlKind::empty) {
    return error(
        entry.key.span, "E0112", quoted(entry.key.text) + " is empty", "it wants " + std::string(wanted));
  }
  error(entry.value.span, "E0107", quoted(entry.key.text) + " wants " + std::string(wanted));
}

void YamlReading::unknown_key(const YamlNode& key,
                              std::string_view of_what,
                              const std::vector<std::string_view>& known) const {
  std::string hint = did_you_mean(key.text, known);
  if (hint.empty() && known.size() <= 5) hint = "it may have " + list_of(known);
  error(key.span, "E0105", std::string(of_what) + " has no key " + quoted(key.text), std::move(hint));
}

std::vector<const YamlEntry*> YamlReading::entries(const YamlNode& map) const {
  std::vector<const YamlEntry*> out;
  std::set<std::string_view> seen;
  for (const YamlEntry& entry : map.entries) {
    if (seen.insert(entry.key.text).second) {
      out.push_back(&entry);
    } else {
      error(entry.key.span, "E0106", quoted(entry.key.text) + " is written twice", "take one of them out");
    }
  }
  return out;
}

std::optional<Located<std::string>> YamlReading::text(const YamlEntry& entry, std::string_view wanted) const {
  const YamlNode& value = entry.value;
  if (value.kind != YamlKind::scalar) {
    wrong_shape(entry, wanted);
    return std::nullopt;
  }
  if (is_blank(value.text)) {
    error(value.span, "E0112", quoted(entry.key.text) + " is empty", "it wants " + std::string(wanted));
    return std::nullopt;
  }
  return Located<std::string>{value.text, value.span};
}

std::vector<Located<std::string>> YamlReading::texts(const YamlEntry& entry, std::string_view wanted) const {
  if (entry.value.kind != YamlKind::list) {
    auto one = text(entry, wanted);
    if (!one) return {};
    return {std::move(*one)};
  }
  std::vector<Located<std::string>> out;
  for (const YamlNode& item : entry.value.items) {
    if (item.kind == YamlKind::scalar && !is_blank(item.text)) {
      out.push_back({item.text, item.span});
    } else {
      error(item.span, "E0107", quoted(entry.key.text) + " wants " + std::string(wanted));
    }
  }
  if (entry.value.items.empty()) wrong_shape(entry, wanted);
  return out;
}

bool YamlReading::check_name(const YamlNode& name, std::string_view of_what) const {
  if (!is_identifier(name.text)) {
    error(name.span,
          "E0109",
          quoted(name.text) + " is no name for a " + std::string(of_what),
          "letters, digits and `_`, not beginning with a digit");
    return false;
  }
  if (is_reserved(name.text)) {
    error(name.span,
          "E0212",
          quoted(name.text) + " is a reserved word",
          "call the " + std::string(of_what) + " something else");
    return false;
  }
  return true;
}

MappedText YamlReading::mapped(const YamlNode& scalar) const {
  return map_scalar(file_, scalar.span.begin, scalar.text).text;
}

std::optional<std::size_t> YamlReading::one_of(const YamlEntry& entry,
                                               const std::vector<std::string_view>& words) const {
  const auto written = text(entry, list_of(words));
  if (!written) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), written->value);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string hint = did_you_mean(written->value, words);
  error(written->span,
        "E0110",
        quoted(entry.key.text) + " is " + list_of(words) + ", not " + quoted(written->value),
        std::move(hint));
  return std::nullopt;
}

}  // namespace tocsin::dsl
