/// Names in expressions: which event, attribute, macro or key part a path such as `s.geo.country` stands for.

#include "compiler/analyze_expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace tocsin::compiler {

using patterns::EventPick;
using patterns::ExpressionNode;
using patterns::Op;
using patterns::VariableMask;

namespace {

/// Every key keeps as many events as its rule looks back.
constexpr std::int64_t kPriorMax = 100;

}  // namespace

Typed ExpressionAnalyzer::visit(const dsl::Expr& at, const dsl::Name&) {
  const auto path = unrolled(at);
  return path ? resolve(*path) : failed();
}

Typed ExpressionAnalyzer::visit(const dsl::Expr& at, const dsl::Member&) {
  const auto path = unrolled(at);
  return path ? resolve(*path) : failed();
}

Typed ExpressionAnalyzer::visit(const dsl::Expr& at, const dsl::Index&) {
  const auto path = unrolled(at);
  return path ? resolve(*path) : failed();
}

/// `a.b[0].c` -> base `a`, steps `.b`, `[0]`, `.c`. Nothing, with an error, if an index is no number.
std::optional<ExpressionAnalyzer::Path> ExpressionAnalyzer::unrolled(const dsl::Expr& at) {
  Path path;
  path.span = at.span;
  path.base = &at;
  while (true) {
    if (const auto* member = std::get_if<dsl::Member>(&path.base->node)) {
      path.steps.push_back(Step{member->name.value, 0, member->name.span});
      path.base = member->object.get();
    } else if (const auto* index = std::get_if<dsl::Index>(&path.base->node)) {
      if (table_named_by(*index->object) != nullptr) break;
      if (!append_index(path, *index)) return std::nullopt;
      path.base = index->object.get();
    } else {
      break;
    }
  }
  std::reverse(path.steps.begin(), path.steps.end());
  return path;
}

bool ExpressionAnalyzer::append_index(Path& path, const dsl::Index& node) {
  const auto value = constant_of(*node.index);
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  if (!value || value->kind() != ValueKind::integer || std::abs(value->as_integer()) > kMax) {
    if (!misspells_table(*node.object))
      reporter_.error(node.index->span, "E0305", "an index is a whole number, written out");
    return false;
  }
  path.steps.push_back(
      Step{static_cast<std::uint32_t>(value->as_integer()), value->as_integer(), node.index->span});
  return true;
}

Typed ExpressionAnalyzer::resolve(const Path& path) {
  if (const auto* name = std::get_if<dsl::Name>(&path.base->node)) return resolve_name(name->text, path);
  if (const auto* index = std::get_if<dsl::Index>(&path.base->node)) return resolve_lookup(*index, path);
  const auto* call = std::get_if<dsl::Call>(&path.base->node);
  if (call != nullptr && (call->function.value == "first" || call->function.value == "last")) {
    return resolve_edge(*call, path);
  }
  return resolve_item(path);
}

/// `split(path, '/')[-1]`: what has an index and is no event is a list.
Typed ExpressionAnalyzer::resolve_item(const Path& path) {
  const bool index = path.steps.size() == 1 && std::holds_alternative<std::uint32_t>(path.steps[0].segment);
  if (!index) return error(path.base->span, "E0306", "only an event has attributes");
  const Typed list = analyze(*path.base);
  if (list.type != Type::list && list.type != Type::any) {
    return error(path.base->span, "E0306", fmt::format("a {} has no items", compiler::name_of(list.type)));
  }
  ExpressionNode node;
  node.op = Op::item;
  node.index = static_cast<std::uint32_t>(path.steps[0].index);
  return add(node, Type::any, std::array{list.id});
}

Typed ExpressionAnalyzer::resolve_name(const std::string& name, const Path& path) {
  if (name == "prior") return resolve_prior(path);
  if (name == "this") return resolve_this(path);
  if (const auto taken = taken_named(name)) return resolve_taken(*taken, path);
  const bool shared = scope_.library.find_macro(name) != nullptr ||
                      scope_.library.find_list(name) != nullptr || scope_.library.find_table(name) != nullptr;
  if (shared) return resolve_shared(name, path);
  if (in_aggregate_) {
    return error(
        path.span, "E0303", "which event? an aggregate speaks of a variable's events", variables_hint(name));
  }
  return place_.has_own_event() ? resolve_own(path) : resolve_key_part(name, path);
}

