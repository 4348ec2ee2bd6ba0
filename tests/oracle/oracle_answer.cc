#include "tests/oracle/answers.h"
#include "tests/oracle/interpreter.h"
#include "tests/oracle/matcher.h"
#include "tests/oracle/window_outcomes.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace tocsin::oracle {
namespace {

/// One event with all that it points at.
class Stream {
 public:
  Stream(const std::vector<Record>& records, const Schema& schema) : values_(records.size()) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      Event event;
      event.time = EventTime{std::chrono::seconds(records[i].second)};
      event.offset = i;
      event.type_name = {&records[i].type, 1};
      event.type = schema.find_type(event.type_name);
      for (const AttributeId id : schema.layout(event.type).attributes) {
        values_[i].push_back(value_of(records[i], to_string(schema.path(id))));
      }
      event.values = values_[i].data();
      events.push_back(event);
    }
  }

  std::vector<Event> events;

 private:
  static Value value_of(const Record& record, const std::string& attribute) {
    if (attribute == "k" && !record.k.empty()) return Value::string(record.k);
    if (attribute == "j" && !record.j.empty()) return Value::string(record.j);
    if (attribute == "x" && record.x) return Value::integer(*record.x);
    if (attribute == "y" && record.y_halves) return Value::real(*record.y_halves / 2.0);
    return Value::null();
  }

  std::vector<std::vector<Value>> values_;
};

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
                    const std::vector<std::string>& names,
                    const std::vector<Event>& events) {
  std::string out = outcome.kind == OutcomeKind::match ? "match " : "timeout ";
  out += format_duration(outcome.time.time_since_epoch());
  std::map<std::string, std::vector<std::string>> taken;
  for (const auto& [event, variable] : outcome.taken) {
    taken[names[variable.value]].push_back(std::to_string(events[event].offset));
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
  for (std::size_t v = 0; v < names.size(); ++v) {
    if ((outcome.waiting >> v & 1) != 0) waiting.push_back(names[v]);
  }
  std::sort(waiting.begin(), waiting.end());
  return out + " waiting=[" + joined(waiting) + "]";
}

}  // namespace

Answer oracle_answer(const compiler::CompiledRules& rules, const std::vector<Record>& events) {
  const patterns::Program& program = *rules.programs.front();
  const Interpreter interpreter{program, *rules.schema, {}};
  const Stream stream{events, *rules.schema};
  const Keys keys_of{program, interpreter};
  std::map<std::string, std::vector<Event>> keys;
  for (const Event& event : stream.events) {
    for (const std::string& key : keys_of.of(event)) keys[key].push_back(event);
  }
  const auto outcomes = [&](const std::string& key, std::span<const Event> seen) {
    if (program.positions.empty()) return window_outcomes_of(program, *rules.schema, seen);
    const MayTake may_take = [&](const Event& event, patterns::VariableId variable) {
      return keys_of.key(event, variable) == key;
    };
    return outcomes_of(rules.stages.front().front().pattern, program, *rules.schema, seen, may_take);
  };
  std::vector<std::string> names;
  for (const patterns::Variable& variable : program.variables) names.push_back(variable.name);
  Answer out;
  for (const auto& [key, seen] : keys) {
    for (const Outcome& outcome : outcomes(key, seen))
      out.push_back(key + " " + line_of(outcome, names, seen));
  }
  return out;
}

}  // namespace tocsin::oracle
