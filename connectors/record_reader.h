#pragma once
/// One JSON record -> one event: checks all of it, finds its time and type, decodes what rules read of that
/// type.
///
/// One pass over the record's top-level fields checks the grammar and notes where the fields lie that any
/// rule names; time and type may stand anywhere. Then the values of the type's own layout are decoded, and
/// nothing else. Strings without escapes stay in the record's bytes; others are unescaped into the batch's
/// arena. Of fields with the same name the first counts. One thread.

#include "base/event.h"
#include "base/schema.h"
#include "connectors/codec.h"
#include "connectors/json_checker.h"
#include "connectors/json_index.h"
#include "connectors/name_table.h"

#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace tocsin::connectors {

inline constexpr Reason kNotUtf8 = "not UTF-8";
inline constexpr Reason kRecordTooLong = "record too long";

class RecordReader {
 public:
  RecordReader(std::shared_ptr<const Schema> schema, const DecodeOptions& options);

  /// Reads the record that is all of `cursor`'s tokens into `event`: time, type, type_name, raw, values.
  /// Nothing if it is admitted, else why not; `event` is then of no use. `escapes`: whether the record may
  /// hold a backslash.
  Reason read(JsonCursor cursor, bool escapes, Event& event, Arena& arena);

  /// The same for a record that is not indexed yet. kPadding bytes after `record` are readable.
  Reason read_alone(std::string_view record, Event& event, Arena& arena);

  /// Reads the values of a record that was admitted before, as those of the type that `event.type_name` says.
  Reason read_as_type(Event& event, Arena& arena);

  const DecodeOptions& options() const { return options_; }

 private:
  struct Slot {
    std::uint32_t field = NameTable::kUnknown;  // the path's first name
    std::span<const PathSegment> rest;          // the path below it
  };
  struct Place {
    std::uint64_t record = 0;  // in which the field was last seen
    const std::uint32_t* token = nullptr;
  };

  Reason index_alone(std::string_view record);
  void begin(bool escapes);
  Reason scan(JsonCursor& cursor, Arena& arena);
  Reason scan_members(JsonCursor& cursor, Arena& arena);
  Reason scan_no_object(JsonCursor& cursor);
  void note_field(std::string_view key, const std::uint32_t* value, Arena& arena);
  bool find_field(std::uint32_t field, JsonCursor& cursor) const;
  Reason read_time(JsonCursor cursor, Event& event, Arena& arena) const;
  Reason read_type(JsonCursor cursor, Event& event, Arena& arena);
  TypeId known_type(std::string_view name) const;
  void read_values(JsonCursor cursor, Event& event, Arena& arena);
  Value read_slot(const Slot& slot, JsonCursor cursor, Arena& arena);
  bool descend(const PathSegment& segment, JsonCursor& cursor, Arena& arena);
  bool descend_to_member(std::string_view name, JsonCursor& cursor, Arena& arena);
  bool descend_to_element(std::uint32_t index, JsonCursor& cursor);
  Value read_value(JsonCursor cursor, Arena& arena);
  std::string_view text_of(std::string_view between_quotes, Arena& arena) const;

  std::shared_ptr<const Schema> schema_;
  DecodeOptions options_;
  JsonIndex index_;  // of records read alone
  JsonChecker checker_;
  bool escapes_ = true;

  NameTable fields_;  // top-level names that anybody asks for
  std::uint32_t time_field_;
  std::uint32_t type_field_;
  std::vector<std::vector<Slot>> slots_;  // by type
  NameTable types_;                       // number n is TypeId n + 1: kOtherType has no name

  std::uint64_t record_ = 0;
  std::vector<Place> places_;  // by number in fields_
};

}  // namespace tocsin::connectors
