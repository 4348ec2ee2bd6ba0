#include "compiler/reporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tocsin::compiler {

bool Reporter::was_reported(dsl::Span span, const char* code) const {
  const auto& all = diagnostics_->all();
  return std::any_of(all.begin(), all.end(), [&](const dsl::Diagnostic& d) {
    return d.span == span && d.file == file_ && d.code == code;
  });
}

void Reporter::error(dsl::Span span, const char* code, std::string message, std::string hint) const {
  if (!was_reported(span, code)) diagnostics_->error(file_, span, code, std::move(message), std::move(hint));
}

void Reporter::warning(dsl::Span span, const char* code, std::string message, std::string hint) const {
  if (!was_reported(span, code))
    diagnostics_->warning(file_, span, code, std::move(message), std::move(hint));
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates) {
  const std::string_view near = dsl::nearest(name, candidates);
  return near.empty() ? std::string{} : fmt::format("did you mean `{}`?", near);
}

}  // namespace tocsin::compiler