Typed ExpressionAnalyzer::resolve_shared(const std::string& name, const Path& path) {
  if (scope_.library.find_table(name) != nullptr) {
    return error(path.span,
                 "E0331",
                 fmt::format("which row? the table `{}` is asked by a key", name),
                 fmt::format("as `{}[key].column`; `this.{}` is the attribute", name, name));
  }
  if (scope_.library.find_list(name) != nullptr) {
    return error(path.span, "E0307", fmt::format("the list `{}` can only stand after `in`", name));
  }
  if (!path.steps.empty()) {
    return error(path.span,
                 "E0307",
                 fmt::format("`{}` is a macro and has no attributes", name),
                 "`this." + name + "` is the attribute");
  }
  return expand(*scope_.library.find_macro(name), name, path);
}

Typed ExpressionAnalyzer::expand(const Macro& macro, const std::string& name, const Path& path) {
  if (std::find(macros_.begin(), macros_.end(), name) != macros_.end()) {
    return error(path.span, "E0308", fmt::format("the macro `{}` uses itself", name));
  }
  if (macros_.size() == kMacroDepthMax) {
    return error(path.span, "E0308", fmt::format("macros use macros more than {} deep", kMacroDepthMax));
  }
  const Reporter outer = reporter_;
  reporter_ = outer.in(macro.file);
  macros_.push_back(name);
  const Typed out = analyze(*macro.body);
  macros_.pop_back();
  reporter_ = outer;
  return out;
}

Typed ExpressionAnalyzer::resolve_this(const Path& path) {
  if (!place_.has_own_event() || in_aggregate_) {
    return error(path.base->span,
                 "E0303",
                 "there is no event that `this` could speak of",
                 variables_hint("attribute"));
  }
  const auto attributes = attribute_path(path, 0);
  return attributes ? own_attribute(*attributes, path.span) : failed();
}

/// `prior.x` and `prior[1].x`: of the event just before; `prior[2].x`: of the one before that.
Typed ExpressionAnalyzer::resolve_prior(const Path& path) {
  const bool in_condition =
      place_.kind == Place::Kind::condition || place_.kind == Place::Kind::window_condition;
  if (!in_condition || in_aggregate_) {
    return error(path.base->span,
                 "E0303",
                 "there is no event that `prior` could come before",
                 "it stands in a variable's condition, and not in an aggregate");
  }
  EventPick pick{EventPick::Which::prior, 1, 0};
  std::size_t from = 0;
  if (!path.steps.empty() && std::holds_alternative<std::uint32_t>(path.steps[0].segment)) {
    const std::int64_t n = path.steps[0].index;
    if (n < 1 || n > kPriorMax) {
      return error(path.steps[0].span,
                   "E0305",
                   fmt::format("`prior` looks back from 1 to {} events", kPriorMax),
                   "`prior[1]` is the event just before, `prior[2]` the one before that");
    }
    pick.n = static_cast<std::int32_t>(n);
    from = 1;
  }
  std::uint32_t& depth = scope_.program.variables[place_.own.value].prior_depth;
  depth = std::max(depth, static_cast<std::uint32_t>(pick.n));
  return of_event(pick, 0, path, from);
}

Typed ExpressionAnalyzer::resolve_own(const Path& path) {
  const auto& name = std::get<dsl::Name>(path.base->node).text;
  if (path.steps.empty() && name == "time") return built_in(Op::event_time, EventPick{});
  if (path.steps.empty() && name == "type") return built_in(Op::event_type, EventPick{});
  AttributePath attributes{{name}};
  for (const Step& step : path.steps) {
    if (step.index < 0) return error(step.span, "E0305", "an index into a list starts at 0");
    attributes.segments.push_back(step.segment);
  }
  warn_of_near_variable(attributes, path);
  return own_attribute(attributes, path.span);
}

/// `opne.badge` is the attribute `badge` of `opne`, an object in the event itself. Where there is a variable
/// `open` this is hardly ever meant.
void ExpressionAnalyzer::warn_of_near_variable(AttributePath attributes, const Path& path) {
  if (path.steps.empty()) return;
  const std::string text = to_string(attributes);
  const std::string& name = std::get<std::string>(attributes.segments.front());
  const std::string_view meant = dsl::nearest(name, visible_names());
  if (meant.empty()) return;
  attributes.segments.front() = std::string{meant};
  reporter_.warning(path.span,
                    "W0111",
                    fmt::format("`{}` is read as an attribute of the event itself", text),
                    fmt::format("did you mean `{}`? If not, write `this.{}`", to_string(attributes), text));
}

