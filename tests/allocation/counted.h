#pragma once
/// Counts what is asked of the heap, by whichever thread: malloc and its kin where the build allows to
/// replace them, operator new under a sanitizer, which has replaced malloc itself.

#include <cstdint>

namespace tocsin::tests {

/// How often memory was asked for since the program began.
std::uint64_t allocations();

}  // namespace tocsin::tests
