#pragma once
/// What the rules of one rule set name: event types, attribute paths, and for each type the slots its events
/// carry.
///
/// The compiler makes it (`use_*`, then `seal`), codecs decode by it, the runtime reads slots through it.
/// Immutable once sealed; shared by all threads.

#include "base/ids.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace tocsin {

/// One step of a path: a member's name, or an index into an array (0 is the first element).
using PathSegment = std::variant<std::string, std::uint32_t>;

struct AttributePath {
  std::vector<PathSegment> segments;
  bool operator==(const AttributePath&) const = default;
};

/// `geo.country`, `items[0].sku`.
std::string to_string(const AttributePath& path);

/// Which attributes the events of one type carry.
struct Layout {
  static constexpr std::uint16_t kAbsent = 0xFFFF;

  std::vector<AttributeId> attributes;  ///< by slot; first those that are read later
  std::size_t kept = 0;                 ///< how many these are: all that a captured event has
  std::vector<std::uint16_t> slot_of;   ///< by attribute id; kAbsent where no rule asks it of this type
  bool seen = false;                    ///< whether any rule sees events of this type
};

/// When a rule reads an attribute: only as its event arrives, or also after, of an event that was captured.
enum class Reading : std::uint8_t { on_arrival, later };

class Schema {
 public:
  static constexpr std::size_t kTypesMax = 60000;
  static constexpr std::size_t kAttributesMax = 60000;

  Schema();

  /// The id of a type that some rule names. Before `seal`.
  TypeId use_type(std::string_view name);

  /// The id of an attribute path. Before `seal`.
  AttributeId use_attribute(const AttributePath& path);

  /// Says that some rule reads `attribute` of events of `type`. Before `seal`.
  void use_attribute_of(TypeId type, AttributeId attribute, Reading reading);

  /// Says that some rule reads `attribute` of events of any type, also of those that no rule names. Before
  /// `seal`.
  void use_attribute_of_any(AttributeId attribute, Reading reading);

  /// Says that some rule sees events of every type. Before `seal`.
  void see_any_type();

  /// Lays out the slots. Nothing may be added after it.
  void seal();

  /// The id of `name`, or kOtherType. One hash look-up.
  TypeId find_type(std::string_view name) const;

  const Layout& layout(TypeId type) const { return layouts_[type.value]; }
  std::size_t type_count() const { return type_names_.size(); }
  std::size_t attribute_count() const { return paths_.size(); }
  const std::string& type_name(TypeId type) const { return type_names_[type.value]; }
  const AttributePath& path(AttributeId id) const { return paths_[id.value]; }

 private:
  struct Use {
    AttributeId attribute;
    Reading reading;
  };
  static Layout make_layout(std::vector<Use> uses, std::size_t attribute_count, bool seen);

  /// Lets a string_view be looked up without making a string of it.
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <class T>
  using MapByText = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

  std::vector<std::string> type_names_;  // [0] is kOtherType's, empty
  MapByText<TypeId> types_;
  std::vector<AttributePath> paths_;
  MapByText<AttributeId> attributes_;   // by what to_string gives
  std::vector<std::vector<Use>> used_;  // by type
  std::vector<Use> used_of_any_;
  std::vector<Layout> layouts_;
  bool any_type_seen_ = false;
  bool sealed_ = false;
};

}  // namespace tocsin
