#pragma once
/// What `tocsin run` can be told: by flags, and by the same names in tocsin.yaml.
///
/// The table of settings is the one place that knows them: the command line, the configuration file and the
/// help all come from it.

#include "app/pipeline.h"
#include "base/result.h"
#include "base/time.h"
#include "connectors/codec.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::app {

/// What becomes of open runs when the input ends.
struct AtEnd {
  enum class Kind : std::uint8_t { flush, keep, time };
  Kind kind =
      Kind::flush;  ///< flush: time runs out for them; keep: nothing happens; time: it moves on to `to`
  EventTime to{};
};

struct RunOptions {
  std::vector<std::string> rules;
  std::vector<std::string> inputs;
  std::string output = "-";
  std::optional<connectors::Format> format;  ///< of the inputs; none: by their names
  PipelineOptions pipeline;
  bool follow = false;
  bool watch = false;
  bool progress = false;     ///< also when nobody seems to watch
  std::string late;          ///< where late events go; empty: they are counted only
  std::string dead_letters;  ///< where records that could not be read go; empty: they are counted only
  std::string stats;         ///< where the closing counts go as JSON; empty: nowhere
  AtEnd at_end;
};

struct Setting {
  enum class Shape : std::uint8_t { text, path, paths, flag };

  std::string_view name;  ///< of the flag without its dashes, and of the key
  Shape shape;
  std::string_view value;  ///< how the help calls the value
  std::string_view help;
  Status (*set)(RunOptions& options,
                const std::string& value);  ///< once for each value; fails with what is wrong with it
};

std::span<const Setting> run_settings();

/// The setting of that name, or null.
const Setting* find_setting(std::string_view name);

/// Whether `options` make sense together.
Status check_run_options(const RunOptions& options);

/// `ts`, `ts:ms`, `when:rfc3339`, into the decode options.
Status set_time_field(connectors::DecodeOptions& decode, const std::string& value);

/// A duration of zero or more, as `5s`.
Result<Duration> read_duration(const std::string& value);

/// A number from `least` to `most`.
Result<std::size_t> read_count(const std::string& value, std::size_t least, std::size_t most);

}  // namespace tocsin::app
