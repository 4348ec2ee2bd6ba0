#pragma once
/// What every subcommand of `tocsin` shares: how it announces its action, and what its exit code means.

#include <functional>

namespace CLI {
class App;
}

namespace tocsin::app {

/// The exit codes of every subcommand.
enum ExitCode : int {
  kOk = 0,        ///< it did what was asked, and all is well
  kProblems = 1,  ///< it did what was asked, and found problems: wrong rules, failed tests
  kUsage = 2,     ///< it could not do it: wrong flags, files that cannot be read or written
};

/// What the parsed command line asks for. Set by the callback of the subcommand that was named.
using Action = std::function<ExitCode()>;

}  // namespace tocsin::app
