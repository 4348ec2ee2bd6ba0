#pragma once
/// Compiled rules as the shards use them: which rules see an event, and by which keys. Immutable, shared by
/// all shards.

#include "patterns/program.h"
#include "patterns/table.h"
#include "runtime/conditions.h"
#include "runtime/rule_index.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tocsin::runtime {

/// One rule and what is derived from its program once.
struct DeployedRule {
  std::shared_ptr<const patterns::Program> program;
  std::uint16_t key_space = 0;
  std::vector<patterns::VariableMask> variables_of_type;  ///< by type: whose `TYPE` takes it
  bool may_fork = false;  ///< whether a start event may have more than one run

  std::vector<bool> seen_types;               ///< by type
  std::vector<OwnConditions> own_conditions;  ///< by variable
};

/// By type: the rules that see it.
using RulesOfType = std::vector<TypeRules>;
static_assert(patterns::kLevelsMax <= 32);

/// All rules that split the stream by the same key share its keys.
struct KeySpace {
  std::shared_ptr<const patterns::Program> source;  ///< any one of them: has the key's expressions
  std::vector<std::uint32_t> rules;                 ///< indices, rising
  std::vector<RulesOfType> levels;                  ///< by level: its rules that see a type
  std::vector<std::uint32_t> levels_of_type;        ///< by type: a bit for each level that sees it
  std::uint32_t watching_levels = 0;                ///< a bit for each level that watches the keys of a table
  /// By type: which of the source's `variable_keys` have a variable that takes it. Empty: one key for all.
  std::vector<std::vector<std::uint16_t>> variable_keys_of_type;
  std::string name;                         ///< the key as written in canonical form: what makes spaces equal
  bool single_attribute = false;            ///< the key is one attribute of the event
  std::vector<std::uint16_t> slot_of_type;  ///< that attribute's slot by type, or Layout::kAbsent
};

/// A table that changes, and a key space some rule of which watches its keys.
struct WatchedTable {
  patterns::TableId table;
  std::uint16_t space = 0;
  bool operator==(const WatchedTable&) const = default;
};

class RuleSet {
 public:
  RuleSet(std::shared_ptr<const Schema> schema,
          std::vector<std::shared_ptr<const patterns::Program>> programs,
          std::vector<std::shared_ptr<const patterns::Table>> tables = {});

  const Schema& schema() const { return *schema_; }
  const std::shared_ptr<const Schema>& shared_schema() const { return schema_; }
  const std::vector<DeployedRule>& rules() const { return rules_; }
  const Conditions& conditions() const { return conditions_; }
  const std::vector<KeySpace>& key_spaces() const { return key_spaces_; }
  const std::vector<std::shared_ptr<const patterns::Table>>& tables() const { return tables_; }  ///< by id
  /// Rules see what rules of lower levels emit; 1 where none does.
  std::size_t level_count() const { return level_count_; }
  /// Those that events of `type` change.
  const std::vector<WatchedTable>& watched_tables(TypeId type) const { return watched_tables_[type.value]; }
  /// What events of `type` that come late become, by name; only what some rule sees.
  const std::vector<TypeId>& late_streams(TypeId type) const { return late_streams_[type.value]; }
  /// The key spaces some rule of which sees events of `type`.
  const std::vector<std::uint16_t>& spaces_of_type(TypeId type) const { return spaces_of_type_[type.value]; }

 private:
  std::uint16_t key_space_of(const std::shared_ptr<const patterns::Program>& program);
  void deploy(std::shared_ptr<const patterns::Program> program);
  void watch(const WatchedTable& watched);
  void note_late_streams();
  void index();

  std::shared_ptr<const Schema> schema_;
  std::vector<std::shared_ptr<const patterns::Table>> tables_;
  std::vector<DeployedRule> rules_;
  Conditions conditions_;
  std::vector<KeySpace> key_spaces_;
  std::size_t level_count_ = 1;
  std::vector<std::vector<std::uint16_t>> spaces_of_type_;
  std::vector<std::vector<WatchedTable>> watched_tables_;  // by type
  std::vector<std::vector<TypeId>> late_streams_;          // by type
};

}  // namespace tocsin::runtime
