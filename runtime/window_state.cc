#include "runtime/window_state.h"

namespace tocsin::runtime {

using patterns::AggregateId;

OpenWindow::OpenWindow(const patterns::ExpressionPool& expressions, EventTime first, EventTime last)
    : begin{first}, end{last} {
  for (std::uint16_t i = 0; i < expressions.aggregate_count(); ++i) {
    aggregates.emplace_back(expressions.aggregate(AggregateId{i}).kind);
  }
}

Value OpenWindow::answer(AggregateId id, std::uint64_t& null_operations) const {
  return aggregates[id.value].result(null_operations);
}

}  // namespace tocsin::runtime
