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

}  // namespace

std::string to_string(const AttributePath& path) {
  std::string out;
  for (const PathSegment& segment : path.segments) {
    std::visit([&out](const auto& step) { append_segment(out, step); }, segment);
  }
  return out;
}

Layout Schema::make_layout(std::vector<Use> uses, std::size_t attribute_count, bool seen) {
  const auto in_order = [](const Use& a, const Use& b) {
    if (a.attribute != b.attribute) return a.attribute < b.attribute;
    return a.reading > b.reading;  // what is read later is first, and stays
  };
  const auto same = [](const Use& a, const Use& b) { return a.attribute == b.attribute; };
  std::sort(uses.begin(), uses.end(), in_order);
  uses.erase(std::unique(uses.begin(), uses.end(), same), uses.end());
  const auto read_later = [](const Use& use) { return use.reading == Reading::later; };
  const auto kept_end = std::stable_partition(uses.begin(), uses.end(), read_later);
  Layout layout;
  layout.kept = static_cast<std::size_t>(kept_end - uses.begin());
  layout.slot_of.assign(attribute_count, Layout::kAbsent);
  for (const Use& use : uses) {
    layout.slot_of[use.attribute.value] = static_cast<std::uint16_t>(layout.attributes.size());
    layout.attributes.push_back(use.attribute);
  }
  layout.seen = seen;
  return layout;
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

void Schema::use_attribute_of(TypeId type, AttributeId attribute, Reading reading) {
  TOCSIN_CHECK(!sealed_, "a sealed schema takes no attribute");
  used_[type.value].push_back({attribute, reading});
}

void Schema::use_attribute_of_any(AttributeId attribute, Reading reading) {
  TOCSIN_CHECK(!sealed_, "a sealed schema takes no attribute");
  used_of_any_.push_back({attribute, reading});
}

void Schema::see_any_type() {
  any_type_seen_ = true;
}

void Schema::seal() {
  TOCSIN_CHECK(!sealed_, "a schema is sealed once");
  layouts_.reserve(used_.size());
  for (std::size_t type = 0; type < used_.size(); ++type) {
    std::vector<Use> uses = std::move(used_[type]);
    uses.insert(uses.end(), used_of_any_.begin(), used_of_any_.end());
    const bool named = type != kOtherType.value;
    layouts_.push_back(make_layout(std::move(uses), paths_.size(), named || any_type_seen_));
  }
  sealed_ = true;
}

TypeId Schema::find_type(std::string_view name) const {
  const auto found = types_.find(name);
  return found == types_.end() ? kOtherType : found->second;
}

}  // namespace tocsin
