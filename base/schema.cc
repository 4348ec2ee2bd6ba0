#include "base/schema.h"

#include "base/check.h"
#include "base/value.h"

#include <algorithm>

namespace tocsin {
namespace {

bool is_word(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_word_part = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; };
  return !name.empty() && is_letter(name[0]) && std::all_of(name.begin(), name.end(), is_word_part);
}

void append_segment(std::string& out, const std::string& name) {
  if (is_word(name)) {
    if (!out.empty()) out += '.';
    out += name;
    return;
  }
  out += '[';
  append_json_string(out, name);
  out += ']';
}

void append_segment(std::string& out, std::uint32_t index) {
  out += '[';
  out += std::to_string(index);
  out += ']';
}

Layout make_layout(std::vector<AttributeId> attributes, std::size_t attribute_count, bool seen) {
  std::sort(attributes.begin(), attributes.end());
  attributes.erase(std::unique(attributes.begin(), attributes.end()), attributes.end());
  Layout layout;
  layout.slot_of.assign(attribute_count, Layout::kAbsent);
  for (std::size_t slot = 0; slot < attributes.size(); ++slot) {
    layout.slot_of[attributes[slot].value] = static_cast<std::uint16_t>(slot);
  }
  layout.attributes = std::move(attributes);
  layout.seen = seen;
  return layout;
}

}  // namespace

std::string to_string(const AttributePath& path) {
  std::string out;
  for (const PathSegment& segment : path.segments) {
    std::visit([&out](const auto& step) { append_segment(out, step); }, segment);
  }
  return out;
}

Schema::Schema() : type_names_(1), used_(1) {}

TypeId Schema::use_type(std::string_view name) {
  TOCSIN_CHECK(!sealed_, "a sealed schema takes no type");
  if (const auto known = types_.find(name); known != types_.end()) return known->second;
  TOCSIN_CHECK(type_names_.size() < kTypesMax, "too many event types");
  const TypeId id{static_cast<std::uint16_t>(type_names_.size())};
  type_names_.emplace_back(name);
  used_.emplace_back();
  types_.emplace(name, id);
  return id;
}

AttributeId Schema::use_attribute(const AttributePath& path) {
  TOCSIN_CHECK(!sealed_, "a sealed schema takes no attribute");
  TOCSIN_CHECK(!path.segments.empty(), "an attribute path has at least one segment");
  std::string text = to_string(path);
  if (const auto known = attributes_.find(text); known != attributes_.end()) return known->second;
  TOCSIN_CHECK(paths_.size() < kAttributesMax, "too many attributes");
  const AttributeId id{static_cast<std::uint16_t>(paths_.size())};
  paths_.push_back(path);
  attributes_.emplace(std::move(text), id);
  return id;
}

void Schema::use_attribute_of(TypeId type, AttributeId attribute) {
  TOCSIN_CHECK(!sealed_, "a sealed schema takes no attribute");
  used_[type.value].push_back(attribute);
}

void Schema::use_attribute_of_any(AttributeId attribute) {
  TOCSIN_CHECK(!sealed_, "a sealed schema takes no attribute");
  used_of_any_.push_back(attribute);
}

void Schema::see_any_type() {
  any_type_seen_ = true;
}

void Schema::seal() {
  TOCSIN_CHECK(!sealed_, "a schema is sealed once");
  layouts_.reserve(used_.size());
  for (std::size_t type = 0; type < used_.size(); ++type) {
    std::vector<AttributeId> attributes = std::move(used_[type]);
    attributes.insert(attributes.end(), used_of_any_.begin(), used_of_any_.end());
    const bool named = type != kOtherType.value;
    layouts_.push_back(make_layout(std::move(attributes), paths_.size(), named || any_type_seen_));
  }
  sealed_ = true;
}

TypeId Schema::find_type(std::string_view name) const {
  const auto found = types_.find(name);
  return found == types_.end() ? kOtherType : found->second;
}

}  // namespace tocsin
