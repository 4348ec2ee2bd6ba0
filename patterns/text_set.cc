#include "patterns/text_set.h"

#include "base/check.h"

#include <hs/hs.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <unordered_map>

namespace tocsin::patterns {
namespace {

struct FreeDatabase {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
};
using Database = std::unique_ptr<hs_database_t, FreeDatabase>;

struct FreeScratch {
  void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
};

/// A pattern in Hyperscan's terms.
struct Expression {
  std::uint32_t pattern = 0;
  std::string regex;
  unsigned flags = HS_FLAG_SINGLEMATCH;
  bool plain_only = false;  // says nothing of texts that are not plain: it counts bytes
};

/// ASCII, and without the one character of it (the vertical tab) that is a space to Hyperscan and none to
/// RE2.
bool is_plain(std::string_view text) {
  return std::all_of(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80 && c != '\v'; });
}

/// Whether both libraries read `regex` alike, as far as plain texts go. Hyperscan reads PCRE's dialect: what
/// that accepts beyond RE2's is as good, what means something else there is not.
bool reads_alike(std::string_view regex) {
  if (!is_plain(regex)) return false;
  constexpr std::string_view kAlike = "dDwWsSbBAznrtf";
  for (std::size_t i = 0; i + 1 < regex.size(); ++i) {
    if (regex[i] != '\\') continue;
    const char c = regex[++i];
    const bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (word && kAlike.find(c) == std::string_view::npos) return false;
  }
  return true;
}

/// Whether Hyperscan takes `expression`, and some text is needed to satisfy it.
bool is_taken(const Expression& expression) {
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_expression_info(expression.regex.c_str(), expression.flags, &info, &error) != HS_SUCCESS) {
    hs_free_compile_error(error);
    return false;
  }
  const bool needs_text = info->min_width > 0;
  std::free(info);
  return needs_text;
}

/// Finds how each pattern is to be looked for.
class Planner {
 public:
  explicit Planner(std::span<const TextPattern> patterns) : patterns_{patterns} {
    for (const TextPattern& pattern : patterns) {
      required_.push_back(required_texts(pattern));
      for (const std::string& text : required_.back()) ++required_by_[text];
    }
  }

  /// None: it cannot be looked for.
  std::optional<Expression> plan(std::uint32_t number) {
    const TextPattern& pattern = patterns_[number];
    const std::string* text = rarest(required_[number]);
    if (pattern.kind == TextPattern::Kind::regex && (text == nullptr || is_common(*text))) {
      if (auto out = whole(number)) return out;
    }
    if (text == nullptr) return std::nullopt;
    Expression out = bare(number);
    out.regex = regex_of_text(*text);
    if (pattern.kind == TextPattern::Kind::starts_with) out.regex = "^" + out.regex;
    if (pattern.kind == TextPattern::Kind::ends_with) out.regex += "$";
    return out;
  }

 private:
  Expression bare(std::uint32_t number) const {
    Expression out;
    out.pattern = number;
    if (patterns_[number].ignore_case) out.flags |= HS_FLAG_CASELESS;
    return out;
  }

  std::optional<Expression> whole(std::uint32_t number) {
    if (whole_ == TextSet::kWholeMax || !reads_alike(patterns_[number].text)) return std::nullopt;
    Expression out = bare(number);
    out.regex = patterns_[number].text;
    out.flags |= HS_FLAG_PREFILTER;
    out.plain_only = true;
    if (!is_taken(out)) return std::nullopt;
    ++whole_;
    return out;
  }

  /// Shared by so many, a text finds too much to be confirmed.
  bool is_common(const std::string& text) const {
    constexpr std::size_t kFew = 8;
    return required_by_.at(text) > kFew;
  }

  /// Of the texts, the one that the fewest patterns require; the longest of those.
  const std::string* rarest(const std::vector<std::string>& texts) const {
    const auto better = [&](const std::string& a, const std::string& b) {
      const std::size_t a_count = required_by_.at(a);
      const std::size_t b_count = required_by_.at(b);
      return a_count != b_count ? a_count < b_count : a.size() > b.size();
    };
    const auto at = std::min_element(texts.begin(), texts.end(), better);
    return at == texts.end() ? nullptr : &*at;
  }

  std::span<const TextPattern> patterns_;
  std::vector<std::vector<std::string>> required_;  // by pattern
  std::unordered_map<std::string, std::size_t> required_by_;
  std::size_t whole_ = 0;
};

