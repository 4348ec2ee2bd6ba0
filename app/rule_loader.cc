#include "app/rule_loader.h"

#include "app/table_file.h"
#include "app/wording.h"
#include "dsl/rule_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace tocsin::app {

namespace fs = std::filesystem;

namespace {

bool ends_with_any(std::string_view name, std::string_view a, std::string_view b) {
  return name.ends_with(a) || name.ends_with(b);
}

bool is_test_file(std::string_view name) {
  return ends_with_any(name, ".test.yaml", ".test.yml");
}

bool is_rule_file(std::string_view name) {
  return ends_with_any(name, ".yaml", ".yml") && !is_test_file(name);
}

Status find_in_folder(const std::string& folder,
                      bool (*wanted)(std::string_view),
                      std::set<std::string>& found) {
  std::error_code error;
  fs::recursive_directory_iterator at(folder, fs::directory_options::follow_directory_symlink, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const std::string path = at->path().string();
    if (wanted(path) && at->is_regular_file(error)) found.insert(path);
  }
  if (error) return fail(ErrorCode::io, fmt::format("cannot list `{}`: {}", folder, error.message()));
  return {};
}

Result<std::vector<std::string>> find_files(std::span<const std::string> paths,
                                            bool (*wanted)(std::string_view)) {
  std::set<std::string> found;
  for (const std::string& path : paths) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found) {
      return fail(ErrorCode::not_found, fmt::format("there is no file or folder `{}`", path));
    }
    if (!fs::is_directory(status)) {
      found.insert(path);
    } else if (auto listed = find_in_folder(path, wanted, found); !listed) {
      return fail(listed.error().code, listed.error().message);
    }
  }
  return std::vector<std::string>(found.begin(), found.end());
}

}  // namespace

Result<std::vector<std::string>> find_rule_files(std::span<const std::string> paths) {
  return find_files(paths, is_rule_file);
}

Result<std::vector<std::string>> find_test_files(std::span<const std::string> paths) {
  return find_files(paths, is_test_file);
}

Result<std::string> read_text_file(const std::string& path) {
  std::error_code error;
  const bool folder = fs::is_directory(path, error);
  std::ifstream in(path, std::ios::binary);
  if (!in || folder) {
    const char* why = folder ? "it is a folder" : std::strerror(errno);
    return fail(ErrorCode::not_found, fmt::format("cannot read `{}`: {}", path, why));
  }
  std::string text;
  std::array<char, 64 * 1024> part;
  while (in.read(part.data(), part.size()), in.gcount() > 0) {
    text.append(part.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > kFileBytesMax) {
      return fail(ErrorCode::limit, fmt::format("`{}` is larger than {} bytes", path, kFileBytesMax));
    }
  }
  return text;
}

Result<LoadedRules> parse_rules(std::span<const std::string> paths) {
  const auto names = find_rule_files(paths);
  if (!names) return fail(names.error().code, names.error().message);
  LoadedRules rules;
  for (const std::string& name : *names) {
    auto text = read_text_file(name);
    if (!text) return fail(text.error().code, text.error().message);
    auto file = std::make_shared<const dsl::SourceFile>(name, std::move(*text));
    rules.files.push_back(dsl::parse_rule_file(std::move(file), rules.diagnostics));
    rules.rule_count += rules.files.back().rules.size();
  }
  rules.diagnostics.sort();
  return rules;
}

void compile_rules(LoadedRules& rules) {
  compiler::CompileOptions options;
  options.read_table = read_table_file;
  auto compiled = compiler::compile(rules.files, rules.diagnostics, options);
  rules.diagnostics.sort();
  if (!rules.diagnostics.has_errors()) rules.compiled = std::move(compiled);
}

Result<LoadedRules> load_rules(std::span<const std::string> paths) {
  auto rules = parse_rules(paths);
  if (rules) compile_rules(*rules);
  return rules;
}

std::vector<std::string> files_behind(const LoadedRules& rules) {
  std::vector<std::string> paths;
  for (const dsl::RuleFile& file : rules.files) {
    paths.push_back(file.file->name());
    const fs::path folder = fs::path(file.file->name()).parent_path();
    for (const dsl::ListDecl& list : file.lists) {
      if (list.file) paths.push_back((folder / list.file->value).string());
    }
    for (const dsl::TableDecl& table : file.tables) {
      if (table.file) paths.push_back((folder / table.file->value).string());
    }
  }
  return paths;
}

std::string diagnostics_text(const dsl::Diagnostics& diagnostics, bool color) {
  std::string text;
  for (const dsl::Diagnostic& diagnostic : diagnostics.all()) dsl::append_text(text, diagnostic, color);
  if (diagnostics.has_errors() || diagnostics.warning_count() > 0) {
    text += fmt::format("{}, {}\n",
                        count_of(diagnostics.error_count(), "error"),
                        count_of(diagnostics.warning_count(), "warning"));
  }
  return text;
}

}  // namespace tocsin::app
