#include "app/config.h"
#include "app/run_options.h"
#include "tests/support/catch.h"

#include <map>
#include <string>
#include <vector>

using namespace tocsin;
using namespace tocsin::app;

namespace {

RunOptions minimal() {
  RunOptions options;
  options.rules = {"rules"};
  options.inputs = {"in.ndjson"};
  return options;
}

std::string error_of(const Status& status) {
  return status ? "" : status.error().message;
}

/// The configuration `text` in conf/tocsin.yaml; what is wrong with it as `line:column message`.
std::vector<std::string> read_config(const std::string& text,
                                     RunOptions& options,
                                     const std::set<std::string_view>& given = {}) {
  dsl::Diagnostics diagnostics;
  apply_config(
      std::make_shared<const dsl::SourceFile>("conf/tocsin.yaml", text), given, options, diagnostics);
  std::vector<std::string> errors;
  for (const dsl::Diagnostic& found : diagnostics.all()) {
    const dsl::LineColumn place = found.file->place(found.span.begin);
    errors.push_back(std::to_string(place.line) + ":" + std::to_string(place.column) + " " + found.message);
  }
  return errors;
}

}  // namespace

TEST_CASE("settings refuse what they cannot take", "[app][options]") {
  struct Case {
    const char* name;
    const char* value;
    const char* error;
  };
  const auto c = GENERATE(values<Case>({
      {"disorder", "5s", ""},
      {"disorder", "0s", ""},
      {"disorder", "5", "`5` is no duration; write it as 500ms, 5s or 1h30m"},
      {"disorder", "soon", "`soon` is no duration; write it as 500ms, 5s or 1h30m"},
      {"workers", "4", ""},
      {"workers", "auto", ""},
      {"workers", "0", "`0` is no number from 1 to 256, nor `auto`"},
      {"workers", "2x", "`2x` is no number from 1 to 256, nor `auto`"},
      {"workers", "-1", "`-1` is no number from 1 to 256, nor `auto`"},
      {"batch-bytes", "100", "`100` is no number from 4096 to 268435456"},
      {"format", "csv", ""},
      {"format", "xml", "`xml` is no format; there are `ndjson` and `csv`"},
      {"time", "when:s", ""},
      {"time", "when:fortnights", "`fortnights` is no unit of time; there are s, ms, us, ns, rfc3339"},
      {"time", ":ms", "the name of the time's field is empty"},
      {"type", "", "the name of the type's field is empty"},
      {"at-end", "2024-05-01T00:00:00Z", ""},
      {"at-end", "soon", "`soon` is neither `flush`, `keep` nor a time as 2024-05-01T00:00:00Z"},
      {"follow", "maybe", "`maybe` is neither `true` nor `false`"},
      {"output", "", "the value is empty"},
  }));
  CAPTURE(c.name, c.value);
  RunOptions options;
  REQUIRE(find_setting(c.name) != nullptr);
  CHECK(error_of(find_setting(c.name)->set(options, c.value)) == c.error);
}

TEST_CASE("settings set what they name", "[app][options]") {
  RunOptions options;
  for (const auto& [name, value] : std::multimap<std::string, std::string>{{"rules", "a"},
                                                                           {"rules", "b"},
                                                                           {"input", "-"},
                                                                           {"time", "meta.at:us"},
                                                                           {"type", "kind"},
                                                                           {"idle", "1m"},
                                                                           {"at-end", "1970-01-01T00:00:01Z"},
                                                                           {"watch", "true"}}) {
    REQUIRE(find_setting(name)->set(options, value));
  }
  CHECK(options.rules == std::vector<std::string>{"a", "b"});
  CHECK(options.inputs == std::vector<std::string>{"-"});
  CHECK(options.pipeline.decode.time_field == "meta.at");
  CHECK(options.pipeline.decode.time_format == TimeFormat::microseconds);
  CHECK(options.pipeline.decode.type_field == "kind");
  CHECK(options.pipeline.idle == std::chrono::minutes(1));
  CHECK(options.at_end.kind == AtEnd::Kind::time);
  CHECK(options.at_end.to == EventTime{std::chrono::seconds(1)});
  CHECK(options.watch);
  CHECK_FALSE(options.follow);
}

TEST_CASE("options must make sense together", "[app][options]") {
  CHECK(error_of(check_run_options(minimal())) == "");
  RunOptions options = minimal();
  options.rules.clear();
  CHECK(error_of(check_run_options(options)) == "no rules: say where they are with `--rules PATH`");
  options = minimal();
  options.inputs.clear();
  CHECK(error_of(check_run_options(options)) ==
        "no input: say what to read with `--input FILE`, or `--input -`");
  options = minimal();
  options.inputs = {"-", "-"};
  CHECK(error_of(check_run_options(options)) == "`--input -` stands here twice");
  options = minimal();
  options.stats = "-";
  CHECK_FALSE(check_run_options(options));
  options.output = "alerts";
  CHECK(check_run_options(options));
  options.late = "alerts";
  CHECK(error_of(check_run_options(options)) == "two outputs name the same file");
}

TEST_CASE("a configuration sets what flags can, with paths beside it", "[app][config]") {
  RunOptions options;
  const auto errors = read_config(
      "rules: [a, ../b]\n"
      "input: '-'\n"
      "output: out/alerts.ndjson\n"
      "disorder: 5s\n"
      "workers: 2\n"
      "follow: true\n",
      options);
  CHECK(errors.empty());
  CHECK(options.rules == std::vector<std::string>{"conf/a", "conf/../b"});
  CHECK(options.inputs == std::vector<std::string>{"-"});
  CHECK(options.output == "conf/out/alerts.ndjson");
  CHECK(options.pipeline.disorder == std::chrono::seconds(5));
  CHECK(options.pipeline.workers == 2);
  CHECK(options.follow);
}

TEST_CASE("flags win over the configuration, which is checked all the same", "[app][config]") {
  RunOptions options = minimal();
  CHECK(read_config("rules: other\noutput: there\n", options, {"rules"}).empty());
  CHECK(options.rules == std::vector<std::string>{"rules"});
  CHECK(options.output == "conf/there");
  CHECK(read_config("disorder: soon\n", options, {"disorder"}).size() == 1);
}

TEST_CASE("mistakes in a configuration are errors at their place", "[app][config]") {
  struct Case {
    const char* text;
    const char* error;
  };
  const auto c = GENERATE(values<Case>({
      {"rules: a\ndisorder: soon\n", "2:11 `soon` is no duration; write it as 500ms, 5s or 1h30m"},
      {"rulse: a\n", "1:1 a configuration has no key `rulse`"},
      {"workers: [1, 2]\n", "1:10 `workers` wants a single value"},
      {"rules:\n  - a\n  - {b: c}\n", "3:5 `rules` wants a path or a list of paths"},
      {"- a\n", "1:1 a configuration is a map of settings"},
      {"output: a\noutput: b\n", "2:1 `output` is written twice"},
  }));
  CAPTURE(c.text);
  RunOptions options;
  const auto errors = read_config(c.text, options);
  REQUIRE(errors.size() == 1);
  CHECK(errors[0] == c.error);
}
