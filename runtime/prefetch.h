#pragma once
/// Asks for memory before it is needed.

#include <cstddef>

namespace tocsin::runtime {

/// Fetches the cache line at `at`. The empty statement keeps g++ from taking a function that does nothing
/// else for one that does nothing, and leaving out its call.
inline void prefetch_line(const void* at) {
  asm volatile("" : : "r"(at));
  __builtin_prefetch(at);
}

/// The same for all of `object`.
template <class T>
void prefetch_object(const T& object) {
  const auto* const bytes = reinterpret_cast<const char*>(&object);
  for (std::size_t at = 0; at < sizeof(T); at += 64) prefetch_line(bytes + at);
  if (sizeof(T) % 64 != 0) prefetch_line(bytes + sizeof(T) - 1);
}

}  // namespace tocsin::runtime
