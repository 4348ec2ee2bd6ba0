#pragma once
/// A *.test.yaml file: cases that run rules over a few events, or a recording, and say which alerts must
/// come.
///
/// One case a YAML document. Time zero of `at:` is the epoch, so that `at: 40s` is 1970-01-01T00:00:40Z; a
/// time as in RFC 3339 may be written instead, which recordings need.

#include "base/time.h"
#include "connectors/codec.h"
#include "dsl/diagnostics.h"
#include "dsl/source_file.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::app {

/// What a case names of one alert; the rest of the alert is not compared.
struct ExpectedAlert {
  dsl::Span span;
  std::string json;  ///< as an alert has it, `at` turned into `time`
};

struct TestCase {
  std::shared_ptr<const dsl::SourceFile> file;
  dsl::Located<std::string> name;
  std::vector<dsl::Located<std::string>> rules;       ///< ids; empty: all rules beside the test
  std::vector<dsl::Located<std::string>> rule_files;  ///< beside the test or below; empty: its folder
  std::string events;                                 ///< NDJSON
  std::optional<std::string> stream;                  ///< the path of a recording, instead of `events`
  connectors::DecodeOptions decode;
  Duration disorder{0};
  std::optional<Duration> advance;  ///< how far time moves on after the last event
  std::optional<std::vector<ExpectedAlert>> alerts;
  std::optional<std::uint64_t> count;
  std::optional<std::string> golden;  ///< path of the whole expected output
};

/// The cases of `file`. One with an error in it is left out; its errors are in `diagnostics`.
std::vector<TestCase> read_test_file(const std::shared_ptr<const dsl::SourceFile>& file,
                                     dsl::Diagnostics& diagnostics);

}  // namespace tocsin::app
