#pragma once
/// Settings of `tocsin run` as flags of a command, which keeps only those that make sense for it.

#include "app/run_options.h"
#include "base/result.h"

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace tocsin::app {

class SettingFlags {
 public:
  /// Adds the flags named in `names` to `command`. This must stay where it is until the command line is
  /// parsed.
  void add_to(CLI::App& command, std::span<const std::string_view> names);

  /// Sets what was given on the command line; the error names the flag.
  Status apply(RunOptions& options) const;

  /// The names of the flags that were given.
  std::set<std::string_view> given() const;

 private:
  std::map<std::string_view, std::vector<std::string>> values_;
};

}  // namespace tocsin::app
