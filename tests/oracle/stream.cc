#include "tests/oracle/stream.h"

#include <algorithm>

namespace tocsin::oracle {
namespace {

Value value_of(const Record& record, const std::string& attribute) {
  if (attribute == "type") return Value::string({&record.type, 1});
  if (attribute == "k" && !record.k.empty()) return Value::string(record.k);
  if (attribute == "j" && !record.j.empty()) return Value::string(record.j);
  if (attribute == "x" && record.x) return Value::integer(*record.x);
  if (attribute == "y" && record.y_halves) return Value::real(*record.y_halves / 2.0);
  return Value::null();
}

Value value_of(const Derived& derived, const std::string& attribute) {
  if (attribute == "type") return Value::string("z");
  if (attribute == "k" && !derived.k.empty()) return Value::string(derived.k);
  if (attribute == "x" && derived.x) return Value::integer(static_cast<std::int64_t>(*derived.x));
  return Value::null();
}

}  // namespace

Stream::Stream(const std::vector<Record>& records, const Schema& schema) : schema_{schema} {
  for (const Record& record : records) {
    const std::string& type = texts_.emplace_back(1, record.type);
    names_.push_back(std::to_string(events_.size()));
    events_.push_back(make(EventTime{std::chrono::seconds(record.second)}, type, record));
  }
}

void Stream::add(const Derived& derived) {
  names_.push_back("z@" + format_duration(derived.time.time_since_epoch()) + "/" + derived.kind);
  const auto later = [&](const Event& event) { return event.time > derived.time; };
  const auto at = std::find_if(events_.begin(), events_.end(), later);
  events_.insert(at, make(derived.time, "z", derived));
}

template <class Source>
Event Stream::make(EventTime time, std::string_view type, const Source& source) {
  Event event;
  event.time = time;
  event.offset = names_.size() - 1;
  event.type_name = type;
  event.type = schema_.find_type(type);
  auto& values = values_.emplace_back();
  for (const AttributeId id : schema_.layout(event.type).attributes) {
    const Value value = value_of(source, to_string(schema_.path(id)));
    values.push_back(value.is_string() ? Value::string(texts_.emplace_back(value.as_text())) : value);
  }
  event.values = values.data();
  return event;
}

}  // namespace tocsin::oracle
