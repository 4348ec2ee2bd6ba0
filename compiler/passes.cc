#include "compiler/passes.h"

namespace tocsin::compiler {

std::span<const Pass> all_passes() {
  static constexpr Pass kPasses[] = {{"flatten", flatten}};
  return kPasses;
}

}  // namespace tocsin::compiler
