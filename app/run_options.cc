#include "app/run_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <thread>

namespace tocsin::app {

namespace {

constexpr std::size_t kWorkersMax = 256;
constexpr std::size_t kBatchBytesMin = 4096;
constexpr std::size_t kBatchBytesMax = 256u << 20;

/// Stores what `read` gave in `to`, or hands on its error.
template <class T, class To>
Status store(const Result<T>& read, To& to) {
  if (!read) return fail(read.error().code, read.error().message);
  to = *read;
  return {};
}

Status set_format(RunOptions& options, const std::string& value) {
  if (value == "ndjson") {
    options.format = connectors::Format::ndjson;
  } else if (value == "csv") {
    options.format = connectors::Format::csv;
  } else {
    return fail(ErrorCode::bad_argument,
                fmt::format("`{}` is no format; there are `ndjson` and `csv`", value));
  }
  return {};
}

Status set_type_field(RunOptions& options, const std::string& value) {
  if (value.empty()) return fail(ErrorCode::bad_argument, "the name of the type's field is empty");
  options.pipeline.decode.type_field = value;
  return {};
}

Status set_at_end(RunOptions& options, const std::string& value) {
  if (value == "flush" || value == "keep") {
    options.at_end.kind = value == "flush" ? AtEnd::Kind::flush : AtEnd::Kind::keep;
    return {};
  }
  const auto time = parse_rfc3339(value);
  if (!time) {
    return fail(ErrorCode::bad_argument,
                fmt::format("`{}` is neither `flush`, `keep` nor a time as 2024-05-01T00:00:00Z", value));
  }
  options.at_end = {AtEnd::Kind::time, *time};
  return {};
}

/// Appends to, or sets, one member that takes any text.
template <auto member>
Status set_text(RunOptions& options, const std::string& value) {
  if (value.empty()) return fail(ErrorCode::bad_argument, "the value is empty");
  if constexpr (
      requires { (options.*member).push_back(value); } && !requires { (options.*member).c_str(); }) {
    (options.*member).push_back(value);
  } else {
    options.*member = value;
  }
  return {};
}

template <auto member>
Status set_flag(RunOptions& options, const std::string& value) {
  if (value != "true" && value != "false") {
    return fail(ErrorCode::bad_argument, fmt::format("`{}` is neither `true` nor `false`", value));
  }
  options.*member = value == "true";
  return {};
}

using Shape = Setting::Shape;

Result<std::size_t> read_workers(const std::string& value) {
  if (value == "auto")
    return std::clamp<std::size_t>(std::thread::hardware_concurrency() / 2, 1, kWorkersMax);
  auto count = read_count(value, 1, kWorkersMax);
  if (!count) return fail(count.error().code, count.error().message + ", nor `auto`");
  return count;
}

const std::array kSettings = {
    Setting{"rules", Shape::paths, "PATH", "Rule files, or folders of them", set_text<&RunOptions::rules>},
    Setting{"input",
            Shape::paths,
            "FILE",
            "Events to read, `-` for standard input; .gz and .zst too",
            set_text<&RunOptions::inputs>},
    Setting{"output",
            Shape::path,
            "FILE",
            "Where alerts go, `-` for standard output (the default)",
            set_text<&RunOptions::output>},
    Setting{"format",
            Shape::text,
            "FORMAT",
            "Of the input: ndjson or csv; by the file's name if not given",
            set_format},
    Setting{"time",
            Shape::text,
            "FIELD[:UNIT]",
            "Where events carry their time; UNIT is s, ms (default), us, ns, rfc3339",
            [](RunOptions& o, const std::string& v) { return set_time_field(o.pipeline.decode, v); }},
    Setting{
        "type", Shape::text, "FIELD", "Where events carry their type; `type` if not given", set_type_field},
    Setting{"disorder",
            Shape::text,
            "DURATION",
            "How far behind the newest event another may come, as 5s; 0s if not given",
            [](RunOptions& o, const std::string& v) { return store(read_duration(v), o.pipeline.disorder); }},
    Setting{"idle",
            Shape::text,
            "DURATION",
            "After this much silence wall time moves event time on; never if not given",
            [](RunOptions& o, const std::string& v) { return store(read_duration(v), o.pipeline.idle); }},
    Setting{
        "workers",
        Shape::text,
        "N|auto",
        "Threads that match, beside as many that read ahead; auto: one for two processors; 1 if not given",
        [](RunOptions& o, const std::string& v) { return store(read_workers(v), o.pipeline.workers); }},
    Setting{"batch-bytes",
            Shape::text,
            "N",
            "How much is read at once; 524288 if not given",
            [](RunOptions& o, const std::string& v) {
              return store(read_count(v, kBatchBytesMin, kBatchBytesMax), o.pipeline.batch_bytes);
            }},
    Setting{"follow",
            Shape::flag,
            "",
            "Go on reading as the input grows, also across log rotation",
            set_flag<&RunOptions::follow>},
    Setting{"watch", Shape::flag, "", "Reload rules when their files change", set_flag<&RunOptions::watch>},
    Setting{"late", Shape::path, "FILE", "Where late events go, as received", set_text<&RunOptions::late>},
    Setting{"dead-letters",
            Shape::path,
            "FILE",
            "Where records that cannot be read go, with the reason",
            set_text<&RunOptions::dead_letters>},
    Setting{"progress",
            Shape::flag,
            "",
            "Show progress also when standard error is no terminal",
            set_flag<&RunOptions::progress>},
    Setting{"stats",
            Shape::path,
            "FILE",
            "Where the closing counts go as JSON, `-` for standard output",
            set_text<&RunOptions::stats>},
    Setting{"at-end",
            Shape::text,
            "WHAT",
            "Open runs at the input's end: flush (the default), keep, or a time to move on to",
            set_at_end},
};

}  // namespace

std::span<const Setting> run_settings() {
  return kSettings;
}

const Setting* find_setting(std::string_view name) {
  const auto at =
      std::find_if(kSettings.begin(), kSettings.end(), [&](const Setting& s) { return s.name == name; });
  return at == kSettings.end() ? nullptr : &*at;
}

Status check_run_options(const RunOptions& options) {
  const auto refuse = [](const char* why) { return fail(ErrorCode::bad_argument, why); };
  if (options.rules.empty()) return refuse("no rules: say where they are with `--rules PATH`");
  if (options.inputs.empty()) return refuse("no input: say what to read with `--input FILE`, or `--input -`");
  if (std::count(options.inputs.begin(), options.inputs.end(), "-") > 1)
    return refuse("`--input -` stands here twice");
  if (options.stats == "-" && options.output == "-") {
    return refuse("alerts and stats cannot both go to standard output: name a file for one of them");
  }
  std::vector<std::string_view> files = {options.output, options.late, options.dead_letters, options.stats};
  std::erase_if(files, [](std::string_view name) { return name.empty() || name == "-"; });
  std::sort(files.begin(), files.end());
  if (std::adjacent_find(files.begin(), files.end()) != files.end()) {
    return refuse("two outputs name the same file");
  }
  return {};
}

Status set_time_field(connectors::DecodeOptions& decode, const std::string& value) {
  struct Unit {
    std::string_view name;
    TimeFormat format;
  };
  static constexpr std::array kUnits = {Unit{"s", TimeFormat::seconds},
                                        Unit{"ms", TimeFormat::milliseconds},
                                        Unit{"us", TimeFormat::microseconds},
                                        Unit{"ns", TimeFormat::nanoseconds},
                                        Unit{"rfc3339", TimeFormat::rfc3339}};
  const std::size_t colon = value.rfind(':');
  const std::string field = value.substr(0, colon);
  if (field.empty()) return fail(ErrorCode::bad_argument, "the name of the time's field is empty");
  if (colon != std::string::npos) {
    const std::string_view name = std::string_view(value).substr(colon + 1);
    const auto* unit =
        std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return u.name == name; });
    if (unit == kUnits.end()) {
      return fail(ErrorCode::bad_argument,
                  fmt::format("`{}` is no unit of time; there are s, ms, us, ns, rfc3339", name));
    }
    decode.time_format = unit->format;
  }
  decode.time_field = field;
  return {};
}

Result<Duration> read_duration(const std::string& value) {
  const auto duration = parse_duration(value);
  if (!duration || *duration < Duration::zero()) {
    return fail(ErrorCode::bad_argument,
                fmt::format("`{}` is no duration; write it as 500ms, 5s or 1h30m", value));
  }
  return *duration;
}

Result<std::size_t> read_count(const std::string& value, std::size_t least, std::size_t most) {
  std::size_t count = 0;
  const char* end = value.data() + value.size();
  const auto read = std::from_chars(value.data(), end, count);
  if (read.ec != std::errc{} || read.ptr != end || count < least || count > most) {
    return fail(ErrorCode::bad_argument, fmt::format("`{}` is no number from {} to {}", value, least, most));
  }
  return count;
}

}  // namespace tocsin::app
