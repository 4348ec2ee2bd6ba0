#pragma once
/// A vector used as a stack: what lies above a height is dropped or taken, lowest first.

#include <cstddef>
#include <iterator>
#include <vector>

namespace tocsin::dsl {

template <class T>
void drop_above(std::vector<T>& stack, std::size_t height) {
  stack.erase(stack.begin() + static_cast<std::ptrdiff_t>(height), stack.end());
}

template <class T>
std::vector<T> take_above(std::vector<T>& stack, std::size_t height) {
  const auto begin = stack.begin() + static_cast<std::ptrdiff_t>(height);
  std::vector<T> out(std::make_move_iterator(begin), std::make_move_iterator(stack.end()));
  stack.erase(begin, stack.end());
  return out;
}

}  // namespace tocsin::dsl
