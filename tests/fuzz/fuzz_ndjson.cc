// Any bytes are decoded as NDJSON: see decoded_text_checks.h.

#include "tests/fuzz/decoded_text_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::connectors;
  check_decoding(Format::ndjson, {reinterpret_cast<const char*>(data), size});
  return 0;
}
