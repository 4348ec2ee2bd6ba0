#include "runtime/router.h"

#include "runtime/evaluator.h"

#include <xxhash.h>

namespace tocsin::runtime {

Router::Router(std::shared_ptr<const RuleSet> rules)
    : rules_{std::move(rules)},
      unkeyed_(rules_->key_spaces().size(), std::vector<std::uint64_t>(rules_->schema().type_count())) {}

std::uint64_t Router::unkeyed(std::uint32_t rule) const {
  const DeployedRule& deployed = rules_->rules()[rule];
  const std::vector<std::uint64_t>& by_type = unkeyed_[deployed.key_space];
  std::uint64_t count = 0;
  for (std::size_t type = 0; type < by_type.size(); ++type)
    count += deployed.seen_types[type] ? by_type[type] : 0;
  return count;
}

bool Router::append_key(const KeySpace& space, const Event& event) {
  if (space.single_attribute) {
    const Value v = attribute_of(event, rules_->schema(), space.attribute);
    if (!v.is_null()) append_key_bytes(key_, v);
    return !v.is_null();
  }
  scratch_.reset();
  const patterns::Program& program = *space.source;
  Scope scope{program.expressions, rules_->schema(), scratch_, null_operations_};
  scope.own = &event;
  for (const patterns::KeyPart& part : program.key) {
    const Value v = evaluate(scope, part.value);
    if (v.is_null()) return false;
    append_key_bytes(key_, v);
  }
  return true;
}

void Router::route(const Event& event, Arena& arena, std::vector<RoutedEvent>& out) {
  for (const std::uint16_t index : rules_->spaces_of_type(event.type)) {
    key_.clear();
    if (!append_key(rules_->key_spaces()[index], event)) {
      ++unkeyed_[index][event.type.value];
      continue;
    }
    const std::string_view key = arena.copy(key_);
    const std::uint64_t hash = XXH3_64bits(key.data(), key.size());
    out.push_back({&event, hash, key.data(), static_cast<std::uint32_t>(key.size()), index});
  }
}

}  // namespace tocsin::runtime
