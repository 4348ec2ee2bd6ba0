#include "app/rule_loader.h"
#include "app/rule_watcher.h"
#include "tests/support/catch.h"
#include "tests/support/folder.h"

#include <filesystem>
#include <string>
#include <vector>

using namespace tocsin::app;
using tocsin::tests::Folder;

namespace fs = std::filesystem;

namespace {

std::vector<std::string> names_of(const std::vector<std::string>& paths) {
  std::vector<std::string> names;
  for (const std::string& path : paths) names.push_back(fs::path(path).filename().string());
  return names;
}

const char* const kRule = "rule: a\nevents: {x: t}\npattern: x\n";

/// A watcher's view of time: each look is an interval after the last.
class Looks {
 public:
  explicit Looks(RuleWatcher& watcher) : watcher_{watcher} {}
  bool look() { return watcher_.changed(now_ += RuleWatcher::kInterval); }

  /// Whether the next two looks tell of a change: the first sees it, the second that it is over.
  bool told() {
    const bool at_once = look();
    CHECK_FALSE(at_once);
    return look();
  }

 private:
  RuleWatcher& watcher_;
  std::chrono::steady_clock::time_point now_{};
};

}  // namespace

TEST_CASE("rule files are found in folders, tests are not", "[app][rules]") {
  const Folder folder;
  for (const char* name : {"b.yaml", "a.yml", "deep/er/c.yaml", "a.test.yaml", "b.test.yml", "notes.md"}) {
    folder.write(name, "");
  }
  const std::vector<std::string> paths = {folder.path(), folder.path("b.yaml")};
  const auto rules = find_rule_files(paths);
  REQUIRE(rules);
  CHECK(names_of(*rules) == std::vector<std::string>{"a.yml", "b.yaml", "c.yaml"});
  const auto tests = find_test_files(paths);
  REQUIRE(tests);
  CHECK(names_of(*tests) == std::vector<std::string>{"a.test.yaml", "b.test.yml", "b.yaml"});
  CHECK_FALSE(find_rule_files(std::vector{folder.path("nowhere")}));
}

TEST_CASE("files that cannot be read are errors", "[app][rules]") {
  const Folder folder;
  folder.write("large.yaml", std::string(kFileBytesMax + 1, 'x'));
  folder.write("full.yaml", std::string(kFileBytesMax, 'x'));
  CHECK_FALSE(read_text_file(folder.path("nowhere.yaml")));
  CHECK_FALSE(read_text_file(folder.path()));
  CHECK_FALSE(read_text_file(folder.path("large.yaml")));
  CHECK(read_text_file(folder.path("full.yaml")));
}

TEST_CASE("rules with errors do not compile, and the diagnostics say why", "[app][rules]") {
  const Folder folder;
  folder.write("a.yaml", kRule);
  folder.write("b.yaml", "rule: b\nevents: {x: t}\npattern: x ->\n");
  const auto rules = load_rules(std::vector{folder.path()});
  REQUIRE(rules);
  CHECK_FALSE(rules->compiled);
  CHECK(rules->diagnostics.error_count() == 1);
  const auto good = load_rules(std::vector{folder.path("a.yaml")});
  REQUIRE(good);
  REQUIRE(good->compiled);
  CHECK(good->compiled->programs.size() == 1);
}

TEST_CASE("the watcher tells of each change once, when it is over", "[app][watch]") {
  const Folder folder;
  folder.write("a.yaml", kRule);
  RuleWatcher watcher({folder.path()});
  Looks looks(watcher);
  CHECK_FALSE(looks.told());
  folder.write("a.yaml", std::string(kRule) + "# more\n");
  CHECK(looks.told());
  CHECK_FALSE(looks.told());
  folder.write("b.yaml", kRule);
  CHECK(looks.told());
  fs::remove(folder.path("b.yaml"));
  CHECK(looks.told());
  folder.write("notes.md", "no rule");
  CHECK_FALSE(looks.told());
}

TEST_CASE("the watcher waits while files are still being written", "[app][watch]") {
  const Folder folder;
  folder.write("a.yaml", kRule);
  RuleWatcher watcher({folder.path()});
  Looks looks(watcher);
  folder.write("a.yaml", "half");
  CHECK_FALSE(looks.look());
  folder.write("a.yaml", "the whole");
  CHECK_FALSE(looks.look());
  CHECK(looks.look());
}

TEST_CASE("the watcher looks at lists too, and no more often than it should", "[app][watch]") {
  const Folder folder;
  folder.write("a.yaml", kRule);
  folder.write("bad_ips.txt", "10.0.0.1\n");
  RuleWatcher watcher({folder.path()});
  watcher.also_watch({folder.path("bad_ips.txt")});
  Looks looks(watcher);
  CHECK_FALSE(looks.told());
  folder.write("bad_ips.txt", "10.0.0.1\n10.0.0.2\n");
  CHECK(looks.told());
  folder.write("bad_ips.txt", "");
  const std::chrono::steady_clock::time_point at_once{RuleWatcher::kInterval * 5};
  CHECK_FALSE(watcher.changed(at_once));
  CHECK_FALSE(watcher.changed(at_once));
}
