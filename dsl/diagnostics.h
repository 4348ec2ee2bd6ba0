#pragma once
/// What is wrong with a rule file: all of it, each with a place, a code and what to do.

#include "dsl/source_file.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::dsl {

enum class Severity : std::uint8_t { warning, error };

struct Diagnostic {
  Severity severity = Severity::error;
  std::string code;     ///< stable, as `E0204`; docs/errors.md lists them
  std::string message;  ///< what is wrong, in words of the rule language
  std::string hint;     ///< shown beside the caret: "did you mean `user`?"; may be empty
  std::shared_ptr<const SourceFile> file;
  Span span;
};

/// Collects; never stops at the first.
class Diagnostics {
 public:
  void error(std::shared_ptr<const SourceFile> file,
             Span span,
             std::string code,
             std::string message,
             std::string hint = {});
  void warning(std::shared_ptr<const SourceFile> file,
               Span span,
               std::string code,
               std::string message,
               std::string hint = {});

  bool has_errors() const { return errors_ > 0; }
  std::size_t error_count() const { return errors_; }
  std::size_t warning_count() const { return all_.size() - errors_; }
  const std::vector<Diagnostic>& all() const { return all_; }

  /// Orders by file (in the order first seen), then place.
  void sort();

 private:
  std::vector<Diagnostic> all_;
  std::size_t errors_ = 0;
};

/// Appends `file:line:column: error[E0204]: …` with the source line and a caret under the span.
void append_text(std::string& out, const Diagnostic& diagnostic, bool color);

/// Appends one JSON object: severity, code, message, hint, file, line, column, end_line, end_column.
void append_json(std::string& out, const Diagnostic& diagnostic);

/// The candidate nearest to `name`, if it is near enough to be a slip of the fingers; else empty.
std::string_view nearest(std::string_view name, const std::vector<std::string_view>& candidates);

}  // namespace tocsin::dsl
