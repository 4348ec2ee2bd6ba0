#include "app/rule_watcher.h"

#include "app/rule_loader.h"

#include <sys/stat.h>

#include <utility>

namespace tocsin::app {

RuleWatcher::RuleWatcher(std::vector<std::string> paths)
    : paths_{std::move(paths)}, told_{look()}, last_{told_} {}

void RuleWatcher::also_watch(const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    others_.insert(file);
    const auto [at, added] = told_.try_emplace(file, look_at(file));
    if (added) last_.insert(*at);
  }
}

bool RuleWatcher::changed(std::chrono::steady_clock::time_point now) {
  if (now - looked_ < kInterval) return false;
  looked_ = now;
  const Looks before = std::exchange(last_, look());
  if (last_ == told_ || last_ != before) return false;
  told_ = last_;
  return true;
}

RuleWatcher::Look RuleWatcher::look_at(const std::string& path) {
  struct stat found = {};
  if (stat(path.c_str(), &found) != 0) return {};
  constexpr std::int64_t kSecond = 1'000'000'000;
  return {found.st_mtim.tv_sec * kSecond + found.st_mtim.tv_nsec, found.st_size, found.st_ino};
}

RuleWatcher::Looks RuleWatcher::look() const {
  Looks looks;
  for (const std::string& path : paths_) {
    // A path that is not there right now has no files; an editor may be replacing it.
    const auto files = find_rule_files(std::span(&path, 1));
    if (!files) continue;
    for (const std::string& file : *files) looks.emplace(file, look_at(file));
  }
  for (const std::string& file : others_) looks.emplace(file, look_at(file));
  return looks;
}

}  // namespace tocsin::app
