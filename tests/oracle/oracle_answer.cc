#include "tests/oracle/answers.h"
#include "tests/oracle/interpreter.h"
#include "tests/oracle/matcher.h"
#include "tests/oracle/stream.h"
#include "tests/oracle/window_outcomes.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace tocsin::oracle {
namespace {

/// The keys under which a rule sees events.
class Keys {
 public:
  Keys(const patterns::Program& program, const Interpreter& interpreter)
      : program_{program}, interpreter_{interpreter} {}

  /// As `{"k":"k1"}`; none for an event that the rule does not see.
  std::set<std::string> of(const Event& event) const {
    std::set<std::string> out;
    const auto add = [&](const std::optional<std::string>& key) {
      if (key) out.insert(*key);
    };
    if (program_.variable_keys.empty()) {
      if (takes(program_.any_type, program_.types, event)) add(key(event));
      return out;
    }
    for (std::uint16_t v = 0; v < program_.variables.size(); ++v) {
      const patterns::Variable& variable = program_.variables[v];
      if (takes(variable.any_type, variable.types, event)) add(key(event, patterns::VariableId{v}));
    }
    return out;
  }

  /// The text of its attribute `k`; empty if it has none.
  std::string k_of(const Event& event) const {
    for (const patterns::KeyPart& part : program_.key) {
      const Value value = interpreter_.evaluate(part.value, &event, {});
      if (part.name == "k" && value.is_string()) return std::string(value.as_text());
    }
    return {};
  }

  /// As whose event `variable` takes it.
  std::optional<std::string> key(const Event& event, patterns::VariableId variable) const {
    for (const patterns::VariableKey& of : program_.variable_keys) {
      if ((of.variables & mask_of(variable)) != 0) return text(event, of.parts);
    }
    return key(event);
  }

 private:
  static bool takes(bool any, const std::vector<TypeId>& types, const Event& event) {
    return any || std::find(types.begin(), types.end(), event.type) != types.end();
  }

  std::optional<std::string> key(const Event& event) const {
    std::vector<patterns::ExpressionId> parts;
    for (const patterns::KeyPart& part : program_.key) parts.push_back(part.value);
    return text(event, parts);
  }

  std::optional<std::string> text(const Event& event,
                                  const std::vector<patterns::ExpressionId>& parts) const {
    std::string out = "{";
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const Value value = interpreter_.evaluate(parts[i], &event, {});
      if (value.is_null()) return std::nullopt;
      if (out.size() > 1) out += ',';
      append_json_string(out, program_.key[i].name);
      out += ':';
      append_json(out, value);
    }
    return out + "}";
  }

  const patterns::Program& program_;
  const Interpreter& interpreter_;
};

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ",") + text;
  return out;
}

std::string line_of(const Outcome& outcome,
                    const patterns::Program& program,
                    const std::vector<Event>& events,
                    const Stream& stream) {
  std::string out = outcome.kind == OutcomeKind::match ? "match " : "timeout ";
  out += format_duration(outcome.time.time_since_epoch());
  std::map<std::string, std::vector<std::string>> taken;
  for (const auto& [event, variable] : outcome.taken) {
    taken[program.variables[variable.value].name].push_back(stream.name_of(events[event]));
  }
  for (const auto& [name, numbers] : taken) out += " " + name + "=[" + joined(numbers) + "]";
  if (outcome.span) {
    out += " [" + format_duration(outcome.span->first.time_since_epoch()) + ".." +
           format_duration(outcome.span->second.time_since_epoch()) + "]";
  }
  if (!outcome.fields.empty()) out += " " + outcome.fields;
  if (outcome.suppressed > 0) out += " suppressed=" + std::to_string(outcome.suppressed);
  if (outcome.kind == OutcomeKind::match) return out;
  std::vector<std::string> waiting;
  for (std::size_t v = 0; v < program.variables.size(); ++v) {
    if ((outcome.waiting >> v & 1) != 0) waiting.push_back(program.variables[v].name);
  }
  std::sort(waiting.begin(), waiting.end());
  return out + " waiting=[" + joined(waiting) + "]";
}

