#include "patterns/program.h"

#include "base/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <iterator>

namespace tocsin::patterns {
namespace {

/// Words of an enum, in its order.
template <std::size_t N, class Enum>
std::string_view word(const std::string_view (&words)[N], Enum value) {
  const auto at = static_cast<std::size_t>(value);
  TOCSIN_CHECK(at < N, "no such enumerator");
  return words[at];
}

class ProgramPrinter {
 public:
  ProgramPrinter(const Program& program, const Schema& schema) : program_{program}, schema_{schema} {
    for (const Variable& variable : program.variables) variables_.push_back(variable.name);
  }

  std::string print() {
    print_header();
    for (const Variable& variable : program_.variables) print_variable(variable);
    print_positions();
    print_limits();
    print_watch();
    print_window();
    print_aggregates();
    print_output("on match", program_.on_match);
    print_output("on timeout", program_.on_timeout);
    if (program_.late_stream) line("late stream {}", schema_.type_name(*program_.late_stream));
    if (program_.lateness > Duration{0}) line("late apply within {}", format_duration(program_.lateness));
    if (program_.suppress > Duration{0}) line("suppress {}", format_duration(program_.suppress));
    return std::move(out_);
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_ += '\n';
  }

  std::string expression(ExpressionId id) const { return to_string(program_, id, schema_); }

  /// ` a b`
  std::string names(VariableMask variables) const {
    std::string out;
    for (VariableMask rest = variables; rest != 0; rest &= rest - 1) {
      out += " " + variables_[static_cast<std::size_t>(std::countr_zero(rest))];
    }
    return out;
  }

  void print_header() {
    line("rule {}", program_.id);
    line("version {}", program_.version);
    line("severity {}", name_of(program_.severity));
    std::string key;
    for (const KeyPart& part : program_.key) key += (key.empty() ? "" : ", ") + part.name;
    if (program_.variable_keys.empty()) line("key {}", key.empty() ? "(one for all)" : key);
    for (const VariableKey& of : program_.variable_keys) print_key(of);
    line("sees {}", types_text(schema_, program_.any_type, program_.types));
    if (program_.level > 0) line("level {}", program_.level);
  }

  void print_key(const VariableKey& key) {
    std::string parts;
    for (const ExpressionId part : key.parts) parts += (parts.empty() ? "" : ", ") + expression(part);
    line("key {} of{}", parts, names(key.variables));
  }

  void print_variable(const Variable& variable) {
    line("variable {}: {}", variable.name, types_text(schema_, variable.any_type, variable.types));
    if (variable.own_condition) line("  by itself: {}", expression(variable.own_condition));
    if (variable.run_condition) line("  by what was taken: {}", expression(variable.run_condition));
    if (variable.prior_depth > 0) line("  looks back {}", variable.prior_depth);
  }

  std::string position_name(std::size_t i) const {
    if (i == kStart.value) return "start";
    return fmt::format("{} {}", i, variables_[program_.positions[i].variable.value]);
  }

  void print_positions() {
    for (std::size_t i = 0; i < program_.positions.size(); ++i) {
      line("position {}", position_name(i));
      if (i == kStart.value) print_lulls();
      for (const Transition& transition : program_.positions[i].transitions) print_transition(i, transition);
      for (const Guard& guard : program_.positions[i].guards) print_guard(guard);
    }
  }

  void print_transition(std::size_t from, const Transition& t) {
    const std::string gap = gap_text(t.gap_min, t.gap_max);
    switch (t.kind) {
      case Transition::Kind::accept:
        line("  accept");
        return;
      case Transition::Kind::accept_late:
        line("  accept at the deadline{}", gap);
        return;
      case Transition::Kind::take:
        line("  {}{}{}{}{}",
             from == kStart.value ? "" : fmt::format("{}{} ", name_of(t.link), gap),
             position_name(t.target.value),
             from == kStart.value ? "" : rivals(t),
             t.outdoes == 0 ? "" : " outdoes",
             ways(t.outdoes));
    }
  }

  /// What else closes a `->`.
  std::string rivals(const Transition& t) const {
    const VariableMask others = t.rivals & ~mask_of(program_.positions[t.target.value].variable);
    return t.link != Link::followed_by || others == 0 ? "" : fmt::format(" (or{})", names(others));
  }

  /// ` 0 2`
  static std::string ways(TransitionMask mask) {
    std::string out;
    for (; mask != 0; mask &= mask - 1) out += fmt::format(" {}", std::countr_zero(mask));
    return out;
  }

  void print_guard(const Guard& guard) {
    const bool until = guard.blocks_take && !guard.next_only;
    line("  {} {}{}{} closes{}",
         until ? "until" : "not",
         variables_[guard.variable.value],
         gap_text(guard.gap_min, kForever),
         guard.next_only ? " (next)" : "",
         ways(guard.closes));
  }

  void print_lulls() {
    for (const Lull& lull : program_.lulls) {
      line("  not {} for {} closes{}",
           variables_[lull.variable.value],
           format_duration(lull.length),
           ways(lull.closes));
    }
  }

