#pragma once
/// CSV as RFC 4180 has it: a header line, then one event a row; quotes, doubled quotes, line ends in quotes.
///
/// The partition's first row names the columns; a column without a name, or with the name of an earlier one,
/// is left out. A row that repeats the header is skipped, as is a byte order mark before any row: files are
/// joined and rotated with theirs. A cell that is a JSON number, `true` or `false` is that; an empty one is
/// absent; every other one, and every cell of the type column, is a string. A row becomes the JSON object
/// that rules and alerts see as the event's raw text.

#include "connectors/codec.h"

namespace tocsin::connectors {

std::unique_ptr<Codec> make_csv_codec(const DecodeOptions& options);

}  // namespace tocsin::connectors
