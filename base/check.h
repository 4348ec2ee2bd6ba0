#pragma once
/// Checks for our own bugs. A failed one prints its place and message, and aborts, in every build.

#include <cstdio>
#include <cstdlib>

namespace tocsin {

[[noreturn]] inline void check_failed(const char* file,
                                      int line,
                                      const char* condition,
                                      const char* message) {
  std::fprintf(stderr, "%s:%d: check failed: %s: %s\n", file, line, condition, message);
  std::abort();
}

}  // namespace tocsin

#define TOCSIN_CHECK(condition, message) \
  ((condition) ? static_cast<void>(0) : ::tocsin::check_failed(__FILE__, __LINE__, #condition, message))

/// Like TOCSIN_CHECK where it would cost on the hot path: only in builds without NDEBUG.
#ifdef NDEBUG
#define TOCSIN_DCHECK(condition, message) static_cast<void>(0)
#else
#define TOCSIN_DCHECK(condition, message) TOCSIN_CHECK(condition, message)
#endif
