#include "runtime/rule_set.h"

#include <algorithm>

namespace tocsin::runtime {

using patterns::Program;

namespace {

/// A key for each variable is no other rule's.
std::string key_text(const Program& program, const Schema& schema) {
  std::string text;
  if (!program.variable_keys.empty()) text = "rule " + program.id + '\n';
  for (const patterns::KeyPart& part : program.key) {
    text += patterns::to_string(program.expressions, part.value, schema, {}, {});
    text += '\n';
  }
  return text;
}

bool sees(const Program& program, TypeId type) {
  return program.any_type || std::binary_search(program.types.begin(), program.types.end(), type);
}

patterns::VariableMask variables_taking(const Program& program, TypeId type) {
  patterns::VariableMask mask = 0;
  for (std::size_t i = 0; i < program.variables.size(); ++i) {
    const patterns::Variable& v = program.variables[i];
    if (v.any_type || std::binary_search(v.types.begin(), v.types.end(), type))
      mask |= patterns::VariableMask{1} << i;
  }
  return mask;
}

std::vector<std::vector<std::uint16_t>> variable_keys_of_type(const Program& program, const Schema& schema) {
  std::vector<std::vector<std::uint16_t>> out(schema.type_count());
  for (std::size_t type = 0; type < out.size(); ++type) {
    const patterns::VariableMask taking = variables_taking(program, TypeId{static_cast<std::uint16_t>(type)});
    for (std::size_t i = 0; i < program.variable_keys.size(); ++i) {
      if ((program.variable_keys[i].variables & taking) != 0)
        out[type].push_back(static_cast<std::uint16_t>(i));
    }
  }
  return out;
}

/// A start has one run for ever if each position has one way to go on, and none that also stays.
bool may_fork(const Program& program) {
  return std::any_of(program.positions.begin(), program.positions.end(), [](const patterns::Position& p) {
    return p.transitions.size() > 1 ||
           std::any_of(p.transitions.begin(), p.transitions.end(), [](const patterns::Transition& t) {
             return t.link == patterns::Link::followed_by_any;
           });
  });
}

}  // namespace

RuleSet::RuleSet(std::shared_ptr<const Schema> schema,
                 std::vector<std::shared_ptr<const Program>> programs,
                 std::vector<std::shared_ptr<const patterns::Table>> tables)
    : schema_{std::move(schema)},
      tables_{std::move(tables)},
      spaces_of_type_(schema_->type_count()),
      watched_tables_(schema_->type_count()),
      late_streams_(schema_->type_count()) {
  for (const auto& program : programs)
    level_count_ = std::max<std::size_t>(level_count_, program->level + std::size_t{1});
  for (auto& program : programs) deploy(std::move(program));
  note_late_streams();
  index();
}

std::uint16_t RuleSet::key_space_of(const std::shared_ptr<const Program>& program) {
  std::string name = key_text(*program, *schema_);
  const auto same = [&](const KeySpace& space) { return space.name == name; };
  const auto at = std::find_if(key_spaces_.begin(), key_spaces_.end(), same);
  if (at != key_spaces_.end()) return static_cast<std::uint16_t>(at - key_spaces_.begin());

  KeySpace space;
  space.source = program;
  space.levels.resize(level_count_, RulesOfType(schema_->type_count()));
  space.levels_of_type.resize(schema_->type_count());
  space.name = std::move(name);
  if (!program->variable_keys.empty()) {
    space.variable_keys_of_type = variable_keys_of_type(*program, *schema_);
  } else if (program->key.size() == 1) {
    const patterns::ExpressionNode& node = program->expressions.node(program->key[0].value);
    space.single_attribute = node.op == patterns::Op::attribute;
    for (std::uint16_t type = 0; space.single_attribute && type < schema_->type_count(); ++type)
      space.slot_of_type.push_back(schema_->layout(TypeId{type}).slot_of[node.index]);
  }
  key_spaces_.push_back(std::move(space));
  return static_cast<std::uint16_t>(key_spaces_.size() - 1);
}

void RuleSet::deploy(std::shared_ptr<const Program> program) {
  const auto index = static_cast<std::uint32_t>(rules_.size());
  DeployedRule rule;
  rule.key_space = key_space_of(program);
  rule.may_fork = may_fork(*program);
  KeySpace& space = key_spaces_[rule.key_space];
  space.rules.push_back(index);
  for (std::size_t i = 0; i < schema_->type_count(); ++i) {
    const TypeId type{static_cast<std::uint16_t>(i)};
    rule.variables_of_type.push_back(variables_taking(*program, type));
    rule.seen_types.push_back(runtime::sees(*program, type));
    if (!rule.seen_types.back()) continue;
    space.levels[program->level][i].all.push_back(index);
    space.levels_of_type[i] |= std::uint32_t{1} << program->level;
    auto& spaces = spaces_of_type_[i];
    if (std::find(spaces.begin(), spaces.end(), rule.key_space) == spaces.end())
      spaces.push_back(rule.key_space);
  }
  if (program->watch) {
    space.watching_levels |= std::uint32_t{1} << program->level;
    watch({program->watch->keys, rule.key_space});
  }
  rule.program = std::move(program);
  rules_.push_back(std::move(rule));
}

void RuleSet::watch(const WatchedTable& watched) {
  const patterns::Table& table = *tables_[watched.table.value];
  if (!table.is_stream) return;
  for (const TypeId type : table.types) {
    auto& there = watched_tables_[type.value];
    if (std::find(there.begin(), there.end(), watched) == there.end()) there.push_back(watched);
  }
}

void RuleSet::note_late_streams() {
  for (std::size_t type = 0; type < late_streams_.size(); ++type) {
    std::vector<TypeId>& streams = late_streams_[type];
    for (const DeployedRule& rule : rules_) {
      const auto& stream = rule.program->late_stream;
      if (stream && rule.seen_types[type] && !spaces_of_type(*stream).empty()) streams.push_back(*stream);
    }
    const auto by_name = [&](TypeId a, TypeId b) { return schema_->type_name(a) < schema_->type_name(b); };
    std::sort(streams.begin(), streams.end(), by_name);
    streams.erase(std::unique(streams.begin(), streams.end()), streams.end());
  }
}

void RuleSet::index() {
  std::vector<const Program*> programs;
  for (const DeployedRule& rule : rules_) programs.push_back(rule.program.get());
  const RuleIndexer indexer(programs, *schema_, conditions_);
  for (std::uint32_t i = 0; i < rules_.size(); ++i) rules_[i].own_conditions = indexer.own_conditions(i);
  for (KeySpace& space : key_spaces_) {
    for (RulesOfType& level : space.levels) {
      for (std::uint16_t type = 0; type < schema_->type_count(); ++type)
        indexer.index(level[type], TypeId{type});
    }
  }
}

}  // namespace tocsin::runtime
