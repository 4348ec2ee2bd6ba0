#include "app/setting_flags.h"

#include "base/check.h"

#include <fmt/format.h>

namespace tocsin::app {

void SettingFlags::add_to(CLI::App& command, std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    const Setting* setting = find_setting(name);
    TOCSIN_CHECK(setting != nullptr, "a command asks for a setting that there is not");
    const std::string flag = fmt::format("--{}", name);
    const std::string help(setting->help);
    if (setting->shape == Setting::Shape::flag) {
      command.add_flag(flag, flags_[setting->name], help);
      continue;
    }
    CLI::Option* option = command.add_option(flag, values_[setting->name], help);
    option->type_name(std::string(setting->value));
    option->expected(1, setting->shape == Setting::Shape::paths ? CLI::detail::expected_max_vector_size : 1);
  }
}

Status SettingFlags::apply(RunOptions& options) const {
  for (const auto& [name, values] : values_) {
    for (const std::string& value : values) {
      const Status set = find_setting(name)->set(options, value);
      if (!set) return fail(set.error().code, fmt::format("--{}: {}", name, set.error().message));
    }
  }
  for (const std::string_view name : given()) {
    if (flags_.contains(name)) (void)find_setting(name)->set(options, "true");
  }
  return {};
}

std::set<std::string_view> SettingFlags::given() const {
  std::set<std::string_view> names;
  for (const auto& [name, values] : values_) {
    if (!values.empty()) names.insert(name);
  }
  for (const auto& [name, on] : flags_) {
    if (on) names.insert(name);
  }
  return names;
}

}  // namespace tocsin::app
