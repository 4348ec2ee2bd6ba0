#pragma once
/// The grammar of conditions, patterns and settings: text -> trees of dsl/ast.h.
///
/// Each function reads one text, whole. What is wrong with it goes to `diagnostics`, at its place in the
/// file, and nothing comes back: one error for a text, the first, since what follows it is guesswork. Nothing
/// throws, and nothing recurses deeper than kDepthMax, whatever the text.
///
/// cost  O(text): the grammar looks at most two tokens ahead

#include "dsl/ast.h"
#include "dsl/diagnostics.h"
#include "dsl/mapped_text.h"

#include <optional>

namespace tocsin::dsl {

inline constexpr std::size_t kTextBytesMax = 64 * 1024;  ///< of one expression or pattern

/// `TYPE where CONDITION`, as the events of a rule are declared.
struct Declaration {
  TypeSet types;
  std::optional<Expr> condition;
};

std::optional<Expr> parse_expression(const MappedText& text, Diagnostics& diagnostics);
std::optional<PatternNode> parse_pattern(const MappedText& text, Diagnostics& diagnostics);
std::optional<Declaration> parse_declaration(const MappedText& text, Diagnostics& diagnostics);
std::optional<TypeSet> parse_types(const MappedText& text, Diagnostics& diagnostics);

/// `tumbling 1h`, `hopping 1h every 5m`, `sliding 10m`, `session 30m`, `count 100 or 1m`.
std::optional<Window> parse_window(const MappedText& text, Diagnostics& diagnostics);

/// `1h` or `100 events`.
std::optional<Within> parse_within(const MappedText& text, Diagnostics& diagnostics);

/// `skip past last event`, `skip to next event`, `skip to first V`, `skip to last (V | W)`, `no skip`.
std::optional<Limit> parse_limit(const MappedText& text, Diagnostics& diagnostics);
std::optional<AfterMatch> parse_after_match(const MappedText& text, Diagnostics& diagnostics);

/// A duration alone, as `1h30m`.
std::optional<Duration> parse_duration_setting(const MappedText& text, Diagnostics& diagnostics);

}  // namespace tocsin::dsl
