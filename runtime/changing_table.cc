#include "runtime/changing_table.h"

#include "base/check.h"
#include "runtime/evaluator.h"
#include "runtime/snapshot.h"

#include <algorithm>
#include <new>
#include <utility>

namespace tocsin::runtime {

using patterns::HashIndex;

ChangingTable::ChangingTable(std::shared_ptr<const patterns::Table> table) : table_{std::move(table)} {}

ChangingTable::~ChangingTable() {
  for (const Entry& entry : entries_) {
    for (Version* version = entry.oldest; version != nullptr;) free(std::exchange(version, version->after));
  }
}

std::span<const Value> ChangingTable::key_of(const Event& event, const Schema& schema, Key& key) const {
  const std::size_t parts = table_->key.size();
  for (std::size_t i = 0; i < parts; ++i) key[i] = attribute_of(event, schema, table_->key[i]);
  return {key.data(), parts};
}

std::uint32_t ChangingTable::find_entry(std::uint64_t hash,
                                        std::span<const Value> key,
                                        const Schema& schema) const {
  return index_.find(hash, [&](std::uint32_t number) {
    Key stored;
    return patterns::same_key(key_of(entries_[number].newest->event->event(schema), schema, stored), key);
  });
}

const StoredEvent* ChangingTable::find(std::span<const Value> key,
                                       const EventPlace& as_of,
                                       const Schema& schema) const {
  const auto hash = patterns::hash_of_key(key);
  if (!hash) return nullptr;
  const std::uint32_t number = find_entry(*hash, key, schema);
  return number == HashIndex::kNone ? nullptr : row_of(entries_[number], as_of);
}

const StoredEvent* ChangingTable::row_of(const Entry& entry, const EventPlace& as_of) {
  const Version* version = entry.newest;
  while (version != nullptr && !(version->event->place() < as_of)) version = version->before;
  return version == nullptr || version->gone ? nullptr : version->event;
}

// --- changes ---------------------------------------------------------------------------------------

bool ChangingTable::deletes(const Event& event, const Schema& schema) {
  if (table_->value && attribute_of(event, schema, table_->value).is_null()) return true;
  if (!table_->deleted) return false;
  scratch_.reset();
  Scope scope{table_->expressions, schema, scratch_, null_operations_, &event};
  return evaluate(scope, table_->deleted).is_true();
}

void ChangingTable::apply(const Event& event, const Schema& schema) {
  ++counters_.changes;
  Key parts;
  const std::span<const Value> key = key_of(event, schema, parts);
  const auto hash = patterns::hash_of_key(key);
  if (!hash) {
    ++counters_.unkeyed;
    return;
  }
  const bool gone = deletes(event, schema);
  std::uint32_t number = find_entry(*hash, key, schema);
  const bool is_new = number == HashIndex::kNone;
  if (gone && (is_new || entries_[number].newest->gone)) return;
  if (is_new && index_.size() == kTableKeysMax) {
    ++counters_.refused;
    return;
  }
  if (is_new) number = new_entry(*hash);
  append(number, new_version(event, gone, schema));
}

std::uint32_t ChangingTable::new_entry(std::uint64_t hash) {
  if (free_entries_.empty()) {
    free_entries_.push_back(static_cast<std::uint32_t>(entries_.size()));
    entries_.emplace_back();
  }
  const std::uint32_t number = free_entries_.back();
  free_entries_.pop_back();
  entries_[number] = {hash, nullptr, nullptr};
  index_.add(hash, number);
  return number;
}

ChangingTable::Version* ChangingTable::new_version(const Event& event, bool gone, const Schema& schema) {
  return new (slab_.allocate(sizeof(Version)))
      Version{store_.capture(event, schema, 0), nullptr, nullptr, gone};
}

void ChangingTable::append(std::uint32_t number, Version* version) {
  Entry& entry = entries_[number];
  version->before = entry.newest;
  entry.newest = version;
  if (version->before == nullptr) {
    entry.oldest = version;
    return;
  }
  version->before->after = version;
  followed_.push_back({version->event->time, number});
}

/// Each version that is followed has its place in `followed_`, so that an entry with one alone has none.
void ChangingTable::forget_before(EventTime time) {
  while (!followed_.empty() && followed_.front().time <= time) {
    drop_oldest(followed_.front().entry);
    followed_.pop_front();
  }
}

void ChangingTable::drop_oldest(std::uint32_t number) {
  Entry& entry = entries_[number];
  Version* const oldest = std::exchange(entry.oldest, entry.oldest->after);
  entry.oldest->before = nullptr;
  free(oldest);
  if (entry.oldest != entry.newest || !entry.newest->gone) return;
  index_.remove(entry.hash, number);
  free(entry.newest);
  entry = {};
  free_entries_.push_back(number);
}

void ChangingTable::free(Version* version) {
  store_.release(version->event);
  slab_.free(version, sizeof(Version));
}

// --- snapshots -------------------------------------------------------------------------------------

void ChangingTable::save(SnapshotWriter& out) const {
  for (const std::uint64_t n : {counters_.changes, counters_.unkeyed, counters_.refused}) out.number(n);
  out.number(index_.size());
  for (const Entry& entry : entries_) {
    if (entry.newest == nullptr) continue;
    std::uint64_t versions = 0;
    for (const Version* version = entry.oldest; version != nullptr; version = version->after) ++versions;
    out.number(versions);
    for (const Version* version = entry.oldest; version != nullptr; version = version->after) {
      out.flag(version->gone);
      out.captured(*version->event);
    }
  }
}

void ChangingTable::restore(const Schema& schema, SnapshotReader& in) {
  for (std::uint64_t* const n : {&counters_.changes, &counters_.unkeyed, &counters_.refused})
    *n = in.number();
  const std::size_t entries = in.count();
  for (std::size_t i = 0; i < entries && in.ok(); ++i) restore_entry(schema, in);
  std::stable_sort(followed_.begin(), followed_.end(), [](const Followed& a, const Followed& b) {
    return a.time < b.time;
  });
}

void ChangingTable::restore_entry(const Schema& schema, SnapshotReader& in) {
  const std::size_t versions = in.count();
  if (versions == 0) return in.fail();
  for (std::size_t i = 0; i < versions; ++i) {
    const bool gone = in.flag();
    scratch_.reset();
    const Event event = in.captured(scratch_);
    Key parts;
    const std::span<const Value> key = key_of(event, schema, parts);
    const auto hash = patterns::hash_of_key(key);
    const bool is_change = in.ok() && event.values != nullptr && changes_with(event.type) && hash;
    const std::uint32_t number = is_change ? find_entry(*hash, key, schema) : HashIndex::kNone;
    if (!is_change || (number == HashIndex::kNone) != (i == 0)) return in.fail();
    append(i == 0 ? new_entry(*hash) : number, new_version(event, gone, schema));
  }
}

// --- reload ----------------------------------------------------------------------------------------

void ChangingTable::move_to(std::shared_ptr<const patterns::Table> table,
                            const Schema& current,
                            const Schema& next,
                            const DecodeAgain& decode_again) {
  table_ = std::move(table);
  for (const Entry& entry : entries_) {
    for (Version* version = entry.oldest; version != nullptr; version = version->after) {
      scratch_.reset();
      Event event = version->event->event(current);
      decode_again(event, scratch_);
      StoredEvent* const fresh = store_.capture(event, next, 0);
      store_.release(std::exchange(version->event, fresh));
    }
  }
}

}  // namespace tocsin::runtime
