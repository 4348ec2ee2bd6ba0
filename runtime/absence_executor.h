#pragma once
/// Waits for silence under each key of a table: `keys: devices` with `pattern: not beat for 10m`.
///
/// A silence begins when the key's row appears, and with each event that is awaited. It is told once, when it
/// has lasted; the key then has no state until it speaks again. One run a key: the last awaited event, if
/// there was one, and when the silence began.

#include "runtime/context.h"
#include "runtime/emitter.h"
#include "runtime/event_tests.h"
#include "runtime/key_store.h"

namespace tocsin::runtime {

class AbsenceExecutor final : public Executor {
 public:
  AbsenceExecutor(Context& context, std::uint32_t rule);

  bool may_open(CurrentEvent& event) override;
  void on_event(KeyState& key, RuleState& state, CurrentEvent& event) override;
  void on_deadline(KeyState& key, RuleState& state, EventTime deadline) override;
  void on_row(KeyState& key, RuleState& state, EventTime time, bool there) override;
  void drop(RuleState& state) override;
  void save(const RuleState& state, SnapshotWriter& out) const override;
  void restore(KeyState& key, RuleState& state, SnapshotReader& in) override;

 private:
  patterns::VariableId awaited_by_event();
  bool has_row(const Event& event);
  void begin(KeyState& key, RuleState& state, EventTime time, TakenEvent* tail);
  void arm(KeyState& key, RuleState& state);
  void tell(KeyState& key, const Run& run, EventTime end);

  Context& context_;
  const patterns::Program& program_;
  const patterns::Watch& watch_;
  std::uint32_t rule_index_;
  Emitter emitter_;
  EventTests tests_;
};

}  // namespace tocsin::runtime
