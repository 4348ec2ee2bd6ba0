#include "app/config.h"

#include "dsl/yaml_reading.h"

#include <filesystem>

namespace tocsin::app {

using dsl::YamlEntry;
using dsl::YamlKind;
using dsl::YamlNode;

namespace {

class ConfigReader {
 public:
  ConfigReader(std::shared_ptr<const dsl::SourceFile> file,
               const std::set<std::string_view>& given,
               RunOptions& options,
               dsl::Diagnostics& diagnostics)
      : reading_(std::move(file), diagnostics), given_{given}, options_{options} {}

  void read(const YamlNode& document) {
    if (document.kind != YamlKind::map) return refuse(document.span, "a configuration is a map of settings");
    for (const YamlEntry* entry : reading_.entries(document)) {
      if (const Setting* setting = find_setting(entry->key.text)) {
        read_setting(*setting, *entry);
      } else {
        refuse_key(entry->key);
      }
    }
  }

 private:
  void read_setting(const Setting& setting, const YamlEntry& entry) {
    if (setting.shape == Setting::Shape::paths) {
      for (const auto& path : reading_.texts(entry, "a path or a list of paths")) set(setting, path);
    } else if (const auto value = reading_.text(entry, "a single value")) {
      set(setting, *value);
    }
  }

  void set(const Setting& setting, const dsl::Located<std::string>& value) {
    const bool is_path = setting.shape == Setting::Shape::path || setting.shape == Setting::Shape::paths;
    RunOptions& target = given_.contains(setting.name) ? only_checked_ : options_;
    const Status status = setting.set(target, is_path ? resolved(value.value) : value.value);
    if (!status) refuse(value.span, status.error().message);
  }

  std::string resolved(const std::string& path) const {
    if (path == "-") return path;
    return (std::filesystem::path(reading_.file()->name()).parent_path() / path).string();
  }

  void refuse_key(const YamlNode& key) const {
    std::vector<std::string_view> known;
    for (const Setting& setting : run_settings()) known.push_back(setting.name);
    reading_.unknown_key(key, "a configuration", known);
  }

  void refuse(dsl::Span span, const std::string& why) const { reading_.error(span, "E1001", why); }

  dsl::YamlReading reading_;
  const std::set<std::string_view>& given_;
  RunOptions& options_;
  RunOptions only_checked_;
};

}  // namespace

void apply_config(const std::shared_ptr<const dsl::SourceFile>& file,
                  const std::set<std::string_view>& given,
                  RunOptions& options,
                  dsl::Diagnostics& diagnostics) {
  const std::vector<YamlNode> documents = dsl::read_yaml(file, diagnostics);
  ConfigReader reader(file, given, options, diagnostics);
  for (const YamlNode& document : documents) reader.read(document);
}

}  // namespace tocsin::app
