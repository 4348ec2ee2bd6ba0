#pragma once
/// Runs one test case through the same pipeline as `tocsin run`, in memory, and compares what came.

#include "app/pipeline.h"
#include "app/test_file.h"

#include <string>

namespace tocsin::app {

struct TestOptions {
  PipelineOptions pipeline;    ///< workers and batch size; the rest is the case's
  bool update_golden = false;  ///< golden files are written instead of compared
};

struct TestResult {
  std::string name;
  std::string file;
  std::uint32_t line = 0;
  bool passed = false;
  std::string report;  ///< why it failed, in lines; empty if it passed
  double seconds = 0;
};

/// Never throws and never fails: what keeps a case from running is a failed case.
TestResult run_test(const TestCase& test, const TestOptions& options);

}  // namespace tocsin::app
