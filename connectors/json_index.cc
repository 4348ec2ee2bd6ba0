#include "connectors/json_index.h"

#include "base/check.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>

namespace tocsin::connectors {

struct JsonIndex::Parser {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stages;
};

namespace {
constexpr std::size_t kCapacityMin = 64 * 1024;
}  // namespace

JsonIndex::JsonIndex() : parser_(std::make_unique<Parser>()) {
  const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
      kCapacityMin, 1, parser_->stages);
  TOCSIN_CHECK(error == simdjson::SUCCESS, "simdjson gives a parser");
}

JsonIndex::~JsonIndex() = default;

bool JsonIndex::build(std::string_view text) {
  auto& stages = *parser_->stages;
  if (stages.capacity() < text.size()) {
    const auto error = stages.allocate(std::bit_ceil(text.size()), 1);
    TOCSIN_CHECK(error == simdjson::SUCCESS, "simdjson indexes texts of less than 4 GiB");
  }
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto error = stages.stage1(bytes, text.size(), simdjson::stage1_mode::regular);
  return error == simdjson::SUCCESS || error == simdjson::EMPTY;
}

const std::uint32_t* JsonIndex::tokens() const {
  return parser_->stages->structural_indexes.get();
}

}  // namespace tocsin::connectors
