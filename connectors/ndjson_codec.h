#pragma once
/// Newline-delimited JSON: one object a line.
///
/// A line ends with `\n`, and a `\r` before it is dropped; the last line may lack it; blank lines are no
/// records; a UTF-8 byte order mark at the start of the partition is skipped.

#include "connectors/codec.h"

namespace tocsin::connectors {

std::unique_ptr<Codec> make_ndjson_codec(const DecodeOptions& options);

}  // namespace tocsin::connectors
