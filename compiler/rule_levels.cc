#include "compiler/rule_levels.h"

#include "compiler/analyze_late.h"
#include "compiler/reporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace tocsin::compiler {
namespace {

using patterns::Program;

/// A rule emits events of `type`, which `to` sees.
struct Feed {
  std::size_t to;
  TypeId type;
};

bool sees(const Program& program, TypeId type) {
  return program.any_type || std::binary_search(program.types.begin(), program.types.end(), type);
}

class Levels {
 public:
  Levels(std::vector<AnalyzedRule>& analyzed, const RulesById& rules, const Schema& schema)
      : analyzed_{analyzed}, rules_{rules}, schema_{schema}, states_(analyzed.size()) {
    for (const AnalyzedRule& from : analyzed) {
      auto& feeds = feeds_.emplace_back();
      for (const TypeId type : emitted_by(from.program)) {
        for (std::size_t to = 0; to < analyzed.size(); ++to) {
          if (sees(analyzed[to].program, type)) feeds.push_back({to, type});
        }
      }
    }
  }

  void set(dsl::Diagnostics& diagnostics) {
    const std::size_t errors = diagnostics.error_count();
    for (std::size_t rule = 0; rule < analyzed_.size(); ++rule) walk_from(rule, diagnostics);
    if (diagnostics.error_count() > errors) return;
    for (auto rule = done_.rbegin(); rule != done_.rend(); ++rule) {  // each after all that feed it
      for (const Feed& feed : feeds_[*rule]) raise(feed, analyzed_[*rule].program.level, diagnostics);
    }
    warn_of_near_names(diagnostics);
  }

 private:
  enum class State : std::uint8_t { fresh, open, done };
  struct Step {
    std::size_t rule;
    std::size_t next;  // of its feeds
  };

  /// Depth first, with the way in a list: it may be as long as there are rules. A rule that is met again
  /// while it is on the way closes a circle.
  void walk_from(std::size_t first, dsl::Diagnostics& diagnostics) {
    if (states_[first] == State::fresh) enter(first);
    while (!way_.empty()) {
      Step& step = way_.back();
      if (step.next == feeds_[step.rule].size()) {
        states_[step.rule] = State::done;
        done_.push_back(step.rule);
        way_.pop_back();
        continue;
      }
      const std::size_t to = feeds_[step.rule][step.next++].to;
      if (states_[to] == State::fresh) {
        enter(to);
      } else if (states_[to] == State::open) {
        report_circle(to, diagnostics);
      }
    }
  }

  void enter(std::size_t rule) {
    states_[rule] = State::open;
    way_.push_back({rule, 0});
  }

  /// The way from `first` on leads back to it.
  void report_circle(std::size_t first, dsl::Diagnostics& diagnostics) {
    if (!told_.insert(first).second) return;
    const auto is_first = [&](const Step& step) { return step.rule == first; };
    std::string text;
    bool any = false;
    for (auto step = std::find_if(way_.begin(), way_.end(), is_first); step != way_.end(); ++step) {
      const Feed& feed = feeds_[step->rule][step->next - 1];
      text += fmt::format("{}`{}` emits `{}`, which `{}` sees",
                          text.empty() ? "" : "; ",
                          program(step->rule).id,
                          schema_.type_name(feed.type),
                          program(feed.to).id);
      any = any || program(feed.to).any_type;
    }
    report(first,
           "rules go round in a circle: " + text,
           any ? "a rule that sees `any` type sees what it emits; name the types" : "",
           diagnostics);
  }

  void raise(const Feed& feed, std::uint16_t from, dsl::Diagnostics& diagnostics) {
    std::uint16_t& level = program(feed.to).level;
    level = std::max<std::uint16_t>(level, from + 1);
    if (level < patterns::kLevelsMax || !told_.insert(feed.to).second) return;
    report(feed.to,
           fmt::format("rules build on rules more than {} deep", patterns::kLevelsMax - 1),
           {},
           diagnostics);
  }

  /// What nobody sees may be meant for whom another name was written.
  void warn_of_near_names(dsl::Diagnostics& diagnostics) const {
    constexpr std::size_t kNameMin = 4;  // shorter ones are near each other by chance
    std::set<TypeId> seen;
    std::set<TypeId> emitted;
    for (const AnalyzedRule& rule : analyzed_) {
      seen.insert(rule.program.types.begin(), rule.program.types.end());
      for (const TypeId type : emitted_by(rule.program)) emitted.insert(type);
      if (rule.program.late_stream) emitted.insert(*rule.program.late_stream);
    }
    std::vector<std::string_view> of_inputs;
    for (const TypeId type : seen) {
      if (!emitted.contains(type)) of_inputs.push_back(schema_.type_name(type));
    }
    const auto warn = [&](const dsl::Rule& written, dsl::Span span, TypeId type) {
      const std::string_view name = schema_.type_name(type);
      if (name.size() < kNameMin) return;
      std::string near = did_you_mean(name, of_inputs);
      if (near.empty()) return;
      Reporter{diagnostics, written.file}.warning(
          span, "W0108", fmt::format("no rule sees `{}`", name), std::move(near));
    };
    for (std::size_t rule = 0; rule < analyzed_.size(); ++rule) {
      const dsl::Rule& written = *rules_.at(program(rule).id);
      if (feeds_[rule].empty()) {
        for (const TypeId type : emitted_by(program(rule))) warn(written, emits_at(written), type);
      }
      const auto& stream = program(rule).late_stream;
      if (stream && !seen.contains(*stream)) warn(written, late_at(written), *stream);
    }
  }

  Program& program(std::size_t rule) const { return analyzed_[rule].program; }

  /// Its `emit to`, or its id.
  static dsl::Span emits_at(const dsl::Rule& written) {
    if (written.emit_to) return written.emit_to->span;
    for (const auto* output : {&written.on_match, &written.on_timeout}) {
      if (*output && (*output)->emit_to) return (*output)->emit_to->span;
    }
    return written.id.span;
  }

  void report(std::size_t rule, std::string message, std::string hint, dsl::Diagnostics& diagnostics) const {
    const dsl::Rule& written = *rules_.at(program(rule).id);
    Reporter{diagnostics, written.file}.error(
        emits_at(written), "E0321", std::move(message), std::move(hint));
  }

  std::vector<AnalyzedRule>& analyzed_;
  const RulesById& rules_;
  const Schema& schema_;
  std::vector<std::vector<Feed>> feeds_;  // by rule
  std::vector<State> states_;
  std::vector<Step> way_;
  std::vector<std::size_t> done_;  // each rule after all that it feeds
  std::set<std::size_t> told_;
};

}  // namespace

std::vector<TypeId> emitted_by(const Program& program) {
  std::vector<TypeId> out;
  for (const auto* output : {&program.on_match, &program.on_timeout}) {
    if (*output && (*output)->emit_to) out.push_back(*(*output)->emit_to);
  }
  return out;
}

void set_levels(std::vector<AnalyzedRule>& analyzed,
                const RulesById& rules,
                const Schema& schema,
                dsl::Diagnostics& diagnostics) {
  Levels{analyzed, rules, schema}.set(diagnostics);
}

}  // namespace tocsin::compiler
