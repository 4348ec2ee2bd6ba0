#pragma once
/// Golden files: what a test prints, held against a file of the tree. TOCSIN_UPDATE_GOLDEN=1 rewrites them.

#include "tests/support/catch.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace tocsin::tests {

inline std::filesystem::path golden_folder(const std::string& name) {
  return std::filesystem::path{TOCSIN_SOURCE_DIR} / "tests" / "golden" / name;
}

inline std::string read_text(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream{path, std::ios::binary}.rdbuf();
  return std::move(out).str();
}

/// Files of `folder` that end in `extension`, by name.
inline std::set<std::filesystem::path> files_of(const std::filesystem::path& folder,
                                                const std::string& extension) {
  std::set<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    if (entry.path().extension() == extension) out.insert(entry.path());
  }
  return out;
}

inline void check_golden(const std::filesystem::path& path, const std::string& got) {
  CAPTURE(path.filename().string());
  if (std::getenv("TOCSIN_UPDATE_GOLDEN") != nullptr) std::ofstream{path, std::ios::binary} << got;
  CHECK(read_text(path) == got);
}

}  // namespace tocsin::tests
