#pragma once
/// Asks for memory before it is needed.

namespace tocsin::runtime {

/// Fetches the cache line at `at`. The empty statement keeps g++ from taking a function that does nothing
/// else for one that does nothing, and leaving out its call.
inline void prefetch(const void* at) {
  asm volatile("" : : "r"(at));
  __builtin_prefetch(at);
}

}  // namespace tocsin::runtime
