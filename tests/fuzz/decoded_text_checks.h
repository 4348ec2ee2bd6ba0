#pragma once
/// What must hold of any bytes that a codec decodes.

#include "base/check.h"
#include "tests/support/decoding.h"

#include <simdjson.h>

#include <algorithm>
#include <string>

namespace tocsin::connectors {

/// simdjson's own parser refuses numbers beyond a double and half a surrogate pair, which are JSON to us.
inline bool is_json_to_simdjson(simdjson::dom::parser& parser, std::string_view text) {
  const auto error = parser.parse(text).error();
  return error == simdjson::SUCCESS || error == simdjson::NUMBER_ERROR || error == simdjson::STRING_ERROR;
}

/// A second opinion: what is admitted is JSON, and what is refused as JSON is none.
inline void check_json(const EventBatch& batch) {
  simdjson::dom::parser parser;
  for (const Event& event : batch.events) {
    TOCSIN_CHECK(is_json_to_simdjson(parser, event.raw), "an event that is no JSON");
  }
  for (const BadRecord& record : batch.bad) {
    if (std::string_view(record.reason) != "not JSON") continue;
    TOCSIN_CHECK(parser.parse(record.raw).error() != simdjson::SUCCESS, "JSON was refused");
  }
}

inline void check_alike(const DecodedText& pieces, const DecodedText& whole) {
  TOCSIN_CHECK(pieces.events() == whole.events(), "events depend on how the input was cut");
  TOCSIN_CHECK(pieces.bad() == whole.bad(), "bad records depend on how the input was cut");
}

/// Decodes `text` whole, split, and framed at every few bytes; the answer is one.
inline void check_decoding(Format format, std::string_view text) {
  DecodedText whole(format, text);
  whole.decode_all();
  TOCSIN_CHECK(whole.batch().records == whole.batch().events.size() + whole.batch().bad.size(),
               "records were lost");
  TOCSIN_CHECK(whole.decodes_again_alike(), "an event reads otherwise from its raw text");

  DecodedText split(format, text);
  for (const std::string_view piece : split.codec().split(split.text(), 3)) split.decode(piece);
  check_alike(split, whole);

  DecodedText framed(format, text);
  std::string_view rest = framed.text();
  for (std::size_t seen = 1; !rest.empty(); seen += 7) {
    const bool end = seen >= rest.size();
    const std::size_t size = framed.codec().whole_records(rest.substr(0, seen), end);
    framed.decode(rest.substr(0, size));
    rest.remove_prefix(size);
    if (size != 0) seen = 1;
  }
  check_alike(framed, whole);

  if (format == Format::ndjson) check_json(whole.batch());
}

}  // namespace tocsin::connectors
