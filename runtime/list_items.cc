#include "runtime/list_items.h"

#include "runtime/json_array.h"
#include "runtime/operators.h"

namespace tocsin::runtime {
namespace {

std::int64_t count_items(ListItems items) {
  std::int64_t count = 0;
  while (items.next()) ++count;
  return count;
}

}  // namespace

ListItems::ListItems(const Value& list, Arena& scratch)
    : form_{list.kind() == ValueKind::list ? Form::list : Form::none}, scratch_{scratch} {
  if (form_ == Form::list) {
    rest_ = list.as_text();
  } else if (list.kind() == ValueKind::json) {
    const auto array = open_array(list.as_text());
    if (!array) return;
    form_ = Form::array;
    rest_ = *array;
  }
}

std::optional<Value> ListItems::next() {
  if (form_ == Form::array) return next_item(rest_, scratch_);
  if (rest_.empty()) return std::nullopt;
  return read_key_bytes(rest_);
}

Value is_member(const Value& v, const Value& list, Arena& scratch, std::uint64_t& null_operations) {
  if (v.is_null() || list.is_null()) return Value::null();
  ListItems items(list, scratch);
  if (!items.is_list()) return no_sense(null_operations);
  while (const auto item = items.next()) {
    if (compare(v, *item) == Ordering::equal) return Value::boolean(true);
  }
  return Value::boolean(false);
}

Value item_of(const Value& list, std::int32_t n, Arena& scratch, std::uint64_t& null_operations) {
  if (list.is_null()) return list;
  ListItems items(list, scratch);
  if (!items.is_list()) return no_sense(null_operations);
  std::int64_t skipped = n < 0 ? count_items(items) + n : n;
  if (skipped < 0) return Value::null();
  std::optional<Value> item = items.next();
  while (item && skipped-- > 0) item = items.next();
  return item.value_or(Value::null());
}

Value length_of(const Value& v, Arena& scratch, std::uint64_t& null_operations) {
  const ListItems items(v, scratch);
  return items.is_list() ? Value::integer(count_items(items)) : text_length(v, null_operations);
}

}  // namespace tocsin::runtime
