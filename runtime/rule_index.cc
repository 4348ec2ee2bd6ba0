#include "runtime/rule_index.h"

#include <algorithm>
#include <bit>
#include <map>

namespace tocsin::runtime {

using patterns::ExpressionId;
using patterns::ExpressionPool;
using patterns::Link;
using patterns::mask_of;
using patterns::Op;
using patterns::Position;
using patterns::Program;
using patterns::Transition;
using patterns::VariableId;
using patterns::VariableMask;

namespace {

VariableMask all_variables(const Program& program) {
  VariableMask all = 0;
  for (std::uint16_t v = 0; v < program.variables.size(); ++v) all |= mask_of(VariableId{v});
  return all;
}

/// The variables by which `position` may be left, or kept from it.
VariableMask variables_after(const Program& program, const Position& position) {
  VariableMask mask = 0;
  for (const Transition& t : position.transitions) {
    if (t.kind == Transition::Kind::take)
      mask |= mask_of(program.positions[t.target.value].variable) | t.rivals;
  }
  for (const patterns::Guard& guard : position.guards) mask |= mask_of(guard.variable);
  return mask;
}

/// The variables by which a run goes on, or is kept from it.
VariableMask variables_of_runs(const Program& program) {
  VariableMask mask = program.cancel ? mask_of(program.cancel) : 0;
  for (std::size_t p = 1; p < program.positions.size(); ++p)
    mask |= variables_after(program, program.positions[p]);
  return mask;
}

/// The variables by which a run begins, or is kept from it.
VariableMask variables_of_start(const Program& program) {
  VariableMask mask = 0;
  for (const patterns::Lull& lull : program.lulls) mask |= mask_of(lull.variable);
  return program.positions.empty()
             ? mask
             : mask | variables_after(program, program.positions[patterns::kStart.value]);
}

/// Whether the rule remembers events that no variable takes, or counts them into a window.
bool remembers_all(const Program& program) {
  if (program.window.kind == patterns::WindowKind::count && !program.positions.empty()) return true;
  return std::any_of(program.variables.begin(), program.variables.end(), [](const patterns::Variable& v) {
    return v.prior_depth > 0;
  });
}

bool looks_at_the_next(const Position& position) {
  return std::any_of(position.transitions.begin(),
                     position.transitions.end(),
                     [](const Transition& t) { return t.link == Link::next; }) ||
         std::any_of(
             position.guards.begin(), position.guards.end(), [](const auto& g) { return g.next_only; });
}

/// Whether an event that no variable takes may change what is open: it breaks a `=>`, counts, or prolongs a
/// session.
bool heeds_all(const Program& program) {
  if (program.positions.empty()) return false;
  return program.window.kind != patterns::WindowKind::none || program.within_events > 0 ||
         std::any_of(program.positions.begin() + 1, program.positions.end(), looks_at_the_next);
}

void append_conjuncts(const ExpressionPool& pool, ExpressionId id, std::vector<ExpressionId>& out) {
  const patterns::ExpressionNode& node = pool.node(id);
  if (node.op != Op::logical_and) return out.push_back(id);
  for (std::size_t i = 0; i < node.operand_count; ++i) append_conjuncts(pool, pool.operand(node, i), out);
}

/// The attribute of which `id` says `not`.
std::optional<AttributeId> denied_attribute(const ExpressionPool& pool, ExpressionId id) {
  if (pool.node(id).op != Op::logical_not) return std::nullopt;
  const patterns::ExpressionNode& node = pool.node(pool.operand(pool.node(id), 0));
  const bool is_own = node.op == Op::attribute && node.pick.which == patterns::EventPick::Which::own;
  if (!is_own) return std::nullopt;
  return AttributeId{static_cast<std::uint16_t>(node.index)};
}

bool takes(const patterns::Variable& variable, TypeId type) {
  return variable.any_type || std::binary_search(variable.types.begin(), variable.types.end(), type);
}

}  // namespace

RuleIndexer::RuleIndexer(std::span<const Program* const> programs,
                         const Schema& schema,
                         Conditions& conditions)
    : conditions_{conditions}, schema_{schema} {
  for (const Program* program : programs) {
    IndexedRule& rule = rules_.emplace_back();
    rule.program = program;
    // A variable that stands nowhere in the pattern may matter for either.
    const VariableMask start = variables_of_start(*program);
    const VariableMask runs = variables_of_runs(*program);
    rule.opening = all_variables(*program) & (start | ~runs);
    rule.advancing = all_variables(*program) & (runs | ~start);
    rule.remembers_all = remembers_all(*program);
    rule.heeds_all = rule.remembers_all || heeds_all(*program);
  }
  count_askers();
  group_texts();
  find_accesses();
}

std::vector<ConditionId> RuleIndexer::parts_of(std::uint32_t rule, VariableId variable) const {
  const Program& program = *rules_[rule].program;
  const ExpressionId condition = program.variables[variable.value].own_condition;
  std::vector<ExpressionId> conjuncts;
  if (condition) append_conjuncts(program.expressions, condition, conjuncts);
  std::vector<ConditionId> parts;
  for (const ExpressionId id : conjuncts) parts.push_back(conditions_.add({&program.expressions, id}));
  return parts;
}

void RuleIndexer::count_askers() {
  for (std::uint32_t r = 0; r < rules_.size(); ++r) {
    for (std::uint16_t v = 0; v < rules_[r].program->variables.size(); ++v) {
      for (const ConditionId part : parts_of(r, VariableId{v})) conditions_.count_asker(part);
    }
  }
}

/// Text patterns that would be somebody's access are looked for together where an attribute has enough of
/// them.
void RuleIndexer::group_texts() {
  std::map<AttributeId, std::vector<ConditionId>> wanted;
  for (const IndexedRule& rule : rules_) {
    const ExpressionPool& pool = rule.program->expressions;
    for (const patterns::Variable& variable : rule.program->variables) {
      const auto access =
          find_access(pool, variable.own_condition, [](AttributeId, ExpressionId) { return true; });
      for (const AccessTerm& term : access.value_or(Access{})) {
        if (term.kind == AccessTerm::Kind::text)
          wanted[term.attribute].push_back(conditions_.add({&pool, term.condition}));
      }
    }
  }
  for (auto& [attribute, texts] : wanted) {
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    if (texts.size() >= kTextsMin) conditions_.group(attribute, std::move(texts));
  }
}

void RuleIndexer::find_accesses() {
  for (IndexedRule& rule : rules_) {
    const ExpressionPool& pool = rule.program->expressions;
    const auto grouped = [&](AttributeId, ExpressionId id) {
      return conditions_[conditions_.add({&pool, id})].grouped;
    };
    for (const patterns::Variable& variable : rule.program->variables)
      rule.accesses.push_back(find_access(pool, variable.own_condition, grouped));
  }
}

/// What a condition says that looks back at `prior` is no matter of the event alone: it is never remembered.
std::vector<OwnConditions> RuleIndexer::own_conditions(std::uint32_t rule) const {
  std::vector<OwnConditions> out;
  const std::vector<patterns::Variable>& variables = rules_[rule].program->variables;
  for (std::uint16_t v = 0; v < variables.size(); ++v) {
    OwnConditions& own = out.emplace_back();
    own.parts = parts_of(rule, VariableId{v});
    own.remembered =
        variables[v].prior_depth == 0 && std::any_of(own.parts.begin(), own.parts.end(), [&](ConditionId id) {
          return conditions_.is_shared(id);
        });
    own.term = term_of(rule, VariableId{v});
  }
  return out;
}

std::optional<OwnConditions::Term> RuleIndexer::term_of(std::uint32_t rule, VariableId v) const {
  const Program& program = *rules_[rule].program;
  const patterns::Variable& variable = program.variables[v.value];
  if (!variable.own_condition || variable.prior_depth > 0) return std::nullopt;
  if (const auto attribute = denied_attribute(program.expressions, variable.own_condition))
    return OwnConditions::Term{*attribute, TermTest::not_true()};
  const auto& access = rules_[rule].accesses[v.value];
  if (!access || access->size() != 1) return std::nullopt;
  const AccessTerm& term = access->front();
  std::vector<ExpressionId> conjuncts;
  append_conjuncts(program.expressions, variable.own_condition, conjuncts);
  const bool says_all = std::all_of(conjuncts.begin(), conjuncts.end(), [&](ExpressionId id) {
    return std::find(term.decides.begin(), term.decides.end(), id) != term.decides.end();
  });
  if (!says_all) return std::nullopt;
  if (term.kind == AccessTerm::Kind::range)
    return OwnConditions::Term{term.attribute, TermTest::between(term.low, term.high)};
  if (term.kind != AccessTerm::Kind::equal || term.values.size() != 1) return std::nullopt;
  return OwnConditions::Term{term.attribute, TermTest::equal_to(term.values.front())};
}

VariableMask RuleIndexer::variables_of(std::uint32_t rule, TypeId type) const {
  VariableMask mask = 0;
  const std::vector<patterns::Variable>& variables = rules_[rule].program->variables;
  for (std::uint16_t v = 0; v < variables.size(); ++v) {
    if (takes(variables[v], type)) mask |= mask_of(VariableId{v});
  }
  return mask;
}

RuleAccess RuleIndexer::access_of(std::uint32_t rule, VariableMask variables) const {
  const IndexedRule& indexed = rules_[rule];
  RuleAccess out;
  out.rule = rule;
  out.pool = &indexed.program->expressions;
  for (VariableMask rest = variables; rest != 0; rest &= rest - 1) {
    const VariableId v{static_cast<std::uint16_t>(std::countr_zero(rest))};
    const auto& access = indexed.accesses[v.value];
    out.sees_all = out.sees_all || !access;
    if (!access) continue;
    const bool alone = indexed.program->variables[v.value].prior_depth == 0;
    out.variables.push_back({v, *access, parts_of(rule, v), alone});
  }
  return out;
}

/// What lets all through, if some rule must look at each event.
Sieve RuleIndexer::make_sieve(std::span<const std::uint32_t> rules, TypeId type) const {
  std::vector<AccessTerm> terms;
  for (const std::uint32_t rule : rules) {
    const RuleAccess access = access_of(rule, variables_of(rule, type));
    if (access.sees_all || rules_[rule].heeds_all) return {};
    for (const VariableAccess& variable : access.variables)
      terms.insert(terms.end(), variable.access.begin(), variable.access.end());
  }
  return Sieve::of(terms, schema_.layout(type)).value_or(Sieve{});
}

void RuleIndexer::index(TypeRules& rules, TypeId type) const {
  rules.sieve = make_sieve(rules.all, type);
  rules.indexed = rules.all.size() >= kRulesMin;
  if (!rules.indexed) return;
  std::vector<RuleAccess> opening;
  std::vector<RuleAccess> advancing;
  for (const std::uint32_t rule : rules.all) {
    const VariableMask mine = variables_of(rule, type);
    const VariableMask open = rules_[rule].opening & mine;
    const VariableMask advance = rules_[rule].advancing & mine;
    opening.push_back(access_of(rule, open));
    advancing.push_back(access_of(rule, advance));
    opening.back().sees_all |= rules_[rule].remembers_all;
    advancing.back().sees_all |= rules_[rule].heeds_all;
    opening.back().of_other_index = advance;
    advancing.back().of_other_index = open;
  }
  rules.opening = AccessIndex{opening, schema_.layout(type), conditions_};
  rules.advancing = AccessIndex{advancing, schema_.layout(type), conditions_};
}

}  // namespace tocsin::runtime
