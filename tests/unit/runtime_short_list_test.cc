/// A list that holds its first element in itself.

#include "runtime/short_list.h"
#include "tests/support/catch.h"

#include <memory>
#include <string>

namespace tocsin::runtime {
namespace {

using List = ShortList<std::unique_ptr<std::string>>;

void add(List& list, const char* text) {
  list.emplace_back(std::make_unique<std::string>(text));
}

std::string told(const List& list) {
  std::string out;
  for (const auto& item : list) out += *item + " ";
  return out;
}

List list_of(int size) {
  List list;
  for (int i = 0; i < size; ++i) add(list, std::to_string(i).c_str());
  return list;
}

TEST_CASE("a short list grows out of itself", "[runtime][short_list]") {
  CHECK(list_of(0).empty());
  CHECK(told(list_of(1)) == "0 ");
  CHECK(told(list_of(2)) == "0 1 ");
  CHECK(told(list_of(9)) == "0 1 2 3 4 5 6 7 8 ");
}

TEST_CASE("a short list moves with what it holds", "[runtime][short_list]") {
  const int size = GENERATE(0, 1, 2, 5);
  const int taken_over = GENERATE(0, 1, 3);
  CAPTURE(size, taken_over);
  List from = list_of(size);
  const std::string text = told(from);
  List built(std::move(from));
  CHECK(told(built) == text);
  List assigned = list_of(taken_over);
  assigned = std::move(built);
  CHECK(told(assigned) == text);
  add(assigned, "more");
  CHECK(told(assigned) == text + "more ");
}

TEST_CASE("a short list takes what is left into itself", "[runtime][short_list]") {
  const int left = GENERATE(0, 1, 2);
  List list = list_of(5);
  list.truncate(list.begin() + left);
  const std::string text = told(list);
  list.shrink();
  CHECK(told(list) == text);
  CHECK(list.outside() == (left > 1));
  add(list, "more");
  add(list, "and more");
  CHECK(told(list) == text + "more and more ");
}

TEST_CASE("a short list is cut and filled again", "[runtime][short_list]") {
  List list = list_of(5);
  list.truncate(list.begin() + 2);
  CHECK(told(list) == "0 1 ");
  list.insert(list.begin() + 1, std::make_unique<std::string>("x"));
  CHECK(told(list) == "0 x 1 ");
  list.insert(list.end(), std::make_unique<std::string>("y"));
  CHECK(told(list) == "0 x 1 y ");
  list.clear();
  CHECK(list.empty());
  list.insert(list.begin(), std::make_unique<std::string>("z"));
  CHECK(told(list) == "z ");
}

}  // namespace
}  // namespace tocsin::runtime
