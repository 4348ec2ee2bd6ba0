#include "tests/support/catch.h"
#include "tests/support/compiled.h"

#include <fmt/format.h>

namespace tocsin {
namespace {

using patterns::Position;
using patterns::Program;
using patterns::Transition;

std::string way_text(const Program& program, const Transition& way, bool from_start) {
  const std::string gap = patterns::gap_text(way.gap_min, way.gap_max);
  if (way.kind == Transition::Kind::accept) return "accept";
  if (way.kind == Transition::Kind::accept_late) return "late" + gap;
  const auto& name = program.variables[program.positions[way.target.value].variable.value].name;
  const std::string outdone = way.outdoes == 0 ? "" : fmt::format("!{:b}", way.outdoes);
  return fmt::format("{}{}{}{}{}", from_start ? "" : name_of(way.link), gap, name, way.target.value, outdone);
}

/// `x1: ->y2 accept; y2: accept`, and `not n!1` where n closes the second way; `->x1!10`: what it may take is
/// not the second's. Ways of one unit are joined
/// by `&`.
std::string automaton(const Program& program) {
  std::string out;
  for (std::size_t i = 0; i < program.positions.size(); ++i) {
    const Position& position = program.positions[i];
    out += i == 0 ? "start:" : fmt::format("; {}{}:", program.variables[position.variable.value].name, i);
    const Transition* before = nullptr;
    for (const Transition& way : position.transitions) {
      const bool together =
          i > 0 && before != nullptr && way.kind == Transition::Kind::take && before->rivals == way.rivals;
      out += (together ? "&" : " ") + way_text(program, way, i == 0);
      before = &way;
    }
    for (const patterns::Guard& guard : position.guards) {
      const auto& name = program.variables[guard.variable.value].name;
      const char* kind = guard.next_only ? "next" : guard.blocks_take ? "until" : "";
      out += fmt::format(" not {}!{:b}{}", name, guard.closes, kind);
    }
  }
  return out;
}

struct Case {
  const char* pattern;
  const char* want;
};

tests::Compiled compile_pattern(const std::string& pattern, const compiler::CompileOptions& options = {}) {
  std::string events;
  for (const char name : {'n', 'x', 'y', 'z'}) {
    if (pattern.find(name) != std::string::npos) events += fmt::format("  {}: t{}\n", name, name);
  }
  return tests::compile_texts({fmt::format("rule: r\nevents:\n{}pattern: {}\nwithin: 1h\n", events, pattern)},
                              options);
}

TEST_CASE("patterns become position automata", "[compiler][lower]") {
  const auto c = GENERATE(values<Case>({
      {"x", "start: x1; x1: accept"},
      {"x -> y", "start: x1; x1: ->y2; y2: accept"},
      {"x ~>[5s] y => z", "start: x1; x1: ~>[5s]y2; y2: =>z3; z3: accept"},
      {"x+ -> y", "start: x1; x1: ->x1 ->y2; y2: accept"},
      {"x+? -> y", "start: x1; x1: ->y2 ->x1; y2: accept"},
      {"x+", "start: x1; x1: ->x1 accept"},
      {"x+?", "start: x1; x1: accept ->x1"},
      {"x* -> y", "start: x1 y2; x1: ->x1 ->y2; y2: accept"},
      {"x*? -> y", "start: y2 x1; x1: ->y2 ->x1; y2: accept"},
      {"x? -> y", "start: x1 y2; x1: ->y2; y2: accept"},
      {"x -> y? -> z", "start: x1; x1: ->y2 ->z3; y2: ->z3; z3: accept"},
      {"x ->[1s] y? ->[2s] z", "start: x1; x1: ->[1s]y2 ->[2s]z3; y2: ->[2s]z3; z3: accept"},
      {"x{3} -> y", "start: x1; x1: ->x2; x2: ->x3; x3: ->y4; y4: accept"},
      {"x{2,} -> y", "start: x1; x1: ->x2; x2: ->x2 ->y3; y3: accept"},
      {"x{1,3} -> y", "start: x1; x1: ->x2 ->y4; x2: ->x3 ->y4; x3: ->y4; y4: accept"},
      {"x{1,3}? -> y", "start: x1; x1: ->y4 ->x2; x2: ->y4 ->x3; x3: ->y4; y4: accept"},
      {"x{,2} -> y", "start: x1 y3; x1: ->x2 ->y3; x2: ->y3; y3: accept"},
      {"x{2,} strict[30s] -> y", "start: x1; x1: =>[30s]x2; x2: =>[30s]x2 ->y3; y3: accept"},
      {"x | y", "start: x1 y2; x1: accept; y2: accept"},
      {"x -> (y | z)", "start: x1; x1: ->y2&->z3; y2: accept; z3: accept"},
      {"x -> (y -> z | z)", "start: x1; x1: ->y2&->z4; y2: ->z3; z3: accept; z4: accept"},
      {"x -> (y? -> z | n)", "start: x1; x1: ->y2&->z3&->n4; y2: ->z3; z3: accept; n4: accept"},
      {"x -> (y? | z?) -> n", "start: x1; x1: ->y2 ->n4 ->z3; y2: ->n4; z3: ->n4; n4: accept"},
      {"(x | y) -> z", "start: x1 y2; x1: ->z3; y2: ->z3; z3: accept"},
      {"x -> not n -> y", "start: x1; x1: ->y2 not n!1; y2: accept"},
      {"x+ -> not n -> y", "start: x1; x1: ->x1 ->y2 not n!10; y2: accept"},
      {"x -> not n -> y? -> z", "start: x1; x1: ->y2 ->z3 not n!11; y2: ->z3; z3: accept"},
      {"x -> (y -> not n | z)", "start: x1; x1: ->y2&->z3; y2: late not n!1; z3: accept"},
      {"x -> (y -> not n | z) -> y", "start: x1; x1: ->y2&->z3; y2: ->y4 not n!1; z3: ->y4; y4: accept"},
      {"x -> not n", "start: x1; x1: late not n!1"},
      {"x ->[10m] not n", "start: x1; x1: late[10m] not n!1"},
      {"x => not n -> y", "start: x1; x1: ->y2 not n!1next; y2: accept"},
      {"x ->[1s..5s] y", "start: x1; x1: ->[1s..5s]y2; y2: accept"},
      {"x -> not (n | y) -> z", "start: x1; x1: ->z2 not n!1 not y!1; z2: accept"},
      {"x -> (y -> z){2}", "start: x1; x1: ->y2; y2: ->z3; z3: ->y4; y4: ->z5; z5: accept"},
      {"x -> (y -> z)+", "start: x1; x1: ->y2; y2: ->z3; z3: ->y2 accept"},
      {"(x | y)+ strict -> z", "start: x1 y2; x1: =>x1&=>y2 ->z3; y2: =>x1&=>y2 ->z3; z3: accept"},
      {"(x* )* -> y", "start: x1 y2; x1: ->x1 ->y2; y2: accept"},
      {"x & y", "start: x2 y1; y1: ->x4; x2: ->y3; y3: accept; x4: accept"},
      {"x+ until n -> y", "start: x1 not n!1until; x1: ->x1 ->y2 not n!1until; y2: accept"},
      {"x++ -> y", "start: x1; x1: ->x1!10 ->y2; y2: accept"},
      {"x -> y++", "start: x1; x1: ->y2; y2: ->y2!10 late"},
      {"x -> (not n -> y | z)", "start: x1; x1: ->y2&->z3 not n!1; y2: accept; z3: accept"},
      {"x => (not n -> y | z)", "start: x1; x1: ->y2&=>z3 not n!1next; y2: accept; z3: accept"},
      {"x => not n", "start: x1; x1: late not n!1next"},
      {"x+ -> not n", "start: x1; x1: ->x1 late not n!10"},
      {"x -> not n -> not y", "start: x1; x1: late not y!1 not n!1"},
  }));
  CAPTURE(c.pattern);
  const auto compiled = compile_pattern(c.pattern);
  REQUIRE(compiled.rules);
  CHECK(automaton(compiled.program()) == c.want);
}

TEST_CASE("every pass may be switched off, and the automaton and the version stay", "[compiler][passes]") {
  const auto pattern = GENERATE(values<const char*>({
      "(x -> y) -> z",
      "x ->[5s] (y ~> (z | (x | y)))",
      "x{1} -> ((y) -> not n) -> z",
      "(x -> (y -> (z)))",
  }));
  CAPTURE(pattern);
  compiler::CompileOptions off;
  off.disabled_passes = {"flatten"};
  const auto with = compile_pattern(pattern);
  const auto without = compile_pattern(pattern, off);
  REQUIRE(with.rules);
  REQUIRE(without.rules);
  CHECK(without.rules->stages[0].size() == 1);
  CHECK(automaton(with.program()) == automaton(without.program()));
  CHECK(with.program().version == without.program().version);
}

TEST_CASE("flatten leaves nothing nested that need not be", "[compiler][passes]") {
  const auto compiled = compile_pattern("x ->[5s] ((y | (z | x)) -> (y -> z)) -> not n");
  REQUIRE(compiled.rules);
  const auto& last = compiled.rules->stages[0].back();
  CHECK(last.name == "flatten");
  CHECK(to_string(last.pattern.root, last.pattern.variable_names) ==
        "x ->[5s] (y | z | x) -> y -> z -> not n");
}

}  // namespace
}  // namespace tocsin