/// One rule over the events of all keys.
class OneRule {
 public:
  OneRule(const compiler::CompiledRules& rules, std::size_t number, const Stream& stream)
      : rules_{rules}, number_{number}, program_{*rules.programs[number]}, stream_{stream} {
    for (const Event& event : stream.events()) {
      for (const std::string& key : keys_of_.of(event)) keys_[key].push_back(event);
    }
    for (const auto& [key, seen] : keys_) outcomes_[key] = outcomes(key, seen);
  }

  void append_to(Answer& out) const {
    for (const auto& [key, outcomes] : outcomes_) {
      for (const Outcome& outcome : outcomes) {
        const std::string line = line_of(outcome, program_, keys_.at(key), stream_);
        out.push_back(program_.id + " " + key + " " + line);
      }
    }
  }

  /// What the alerts become, in their order.
  std::vector<Derived> derived() const {
    std::vector<std::pair<Place, Derived>> all;
    for (const auto& [key, outcomes] : outcomes_) {
      for (const Outcome& outcome : outcomes) {
        if (!output_of(outcome).emit_to) continue;
        const Event& first = keys_.at(key)[outcome.taken.front().first];
        const EventTime told = std::max(outcome.time, outcome.at.time);
        Derived made{std::min(told, kEventTimeLast), {}, {}, {}};  // the end of the input may have decided it
        if (!outcome.fields.empty()) made.x = outcome.taken.size();
        made.kind = outcome.kind == OutcomeKind::match ? "match" : "timeout";
        if (!program_.key.empty()) made.k = keys_of_.k_of(first);
        all.emplace_back(place_of(outcome, made, keys_.at(key)), std::move(made));
      }
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Derived> out;
    for (auto& [place, made] : all) out.push_back(std::move(made));
    return out;
  }

 private:
  /// Its time, and whether what decided it came before; then what events decided by these, and what time did
  /// by the first events.
  using Place = std::tuple<EventTime, bool, EventTime, int, EventTime, std::uint64_t>;

  const patterns::Output& output_of(const Outcome& outcome) const {
    return outcome.kind == OutcomeKind::match ? *program_.on_match : *program_.on_timeout;
  }

  static Place place_of(const Outcome& outcome, const Derived& made, const std::vector<Event>& seen) {
    const EventTime decided = outcome.at.time;
    const bool at_once = decided >= made.time;
    if (outcome.at.event != kNever)
      return {made.time, at_once, decided, 0, {}, seen[outcome.at.event].offset};
    const Event& first = seen[outcome.taken.front().first];
    const int kind = outcome.kind == OutcomeKind::match ? 1 : 2;
    return {made.time, at_once, decided, kind, first.time, first.offset};
  }

  std::vector<Outcome> outcomes(const std::string& key, std::span<const Event> seen) const {
    const MayTake may_take = [&](const Event& event, patterns::VariableId variable) {
      return keys_of_.key(event, variable) == key;
    };
    if (program_.positions.empty())
      return window_outcomes_of(program_, *rules_.schema, history_, seen, may_take);
    const patterns::Pattern& pattern = rules_.stages[number_].front().pattern;
    auto out = outcomes_of(pattern, program_, *rules_.schema, history_, seen, may_take);
    for (Outcome& outcome : out) {
      std::vector<Taken> taken;
      for (const auto& [event, variable] : outcome.taken) taken.push_back({&seen[event], variable});
      outcome.fields = interpreter_.fields(output_of(outcome), taken);
    }
    return out;
  }

  const compiler::CompiledRules& rules_;
  std::size_t number_;
  const patterns::Program& program_;
  const Stream& stream_;
  History history_{rules_.tables, stream_.events()};
  Interpreter interpreter_{program_, *rules_.schema, history_, {}};
  Keys keys_of_{program_, interpreter_};
  std::map<std::string, std::vector<Event>> keys_;
  std::map<std::string, std::vector<Outcome>> outcomes_;
};

}  // namespace

Answer oracle_answer(const compiler::CompiledRules& rules, const std::vector<Record>& events) {
  Answer out;
  Stream stream{events, *rules.schema};
  for (std::size_t i = 0; i < rules.programs.size(); ++i) {
    const OneRule rule{rules, i, stream};
    rule.append_to(out);
    if (i + 1 == rules.programs.size()) break;
    for (const Derived& derived : rule.derived()) stream.add(derived);
  }
  return out;
}

}  // namespace tocsin::oracle
