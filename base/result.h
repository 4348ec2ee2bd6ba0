#pragma once
/// What comes back when the world may fail: a value, or an error with a code and its context.

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include <tl/expected.hpp>

namespace tocsin {

enum class ErrorCode : std::uint8_t { not_found, denied, bad_data, bad_argument, io, limit, interrupted };

struct Error {
  ErrorCode code = ErrorCode::io;
  std::string message;  ///< a whole sentence for a person: what was tried, on what, and what went wrong
};

/// One that is ignored does not compile.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

/// Ok, or an error.
using Status = Result<std::monostate>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::make_unexpected(Error{code, std::move(message)});
}

}  // namespace tocsin
