#pragma once
/// Notices when rule files, or the list files they name, are changed, added or removed.
///
/// It looks at times, sizes and inodes from the caller's own loop; there is no thread. A change is told once
/// the files have stood still from one look to the next, so that half-written ones are not read.

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tocsin::app {

class RuleWatcher {
 public:
  static constexpr std::chrono::milliseconds kInterval{200};

  /// Remembers how the rule files at `paths` look now: make it before they are read.
  explicit RuleWatcher(std::vector<std::string> paths);

  /// Other files that the rules are made of, as lists; they are watched from now on.
  void also_watch(const std::vector<std::string>& files);

  /// Looks if the last look is an interval ago. True once for each change.
  bool changed(std::chrono::steady_clock::time_point now);

 private:
  struct Look {
    std::int64_t modified_ns = 0;
    std::int64_t size = 0;
    std::uint64_t inode = 0;  ///< 0: not there
    bool operator==(const Look&) const = default;
  };
  using Looks = std::map<std::string, Look>;

  static Look look_at(const std::string& path);
  Looks look() const;

  std::vector<std::string> paths_;
  std::set<std::string> others_;
  Looks told_;  ///< as they were when the rules were last read
  Looks last_;
  std::chrono::steady_clock::time_point looked_{};
};

}  // namespace tocsin::app
