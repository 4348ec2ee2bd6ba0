#include "tests/oracle/answers.h"
#include "tests/oracle/interpreter.h"
#include "tests/oracle/matcher.h"

#include <algorithm>
#include <map>
#include <optional>

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
    if (attribute == "x" && record.x) return Value::integer(*record.x);
    if (attribute == "y" && record.y_halves) return Value::real(*record.y_halves / 2.0);
    return Value::null();
  }

  std::vector<std::vector<Value>> values_;
};

/// `{"k":"k1"}`; nothing for an event that the rule does not see.
std::optional<std::string> key_of(const Event& event,
                                  const patterns::Program& program,
                                  const Interpreter& interpreter) {
  const bool seen = program.any_type ||
                    std::find(program.types.begin(), program.types.end(), event.type) != program.types.end();
  if (!seen) return std::nullopt;
  std::string out = "{";
  for (const patterns::KeyPart& part : program.key) {
    const Value value = interpreter.evaluate(part.value, &event, {});
    if (value.is_null()) return std::nullopt;
    if (out.size() > 1) out += ',';
    append_json_string(out, part.name);
    out += ':';
    append_json(out, value);
  }
  return out + "}";
}

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
  const patterns::Pattern& pattern = rules.stages.front().front().pattern;
  const Interpreter interpreter{program, *rules.schema};
  const Stream stream{events, *rules.schema};
  std::map<std::string, std::vector<Event>> keys;
  for (const Event& event : stream.events) {
    if (const auto key = key_of(event, program, interpreter)) keys[*key].push_back(event);
  }
  Answer out;
  for (const auto& [key, seen] : keys) {
    for (const Outcome& outcome : outcomes_of(pattern, program, *rules.schema, seen)) {
      out.push_back(key + " " + line_of(outcome, pattern.variable_names, seen));
    }
  }
  return out;
}

}  // namespace tocsin::oracle