  void print_limits() {
    if (program_.positions.empty()) return;
    if (program_.within_events > 0) {
      line("within {} events", program_.within_events);
    } else {
      line("within {}", program_.within == kForever ? "(no limit)" : format_duration(program_.within));
    }
    line("after match {}{}", name_of(program_.after_match), names(program_.skip_to));
    if (program_.runs != RunsKept::all) line("runs {}", name_of(program_.runs));
    const RunLimit& limit = program_.run_limit;
    if (limit.per_key != kRunsPerKey || limit.policy != LimitPolicy::drop_newest)
      line("max runs per key {}, {}", limit.per_key, name_of(limit.policy));
    if (program_.emit_preferred) line("emit preferred");
    if (program_.report_all) line("report all");
    if (program_.cancel) line("cancel {}", variables_[program_.cancel.value]);
  }

  void print_watch() {
    if (!program_.watch) return;
    const Watch& watch = *program_.watch;
    line("watches the keys of {}", watch.table);
    line("  for{} that stays away for {}", names(watch.awaited), format_duration(watch.silence));
  }

  void print_window() {
    const Window& window = program_.window;
    switch (window.kind) {
      case WindowKind::none:
        return;
      case WindowKind::count:
        line("window count {}{}",
             window.count,
             window.size > Duration{0} ? " or " + format_duration(window.size) : "");
        break;
      case WindowKind::hopping:
        line("window hopping {} every {}", format_duration(window.size), format_duration(window.every));
        break;
      case WindowKind::tumbling:
      case WindowKind::sliding:
      case WindowKind::session:
        line("window {} {}", name_of(window.kind), format_duration(window.size));
    }
    if (window.offset > Duration{0}) line("offset {}", format_duration(window.offset));
    if (window.zone.name() != "UTC") line("timezone {}", window.zone.name());
    if (program_.having) {
      line("having {}", expression(program_.having));
      line("emit {}", name_of(program_.emit));
    }
  }

  void print_aggregates() {
    const ExpressionPool& pool = program_.expressions;
    for (std::size_t i = 0; i < pool.aggregate_count(); ++i) {
      const Aggregate& a = pool.aggregate(AggregateId{static_cast<std::uint16_t>(i)});
      line("aggregate {} of {} over{}",
           name_of(a.kind),
           a.operand ? expression(a.operand) : "events",
           names(a.variables));
    }
  }

  void print_output(const char* name, const std::optional<Output>& output) {
    if (!output) {
      line("{}: none", name);
      return;
    }
    line("{}:", name);
    if (output->message) line("  message {}", message(*output->message));
    for (const Field& field : output->fields) line("  {} = {}", field.name, expression(field.value));
    if (output->emit_to) line("  emit to {}", schema_.type_name(*output->emit_to));
  }

  std::string message(const Template& text) const {
    std::string plain;
    for (const auto& part : text.parts) {
      const auto* hole = std::get_if<ExpressionId>(&part);
      plain += hole ? "{" + expression(*hole) + "}" : std::get<std::string>(part);
    }
    std::string out;
    append_json_string(out, plain);
    return out;
  }

  const Program& program_;
  const Schema& schema_;
  std::vector<std::string> variables_;
  std::string out_;
};

}  // namespace

std::string_view name_of(Link link) {
  static constexpr std::string_view kWords[] = {"->", "~>", "=>"};
  return word(kWords, link);
}

std::string_view name_of(AfterMatch after) {
  static constexpr std::string_view kWords[] = {
      "skip past last event", "skip to next event", "skip to first", "skip to last", "no skip"};
  return word(kWords, after);
}

std::string_view name_of(LimitPolicy policy) {
  static constexpr std::string_view kWords[] = {"drop newest", "drop oldest", "fail"};
  return word(kWords, policy);
}

std::string_view name_of(RunsKept runs) {
  static constexpr std::string_view kWords[] = {"all", "newest", "first", "once"};
  return word(kWords, runs);
}

std::string_view name_of(WindowKind kind) {
  static constexpr std::string_view kWords[] = {"none", "tumbling", "hopping", "sliding", "session", "count"};
  return word(kWords, kind);
}

std::string_view name_of(WindowEmit emit) {
  static constexpr std::string_view kWords[] = {"first", "each", "close"};
  return word(kWords, emit);
}

std::string_view name_of(RuleSeverity severity) {
  static constexpr std::string_view kWords[] = {"info", "low", "medium", "high", "critical"};
  return word(kWords, severity);
}

std::string gap_text(Duration min, Duration max) {
  if (min == Duration{0}) return max == kForever ? "" : fmt::format("[{}]", format_duration(max));
  return fmt::format("[{}..{}]", format_duration(min), max == kForever ? "" : format_duration(max));
}

std::string to_string(const Program& program, ExpressionId id, const Schema& schema) {
  std::vector<std::string> variables;
  std::vector<std::string> keys;
  for (const Variable& variable : program.variables) variables.push_back(variable.name);
  for (const KeyPart& part : program.key) keys.push_back(part.name);
  return to_string(program.expressions, id, schema, variables, keys);
}

std::string types_text(const Schema& schema, bool any, std::span<const TypeId> types) {
  if (any) return "any";
  std::vector<std::string> names;
  for (const TypeId type : types) names.push_back(schema.type_name(type));
  std::sort(names.begin(), names.end());  // ids depend on the other rules
  return fmt::format("{}", fmt::join(names, "|"));
}

std::string to_string(const Program& program, const Schema& schema) {
  return ProgramPrinter{program, schema}.print();
}

}  // namespace tocsin::patterns
