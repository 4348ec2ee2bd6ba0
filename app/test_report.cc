#include "app/test_report.h"

#include "base/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace tocsin::app {

namespace {

std::string indented(std::string_view report) {
  std::string text;
  while (!report.empty()) {
    const std::string_view line = report.substr(0, report.find('\n'));
    report.remove_prefix(std::min(report.size(), line.size() + 1));
    text += fmt::format("    {}\n", line);
  }
  return text;
}

/// Text as XML content or attribute. Control characters, which XML cannot carry, become `?`.
std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 && c != '\t' ? '?' : c;
    }
  }
  return out;
}

}  // namespace

std::size_t failed_count(const std::vector<TestResult>& results) {
  return static_cast<std::size_t>(
      std::count_if(results.begin(), results.end(), [](const TestResult& r) { return !r.passed; }));
}

std::string report_text(const std::vector<TestResult>& results, bool color) {
  std::string text;
  for (const TestResult& result : results) {
    if (result.passed) continue;
    text += fmt::format("{} {}:{}: {}\n{}",
                        color ? "\033[1;31mFAILED\033[0m" : "FAILED",
                        result.file,
                        result.line,
                        result.name,
                        indented(result.report));
  }
  const std::size_t failed = failed_count(results);
  return text + fmt::format("{} passed, {} failed\n", results.size() - failed, failed);
}

std::string report_json(const std::vector<TestResult>& results) {
  const std::size_t failed = failed_count(results);
  std::string out = fmt::format(R"({{"passed":{},"failed":{},"tests":[)", results.size() - failed, failed);
  for (const TestResult& result : results) {
    out += out.back() == '[' ? "{\"name\":" : ",{\"name\":";
    append_json_string(out, result.name);
    out += ",\"file\":";
    append_json_string(out, result.file);
    out += fmt::format(
        R"(,"line":{},"passed":{},"seconds":{:.6f},"report":)", result.line, result.passed, result.seconds);
    append_json_string(out, result.report);
    out += '}';
  }
  return out + "]}\n";
}

std::string report_junit(const std::vector<TestResult>& results) {
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"tocsin\" tests=\"{}\" "
      "failures=\"{}\">\n",
      results.size(),
      failed_count(results));
  for (const TestResult& result : results) {
    out += fmt::format("  <testcase classname=\"{}\" name=\"{}\" time=\"{:.6f}\"",
                       xml_text(result.file),
                       xml_text(result.name),
                       result.seconds);
    if (result.passed) {
      out += "/>\n";
    } else {
      out += fmt::format(">\n    <failure message=\"line {}\">{}</failure>\n  </testcase>\n",
                         result.line,
                         xml_text(result.report));
    }
  }
  return out + "</testsuite>\n";
}

}  // namespace tocsin::app
