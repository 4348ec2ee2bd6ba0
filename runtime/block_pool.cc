#include "runtime/block_pool.h"

namespace tocsin::runtime {

BlockPool::~BlockPool() {
  for (Free* first : free_) {
    while (first != nullptr) ::operator delete(std::exchange(first, first->next));
  }
}

}  // namespace tocsin::runtime
