#pragma once
/// Where the compiler says what is wrong with one rule: the diagnostics, and the file that spans speak of.

#include "dsl/diagnostics.h"

#include <memory>
#include <string>
#include <string_view>

namespace tocsin::compiler {

/// A view: copied freely, for another file with `in`. The diagnostics outlive it.
class Reporter {
 public:
  Reporter(dsl::Diagnostics& diagnostics, std::shared_ptr<const dsl::SourceFile> file)
      : diagnostics_{&diagnostics}, file_{std::move(file)} {}

  Reporter in(std::shared_ptr<const dsl::SourceFile> file) const {
    return Reporter{*diagnostics_, std::move(file)};
  }

  /// One place and code is reported once, however often it is come by (a macro used twice).
  void error(dsl::Span span, const char* code, std::string message, std::string hint = {}) const;
  void warning(dsl::Span span, const char* code, std::string message, std::string hint = {}) const;

  std::size_t error_count() const { return diagnostics_->error_count(); }

 private:
  bool was_reported(dsl::Span span, const char* code) const;

  dsl::Diagnostics* diagnostics_;
  std::shared_ptr<const dsl::SourceFile> file_;
};

/// "did you mean `user`?", or nothing.
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates);

}  // namespace tocsin::compiler