Typed ExpressionAnalyzer::own_attribute(const AttributePath& attributes, dsl::Span span) {
  const bool key = place_.kind == Place::Kind::key;
  const AttributeId id =
      key ? scope_.use_attribute_of_seen(attributes, Reading::on_arrival, span)
          : scope_.use_attribute(attributes, patterns::mask_of(place_.own), Reading::on_arrival, span);
  ExpressionNode node;
  node.op = Op::attribute;
  node.index = id.value;
  return add(node, Type::any, {});
}

Typed ExpressionAnalyzer::resolve_key_part(const std::string& name, const Path& path) {
  if (path.steps.empty() && name == "time" && place_.kind == Place::Kind::output) {
    return add(Op::alert_time, Type::time, {});
  }
  AttributePath attributes{{name}};
  for (const Step& step : path.steps) attributes.segments.push_back(step.segment);
  const std::string text = to_string(attributes);
  if (const auto part = key_part_named(text)) return key_part(*part);
  std::string hint = variables_hint(text);
  const std::string_view meant = path.steps.empty() ? "" : dsl::nearest(name, visible_names());
  if (!meant.empty()) {
    attributes.segments.front() = std::string{meant};
    hint = fmt::format("did you mean `{}`?", to_string(attributes));
  }
  return error(
      path.span, "E0303", fmt::format("which event? `{}` is not part of the key", text), std::move(hint));
}

/// The key part written as `text`, where the key is all that is known of an event: in outputs and `having`.
std::optional<std::uint32_t> ExpressionAnalyzer::key_part_named(std::string_view text) const {
  if (place_.has_own_event() || in_aggregate_) return std::nullopt;
  const auto& key = scope_.program.key;
  const auto part = std::find_if(key.begin(), key.end(), [&](const auto& p) { return p.name == text; });
  if (part == key.end()) return std::nullopt;
  return static_cast<std::uint32_t>(part - key.begin());
}

Typed ExpressionAnalyzer::key_part(std::uint32_t index) {
  ExpressionNode node;
  node.op = Op::key_part;
  node.index = index;
  return add(node, Type::any, {});
}

/// `match` is every event taken so far, of whatever variable. A key is made before anything is taken.
std::optional<ExpressionAnalyzer::Taken> ExpressionAnalyzer::taken_named(std::string_view name) const {
  if (place_.kind == Place::Kind::key) return std::nullopt;
  if (name == "match") return Taken{name, place_.visible & scope_.all_variables()};
  const VariableMask variables = scope_.find_variables(name);
  return variables == 0 ? std::nullopt : std::optional{Taken{name, variables}};
}

std::optional<ExpressionAnalyzer::Taken> ExpressionAnalyzer::taken_named_by(
    const dsl::Expr& expression) const {
  const auto* name = std::get_if<dsl::Name>(&expression.node);
  return name == nullptr ? std::nullopt : taken_named(name->text);
}

Typed ExpressionAnalyzer::resolve_taken(const Taken& taken, const Path& path) {
  if (in_aggregate_) return resolve_aggregated(taken, path);
  if (!check_visible(taken, path.span)) return failed();
  EventPick pick{EventPick::Which::last, 0, taken.variables};
  std::size_t from = 0;
  if (!path.steps.empty() && std::holds_alternative<std::uint32_t>(path.steps[0].segment)) {
    pick.which = EventPick::Which::nth;
    pick.n = static_cast<std::int32_t>(path.steps[0].index);
    from = 1;
  }
  return of_event(pick, taken.variables, path, from);
}

/// In an aggregate's operand `v.x` is that of the event being added.
Typed ExpressionAnalyzer::resolve_aggregated(const Taken& taken, const Path& path) {
  if (aggregated_ != 0 && aggregated_ != taken.variables) {
    return error(path.span, "E0508", "an aggregate is over the events of one variable, or of one set");
  }
  if (!check_visible(taken, path.span)) return failed();
  aggregated_ = taken.variables;
  return of_event(EventPick{}, taken.variables, path, 0);
}

