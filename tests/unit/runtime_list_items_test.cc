/// Lists as values, and arrays as events carry them.

#include "runtime/json_array.h"
#include "runtime/list_items.h"
#include "tests/support/catch.h"

namespace tocsin::runtime {
namespace {

/// `int 1, string "a"`: the items with their kinds.
std::string tell(ListItems items) {
  if (!items.is_list()) return "no list";
  std::string out;
  while (const auto item = items.next()) {
    if (!out.empty()) out += ", ";
    out += std::string{name_of(item->kind())} + " ";
    append_json(out, *item);
  }
  return out;
}

TEST_CASE("a list keeps its items as they are", "[runtime][lists]") {
  std::string inner;
  append_item(inner, Value::real(2));
  std::string items;
  for (const Value& item : {Value::integer(1),
                            Value::real(1),
                            Value::real(-0.5),
                            Value::string("a"),
                            Value::null(),
                            Value::boolean(true),
                            Value::duration(std::chrono::minutes{1}),
                            Value::time(EventTime{}),
                            Value::json("{}"),
                            Value::list(inner)}) {
    append_item(items, item);
  }
  Arena scratch;
  CHECK(tell(ListItems(Value::list(items), scratch)) ==
        "int 1, float 1, float -0.5, string \"a\", null null, bool true, duration \"1m\", time "
        "\"1970-01-01T00:00:00.000Z\", json {}, list [2]");
}

TEST_CASE("lists of equal items are equal as keys", "[runtime][lists]") {
  const auto key_of = [](const Value& item) {
    std::string items;
    append_item(items, item);
    std::string nested;
    append_item(nested, Value::list(items));
    std::string key;
    append_key_bytes(key, Value::list(nested));
    return key;
  };
  CHECK(key_of(Value::integer(1)) == key_of(Value::real(1)));
  CHECK(key_of(Value::integer(1)) != key_of(Value::integer(2)));
  CHECK(key_of(Value::string("1")) != key_of(Value::integer(1)));
  const std::string key = key_of(Value::string("a"));
  std::string_view rest{key};
  std::string json;
  append_json(json, read_key_bytes(rest));
  CHECK(json == "[[\"a\"]]");
  CHECK(rest.empty());
}

TEST_CASE("arrays of events", "[runtime][lists]") {
  struct Case {
    const char* json;
    const char* want;
  };
  const auto c = GENERATE(values<Case>({
      {"[]", ""},
      {" [ ]", ""},
      {"[ 1 , -2.5,1e3,\"a\" ]", "int 1, float -2.5, float 1000, string \"a\""},
      {"[9223372036854775808]", "float 9223372036854775808"},
      {"[true,false,null]", "bool true, bool false, null null"},
      {R"(["a]","b,c",{"d":"}]"},["e"]])", R"(string "a]", string "b,c", json {"d":"}]"}, json ["e"])"},
      {R"(["\"\\\/\n\u0041\u00e9\u20ac\ud83d\ude00"])", R"(string "\"\\/\nAé€😀")"},
      {R"(["\ud83d","\ude00","\ud83dx","\ud83d\u0041"])",
       "string \"\uFFFD\", string \"\uFFFD\", string \"\uFFFDx\", string \"\uFFFDA\""},
      {"{\"a\":1}", "no list"},
      {"", "no list"},
      {"[nonsense]", "null null"},
  }));
  CAPTURE(c.json);
  Arena scratch;
  CHECK(tell(ListItems(Value::json(c.json), scratch)) == c.want);
}

TEST_CASE("an array that is cut anywhere is read to where it ends", "[runtime][lists]") {
  const std::string whole = R"([1, "a\"\u00e9\ud83d\ude00", {"b": ["]"]}, [[2]], true])";
  const auto count = [](std::string_view json) {
    Arena scratch;
    ListItems items(Value::json(json), scratch);
    int out = 0;
    while (items.next()) ++out;
    return out;
  };
  CHECK(count(whole) == 5);
  int last = 0;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const std::string cut = whole.substr(0, size);  // its own memory, so that a sanitizer sees a step beyond
    const int items = count(cut);
    CAPTURE(cut);
    CHECK(items >= last);
    last = items;
  }
}

}  // namespace
}  // namespace tocsin::runtime
