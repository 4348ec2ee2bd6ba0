#pragma once
/// Asks for memory before it is needed.

#include <cstddef>

namespace tocsin::runtime {

/// Fetches the cache line at `at`. The empty statement keeps g++ from taking a function that does nothing
/// else for one that does nothing, and leaving out its call.
inline void prefetch(const void* at) {
  asm volatile("" : : "r"(at));
  __builtin_prefetch(at);
}

/// The same for all lines of what `at` points to.
template <class T>
void prefetch_whole(const T* at) {
  for (std::size_t line = 0; line < sizeof(T); line += 64) prefetch(reinterpret_cast<const char*>(at) + line);
}

}  // namespace tocsin::runtime
