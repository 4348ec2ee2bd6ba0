/// Snapshots of what may still be corrected. Part of Corrections.

#include "app/corrections.h"

#include <utility>

namespace tocsin::app {

using runtime::AlertOrder;
using runtime::SnapshotReader;
using runtime::SnapshotWriter;

namespace {

void save_order(const AlertOrder& order, SnapshotWriter& out) {
  out.time(order.decided);
  out.number(order.level);
  out.number(static_cast<std::uint64_t>(order.phase));
  out.time(order.began);
  out.number(order.partition);
  out.number(order.offset);
  out.number(order.rule);
  out.word(order.key_hash);
  out.number(order.ordinal);
}

AlertOrder restore_order(SnapshotReader& in) {
  constexpr std::uint64_t kWord = std::uint64_t{1} << 32;
  AlertOrder order;
  order.decided = in.time();
  order.level = static_cast<std::uint16_t>(in.number_below(1u << 16));
  order.phase = static_cast<AlertOrder::Phase>(in.number_below(3));
  order.began = in.time();
  order.partition = static_cast<std::uint32_t>(in.number_below(kWord));
  order.offset = in.number();
  order.rule = static_cast<std::uint32_t>(in.number_below(kWord));
  order.key_hash = in.word();
  order.ordinal = static_cast<std::uint32_t>(in.number_below(kWord));
  return order;
}

}  // namespace

void Corrections::save(const Schema& schema, std::string& out) const {
  SnapshotWriter writer(schema, out);
  writer.number(retracted_);
  writer.number(corrected_);
  writer.number(groups_.size());
  for (const Group& group : groups_) {
    writer.word(static_cast<std::uint64_t>(group.lateness.count()));
    writer.time(group.since);
    writer.time(group.released);
    writer.number(group.rules.size());
    for (const std::uint32_t rule : group.rules) writer.number(rule);
    writer.number(group.told.size());
    for (const Told& told : group.told) {
      save_order(told.order, writer);
      writer.word(told.mark.line_high);
      writer.word(told.mark.line_low);
      writer.time(told.time);
      writer.text(told.head);
    }
    writer.text(group.engine->save());
  }
}

Status Corrections::restore(const runtime::RuleSet& rules, std::string_view bytes) {
  runtime::Memory memory;
  SnapshotReader in(memory, rules.schema(), bytes);
  Corrections fresh(workers_, disorder_);
  fresh.retracted_ = in.number();
  fresh.corrected_ = in.number();
  const std::size_t groups = in.count();
  for (std::size_t i = 0; i < groups; ++i) {
    if (!fresh.restore_group(rules, in))
      return fail(ErrorCode::bad_data, "the snapshot holds corrections that no engine has written");
  }
  if (!in.ok() || !in.at_end()) return fail(ErrorCode::bad_data, "the snapshot goes on behind its end");
  *this = std::move(fresh);
  return {};
}

bool Corrections::restore_group(const runtime::RuleSet& rules, SnapshotReader& in) {
  Group& group = groups_.emplace_back();
  group.lateness = Duration{static_cast<std::int64_t>(in.word())};
  group.since = in.time();
  group.released = in.time();
  const std::size_t size = in.count();
  for (std::size_t i = 0; i < size; ++i)
    group.rules.push_back(static_cast<std::uint32_t>(in.number_below(rules.rules().size())));
  const std::size_t told = in.count();
  for (std::size_t i = 0; i < told && in.ok(); ++i) {
    Told& one = group.told.emplace_back();
    one.order = restore_order(in);
    one.mark.decided = one.order.decided;
    one.mark.phase = one.order.phase;
    one.mark.line_high = in.word();
    one.mark.line_low = in.word();
    one.time = in.time();
    one.head = in.text();
  }
  const std::string_view engine = in.text();
  if (!in.ok() || group.rules.empty() || group.lateness <= Duration{0}) return false;
  make_engine(group, rules);
  return group.engine->restore(engine).has_value();
}

}  // namespace tocsin::app
