#include "app/setting_flags.h"

#include "base/check.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tocsin::app {

void SettingFlags::add_to(CLI::App& command, std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    const Setting* setting = find_setting(name);
    TOCSIN_CHECK(setting != nullptr, "a command asks for a setting that there is not");
    const std::string flag = fmt::format("--{}", name);
    const std::string help(setting->help);
    std::vector<std::string>& values = values_[setting->name];
    if (setting->shape == Setting::Shape::flag) {
      command.add_flag_function(
          flag, [&values](std::int64_t) { values.assign(1, "true"); }, help);
      continue;
    }
    CLI::Option* option = command.add_option(flag, values, help)->type_name(std::string(setting->value));
    if (setting->shape != Setting::Shape::paths) option->expected(1);
  }
}

Status SettingFlags::apply(RunOptions& options) const {
  for (const auto& [name, values] : values_) {
    for (const std::string& value : values) {
      const Status set = find_setting(name)->set(options, value);
      if (!set) return fail(set.error().code, fmt::format("--{}: {}", name, set.error().message));
    }
  }
  return {};
}

std::set<std::string_view> SettingFlags::given() const {
  std::set<std::string_view> names;
  for (const auto& [name, values] : values_) {
    if (!values.empty()) names.insert(name);
  }
  return names;
}

}  // namespace tocsin::app