Typed ExpressionAnalyzer::resolve_edge(const dsl::Call& call, const Path& path) {
  if (in_aggregate_) {
    return error(path.span, "E0508", fmt::format("`{}` cannot stand in an aggregate", call.function.value));
  }
  const auto taken = call.arguments.size() == 1 ? taken_named_by(call.arguments[0]) : std::nullopt;
  if (!taken) {
    return error(path.base->span,
                 "E0306",
                 fmt::format("`{}` wants a variable", call.function.value),
                 variables_hint("x"));
  }
  if (!check_visible(*taken, call.arguments[0].span)) return failed();
  const auto which = call.function.value == "first" ? EventPick::Which::first : EventPick::Which::last;
  return of_event(EventPick{which, 0, taken->variables}, taken->variables, path, 0);
}

/// The attribute that the steps from `from` on name, of the event that `pick` says.
Typed ExpressionAnalyzer::of_event(EventPick pick,
                                   VariableMask variables,
                                   const Path& path,
                                   std::size_t from) {
  if (path.steps.size() == from + 1) {
    const PathSegment& only = path.steps[from].segment;
    if (only == PathSegment{"time"}) return built_in(Op::event_time, pick);
    if (only == PathSegment{"type"}) return built_in(Op::event_type, pick);
  }
  const auto attributes = attribute_path(path, from);
  if (!attributes) return failed();
  ExpressionNode node;
  node.op = Op::attribute;
  node.pick = pick;
  const bool prior = pick.which == EventPick::Which::prior;
  node.index = (prior ? scope_.use_attribute_of_seen(*attributes, Reading::later, path.span)
                      : scope_.use_attribute(*attributes, variables, Reading::later, path.span))
                   .value;
  return add(node, Type::any, {});
}

Typed ExpressionAnalyzer::built_in(Op op, EventPick pick) {
  ExpressionNode node;
  node.op = op;
  node.pick = pick;
  return add(node, op == Op::event_time ? Type::time : Type::string, {});
}

std::optional<AttributePath> ExpressionAnalyzer::attribute_path(const Path& path, std::size_t from) {
  if (path.steps.size() <= from || !std::holds_alternative<std::string>(path.steps[from].segment)) {
    reporter_.error(path.span,
                    "E0305",
                    "which attribute? an event by itself is no value",
                    "add `.` and the attribute's name");
    return std::nullopt;
  }
  AttributePath out;
  for (std::size_t i = from; i < path.steps.size(); ++i) {
    if (path.steps[i].index < 0) {
      reporter_.error(path.steps[i].span, "E0305", "an index into a list starts at 0");
      return std::nullopt;
    }
    out.segments.push_back(path.steps[i].segment);
  }
  return out;
}

/// Whether some path to this place can have bound what `taken` speaks of; if not, says why.
bool ExpressionAnalyzer::check_visible(const Taken& taken, dsl::Span span) {
  const std::string_view name = taken.name;
  if (place_.kind == Place::Kind::window_condition) {
    reporter_.error(span,
                    "E0402",
                    "in a window without a pattern a condition looks only at its own event",
                    "write the bare attribute; what speaks of all events goes into `having:`");
    return false;
  }
  if ((place_.visible & taken.variables) != 0) return true;
  if (place_.kind == Place::Kind::condition && patterns::mask_of(place_.own) == taken.variables) {
    reporter_.error(
        span,
        "E0401",
        fmt::format("here `{}` would be an event of `{}` taken before, and there can be none", name, name),
        "for the event itself write the bare attribute");
  } else {
    reporter_.error(
        span,
        "E0401",
        fmt::format("no way through the pattern can have taken `{}` here", name),
        place_.kind == Place::Kind::condition ? "it is taken later, on another branch, or never" : "");
  }
  return false;
}

/// The variables that an expression can speak of here.
std::vector<std::string_view> ExpressionAnalyzer::visible_names() const {
  std::vector<std::string_view> names = scope_.variable_names();
  std::erase_if(names,
                [&](std::string_view name) { return (scope_.find_variables(name) & place_.visible) == 0; });
  return names;
}

std::string ExpressionAnalyzer::variables_hint(std::string_view name) const {
  std::string out;
  for (const std::string_view variable : visible_names()) {
    out += fmt::format("{}`{}.{}`", out.empty() ? "write " : " or ", variable, name);
  }
  return out;
}

}  // namespace tocsin::compiler
