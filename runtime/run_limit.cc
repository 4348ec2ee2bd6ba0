#include "runtime/run_limit.h"

#include "runtime/context.h"
#include "runtime/emitter.h"
#include "runtime/key_store.h"

#include <limits>

namespace tocsin::runtime {

void note_full(Context& context, std::uint32_t rule, const KeyState& key, const Event& event) {
  const patterns::Program& program = *context.rules->rules()[rule].program;
  if (program.run_limit.policy != patterns::LimitPolicy::fail || context.failure) return;
  AlertOrder order = order_of(event);
  order.level = program.level;
  order.rule = std::numeric_limits<std::uint32_t>::max();
  order.key_hash = std::numeric_limits<std::uint64_t>::max();
  order.ordinal = std::numeric_limits<std::uint32_t>::max();
  context.failure = {order, rule, std::string(key.key_bytes())};
}

}  // namespace tocsin::runtime
