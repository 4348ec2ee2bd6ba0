#include "connectors/codec.h"

#include "connectors/csv_codec.h"
#include "connectors/ndjson_codec.h"

#include <algorithm>

namespace tocsin::connectors {
namespace {

/// No record may be larger, whatever the options say: positions within one have 32 bits.
constexpr std::size_t kRecordBytesLimit = 256u << 20;

}  // namespace

std::unique_ptr<Codec> make_codec(Format format, const DecodeOptions& options) {
  DecodeOptions limited = options;
  limited.record_bytes_max = std::min(limited.record_bytes_max, kRecordBytesLimit);
  switch (format) {
    case Format::ndjson:
      return make_ndjson_codec(limited);
    case Format::csv:
      return make_csv_codec(limited);
  }
  return nullptr;
}

Format format_of(std::string_view path) {
  const bool is_csv = path.ends_with(".csv") || path.ends_with(".csv.gz") || path.ends_with(".csv.zst");
  return is_csv ? Format::csv : Format::ndjson;
}

}  // namespace tocsin::connectors
