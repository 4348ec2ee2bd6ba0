#include "runtime/table_store.h"

#include "runtime/snapshot.h"

#include <algorithm>
#include <utility>

namespace tocsin::runtime {
namespace {

bool comes_before(const Event* a, const Event* b) {
  return sees_before(*a, *b);
}

}  // namespace

TableStore::TableStore(std::vector<std::shared_ptr<const patterns::Table>> tables,
                       std::shared_ptr<const Schema> schema)
    : tables_{std::move(tables)}, schema_{std::move(schema)} {
  for (const auto& table : tables_) {
    changing_.push_back(table->is_stream ? std::make_unique<ChangingTable>(table) : nullptr);
  }
  note_types();
}

TableStore::~TableStore() = default;
TableStore::TableStore(TableStore&&) noexcept = default;
TableStore& TableStore::operator=(TableStore&&) noexcept = default;

void TableStore::note_types() {
  changed_by_.assign(schema_->type_count(), false);
  any_stream_ = false;
  for (const auto& table : tables_) {
    for (const TypeId type : table->types)
      changed_by_[type.value] = changed_by_[type.value] || table->is_stream;
    any_stream_ = any_stream_ || table->is_stream;
  }
}

Value TableStore::find(const patterns::Lookup& lookup,
                       std::span<const Value> key,
                       const EventPlace& as_of) const {
  const std::uint16_t number = lookup.table.value;
  const Value* row = nullptr;
  TypeId type = tables_[number]->types.front();
  if (changing_[number] == nullptr) {
    row = tables_[number]->rows->find(key);
  } else if (const StoredEvent* event = changing_[number]->find(key, as_of, *schema_)) {
    row = event->values();
    type = event->type;
  }
  if (row == nullptr) return Value::null();
  if (!lookup.column) return Value::boolean(true);
  return row[schema_->layout(type).slot_of[lookup.column.value]];
}

bool TableStore::has_row(patterns::TableId table, std::span<const Value> key, const EventPlace& as_of) const {
  const ChangingTable* changing = changing_[table.value].get();
  if (changing != nullptr) return changing->find(key, as_of, *schema_) != nullptr;
  return tables_[table.value]->rows->find(key) != nullptr;
}

// --- changes ---------------------------------------------------------------------------------------

void TableStore::take(std::vector<const Event*>& changes) {
  if (changes.empty()) return;
  const auto middle = static_cast<std::ptrdiff_t>(waiting_.size());
  waiting_.insert(waiting_.end(), changes.begin(), changes.end());
  changes.clear();
  std::sort(waiting_.begin() + middle, waiting_.end(), comes_before);
  std::inplace_merge(waiting_.begin(), waiting_.begin() + middle, waiting_.end(), comes_before);
}

void TableStore::release(EventTime time) {
  const auto beyond = [](EventTime t, const Event* event) { return t < event->time; };
  const auto end = std::upper_bound(waiting_.begin(), waiting_.end(), time, beyond);
  for (auto at = waiting_.begin(); at != end; ++at) {
    for (const auto& table : changing_) {
      if (table != nullptr && table->changes_with((*at)->type)) table->apply(**at, *schema_);
    }
  }
  waiting_.erase(waiting_.begin(), end);
  if (restored_ != nullptr && restored_->newest <= time) restored_.reset();
}

void TableStore::forget(EventTime release, EventTime watermark) {
  for (const auto& table : changing_) {
    if (table != nullptr) table->forget_before(std::min(release, watermark));
  }
}

// --- snapshots -------------------------------------------------------------------------------------

void TableStore::save(std::string& out) const {
  SnapshotWriter writer(*schema_, out);
  for (const auto& table : changing_) {
    if (table != nullptr) table->save(writer);
  }
  const std::size_t waiting = writer.begin_record();
  writer.number(waiting_.size());
  for (const Event* event : waiting_) writer.event(*event);
  writer.end_record(waiting);
}

Status TableStore::restore(std::string_view bytes) {
  Memory memory;
  SnapshotReader in(memory, *schema_, bytes);
  for (const auto& table : changing_) {
    if (table != nullptr) table->restore(*schema_, in);
  }
  restored_ = std::make_unique<RestoredEvents>();
  restored_->bytes = in.record();
  SnapshotReader events(memory, *schema_, restored_->bytes);
  const std::size_t waiting = events.count();
  for (std::size_t i = 0; i < waiting && events.ok(); ++i) waiting_.push_back(&restored_->add(events));
  if (in.ok() && in.at_end() && events.ok() && events.at_end()) return {};
  return fail(ErrorCode::bad_data, "the snapshot holds tables that no engine has written");
}

// --- reload ----------------------------------------------------------------------------------------

void TableStore::swap(std::vector<std::shared_ptr<const patterns::Table>> tables,
                      std::shared_ptr<const Schema> schema,
                      const DecodeAgain& decode_again) {
  waiting_.clear();
  const auto current = std::exchange(schema_, std::move(schema));
  tables_ = std::move(tables);
  std::vector<std::unique_ptr<ChangingTable>> before = std::exchange(changing_, {});
  for (const auto& table : tables_) {
    const auto same = [&](const std::unique_ptr<ChangingTable>& old) {
      return old != nullptr && old->table().name == table->name &&
             old->table().definition == table->definition;
    };
    const auto old = table->is_stream ? std::find_if(before.begin(), before.end(), same) : before.end();
    if (old != before.end()) {
      changing_.push_back(std::move(*old));
      changing_.back()->move_to(table, *current, *schema_, decode_again);
    } else {
      changing_.push_back(table->is_stream ? std::make_unique<ChangingTable>(table) : nullptr);
    }
  }
  note_types();
}

}  // namespace tocsin::runtime