/// Compiles `expressions` together. Those that Hyperscan does not take are moved to `refused`.
Database compile(std::vector<Expression>& expressions, std::vector<std::uint32_t>& refused) {
  while (!expressions.empty()) {
    std::vector<const char*> regexes;
    std::vector<unsigned> flags;
    std::vector<unsigned> ids;
    for (const Expression& e : expressions) {
      ids.push_back(static_cast<unsigned>(regexes.size()));
      regexes.push_back(e.regex.c_str());
      flags.push_back(e.flags);
    }
    hs_database_t* database = nullptr;
    hs_compile_error_t* error = nullptr;
    const hs_error_t result = hs_compile_multi(regexes.data(),
                                               flags.data(),
                                               ids.data(),
                                               static_cast<unsigned>(ids.size()),
                                               HS_MODE_BLOCK,
                                               nullptr,
                                               &database,
                                               &error);
    if (result == HS_SUCCESS) return Database{database};
    const int bad = error->expression;
    hs_free_compile_error(error);
    // Without a culprit it is all of them: too much together, or a processor that Hyperscan does not know.
    const auto first = bad < 0 ? expressions.begin() : expressions.begin() + bad;
    const auto last = bad < 0 ? expressions.end() : first + 1;
    for (auto e = first; e != last; ++e) refused.push_back(e->pattern);
    expressions.erase(first, last);
  }
  return nullptr;
}

}  // namespace

struct TextSet::Compiled {
  Database database;                        // null: nothing is looked for
  std::vector<Expression> expressions;      // by the id that the database knows them by
  std::vector<std::uint32_t> always;        // patterns that are always candidates
  std::vector<std::uint32_t> beyond_plain;  // and those that are of a text that is not plain
};

struct TextSet::Scratch::Memory {
  std::unique_ptr<hs_scratch_t, FreeScratch> scratch;
};

TextSet::Scratch::Scratch() = default;
TextSet::Scratch::~Scratch() = default;
TextSet::Scratch::Scratch(Scratch&&) noexcept = default;
TextSet::Scratch& TextSet::Scratch::operator=(Scratch&&) noexcept = default;

TextSet::TextSet(std::span<const TextPattern> patterns) {
  auto compiled = std::make_shared<Compiled>();
  Planner planner(patterns);
  for (std::uint32_t i = 0; i < patterns.size(); ++i) {
    if (auto expression = planner.plan(i)) {
      compiled->expressions.push_back(std::move(*expression));
    } else {
      compiled->always.push_back(i);
    }
  }
  compiled->database = compile(compiled->expressions, compiled->always);
  for (const Expression& e : compiled->expressions) {
    if (e.plain_only) compiled->beyond_plain.push_back(e.pattern);
  }
  compiled_ = std::move(compiled);
}

TextSet::Scratch TextSet::make_scratch() const {
  Scratch out;
  out.memory_ = std::make_unique<Scratch::Memory>();
  if (compiled_->database == nullptr) return out;
  hs_scratch_t* scratch = nullptr;
  TOCSIN_CHECK(hs_alloc_scratch(compiled_->database.get(), &scratch) == HS_SUCCESS,
               "no memory to search with");
  out.memory_->scratch.reset(scratch);
  return out;
}

void TextSet::find(std::string_view text, Scratch& scratch, std::vector<std::uint32_t>& candidates) const {
  struct Found {
    const std::vector<Expression>& expressions;
    bool plain;
    std::vector<std::uint32_t>& candidates;
  };
  const bool plain = compiled_->beyond_plain.empty() || is_plain(text);
  candidates.insert(candidates.end(), compiled_->always.begin(), compiled_->always.end());
  if (!plain) {
    candidates.insert(candidates.end(), compiled_->beyond_plain.begin(), compiled_->beyond_plain.end());
  }
  if (compiled_->database == nullptr || text.empty()) return;  // every expression needs some text

  const auto take = [](unsigned id, unsigned long long, unsigned long long, unsigned, void* context) {
    auto& found = *static_cast<Found*>(context);
    const Expression& e = found.expressions[id];
    if (found.plain || !e.plain_only) found.candidates.push_back(e.pattern);
    return 0;
  };
  Found found{compiled_->expressions, plain, candidates};
  const hs_error_t result = hs_scan(compiled_->database.get(),
                                    text.data(),
                                    static_cast<unsigned>(text.size()),
                                    0,
                                    scratch.memory_->scratch.get(),
                                    take,
                                    &found);
  TOCSIN_CHECK(result == HS_SUCCESS, "a text can always be searched");
}

}  // namespace tocsin::patterns
