#pragma once
/// A compiled rule: what the compiler writes and the runtime reads. Immutable, shared by all keys and
/// workers.
///
/// The pattern is a position automaton (Glushkov): one position for each occurrence of a variable, counted
/// quantifiers unrolled; a transition for each position that may follow, in the order of preference.

#include "base/ids.h"
#include "base/schema.h"
#include "base/time.h"
#include "patterns/expression.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace tocsin::patterns {

using PositionId = Id<struct PositionTag, std::uint16_t>;
inline constexpr PositionId kStart{0};  ///< the virtual position before any event was taken
inline constexpr std::size_t kPositionsMax = 10000;
inline constexpr std::size_t kTransitionsMax = 64;  ///< out of one position
inline constexpr std::size_t kLevelsMax = 32;       ///< of rules that see what others emit

/// Transitions out of one position, one bit each, bit 0 the most preferred.
using TransitionMask = std::uint64_t;

enum class Link : std::uint8_t { followed_by, followed_by_any, next };  // ->  ~>  =>
std::string_view name_of(Link link);

struct Variable {
  std::string name;
  bool any_type = false;
  std::vector<TypeId> types;      ///< sorted; empty with any_type
  ExpressionId own_condition;     ///< the conjuncts that look only at the event itself; none: always true
  ExpressionId run_condition;     ///< the conjuncts that look at events taken before; none: always true
  std::uint32_t prior_depth = 0;  ///< how many events before its own the condition looks back, taken or not
};

/// One way on from a position.
struct Transition {
  enum class Kind : std::uint8_t {
    take,         ///< to `target`, by an event that satisfies its variable
    accept,       ///< the match ends here, at once
    accept_late,  ///< the match ends here at the deadline, if no guard closed the way by then
  };
  Kind kind = Kind::take;
  Link link = Link::followed_by;  ///< how `target` is joined
  PositionId target;
  Duration gap_min{0};          ///< time since the event before: at least, at most (both included)
  Duration gap_max = kForever;  ///< accept_late: the deadline counts from the event before; kForever: from
                                ///< `within` or the session's end
  VariableMask rivals = 0;     ///< `->`: what it does not skip: its target's variable, and what else its unit
                               ///< may begin with
  TransitionMask outdoes = 0;  ///< later ones: what this one may take is not theirs, and closes them
};

/// An event that satisfies `variable` closes `closes`: `not n` between, `not n` at the end.
struct Guard {
  VariableId variable;
  TransitionMask closes = 0;
  Duration gap_min{0};       ///< an event sooner than this after the one before does not count
  bool next_only = false;    ///< `=> not n`: looks at the very next event alone
  bool blocks_take = false;  ///< the event itself may not be taken by what it closes: `until`, `=> not n`
};

/// `not a for 10m` at the start: an event that satisfies `variable` keeps shut for that long the ways out of
/// kStart that lead past it.
struct Lull {
  VariableId variable;
  Duration length{0};  ///< included
  TransitionMask closes = 0;
};

struct Position {
  VariableId variable;                  ///< none for kStart
  std::vector<Transition> transitions;  ///< most preferred first; for kStart all are `take`
  std::vector<Guard> guards;
};

enum class AfterMatch : std::uint8_t {
  skip_past_last_event,
  skip_to_next_event,
  skip_to_first,
  skip_to_last,
  no_skip
};
std::string_view name_of(AfterMatch after);

/// Which runs of a key there are beside each other.
enum class RunsKept : std::uint8_t {
  all,
  newest,  ///< one for each step: who reaches it takes the place of the one that waits there
  first,   ///< those of one start at a time
  once,    ///< those of one start ever
};
std::string_view name_of(RunsKept runs);

/// What happens where a key has as many runs as it may have and another would begin.
enum class LimitPolicy : std::uint8_t {
  drop_newest,  ///< it is not begun
  drop_oldest,  ///< those of the earliest start make room
  fail,         ///< nothing more is worked through
};
std::string_view name_of(LimitPolicy policy);

inline constexpr std::size_t kRunsPerKey = 100'000;  ///< where a rule does not say
struct RunLimit {
  std::size_t per_key = kRunsPerKey;
  LimitPolicy policy = LimitPolicy::drop_newest;
};

enum class WindowKind : std::uint8_t { none, tumbling, hopping, sliding, session, count };
enum class WindowEmit : std::uint8_t { first, each, close };
std::string_view name_of(WindowKind kind);
std::string_view name_of(WindowEmit emit);

struct Window {
  WindowKind kind = WindowKind::none;
  Duration size{};          ///< length; for a session its gap; for a count its time limit, 0 without
  Duration every{};         ///< hopping: from one start to the next
  std::uint64_t count = 0;  ///< count: events
  Duration offset{0};       ///< tumbling, hopping: from the epoch, as the clock of `zone` shows it
  TimeZone zone{};          ///< tumbling, hopping: whose clock the windows go by
};

/// `"'{s.query}' drew no click"`: texts and holes in turn.
struct Template {
  std::vector<std::variant<std::string, ExpressionId>> parts;
};
struct Field {
  std::string name;
  ExpressionId value;
};
struct Output {
  std::optional<Template> message;
  std::vector<Field> fields;
  std::optional<TypeId> emit_to;  ///< the alerts become events of this type, too
};

enum class RuleSeverity : std::uint8_t { info, low, medium, high, critical };
std::string_view name_of(RuleSeverity severity);

struct KeyPart {
  std::string name;  ///< as written: `user`, `lower(user)`; the member's name in an alert's `key`
  ExpressionId value;
};

/// `key: {a: pid, b: ppid}`: by what these variables' events are keyed.
struct VariableKey {
  VariableMask variables = 0;
  std::vector<ExpressionId> parts;
};

/// `keys: TABLE` with `pattern: not v for D`: under each key of the table the rule waits for silence.
struct Watch {
  TableId keys;
  std::string table;         ///< its name
  VariableMask awaited = 0;  ///< what breaks the silence
  Duration silence{0};
};

struct Program {
  std::string id;
  std::string title;
  std::string owner;
  RuleSeverity severity = RuleSeverity::medium;
  std::vector<std::string> tags;
  /// Changes when what the rule matches changes (not with its title or messages): 16 hex digits. A reload
  /// keeps the runs of a rule whose version stays; alert ids are made from it.
  std::string version;

  ExpressionPool expressions;
  std::vector<KeyPart> key;  ///< empty: one global substream; with `variable_keys`, of the first variable
  std::vector<VariableKey> variable_keys;  ///< empty: `key` holds for all
  std::vector<Variable> variables;
  bool any_type = false;      ///< sees every type
  std::vector<TypeId> types;  ///< what it sees, sorted; events of other types do not exist for it

  std::vector<Position> positions;  ///< [0] is kStart; empty for a window rule without a pattern
  bool may_double = false;          ///< two ways through the pattern may give the same match
  std::vector<Lull> lulls;          ///< `not … for`, at the start
  Duration within = kForever;       ///< from the first to the last event
  std::uint64_t within_events = 0;  ///< so many that the rule sees, both included; 0: no limit
  AfterMatch after_match = AfterMatch::skip_past_last_event;
  VariableMask skip_to = 0;  ///< of skip_to_first and skip_to_last
  RunsKept runs = RunsKept::all;
  RunLimit run_limit;
  bool emit_preferred = false;  ///< a start's best match, once nothing better can come
  bool report_all = false;      ///< what one event or deadline completes is told before anything is dropped
  VariableId cancel;            ///< an event that satisfies it ends runs

  std::optional<Watch> watch;  ///< set: there are neither positions nor a window

  Window window;
  ExpressionId having;  ///< over the aggregates; window rules without a pattern
  WindowEmit emit = WindowEmit::first;

  std::optional<Output> on_match;  ///< none: emits nothing
  std::optional<Output> on_timeout;
  /// Rules see only events that rules of lower levels emit: 0 where no other rule's alerts come in.
  std::uint16_t level = 0;
  Duration suppress{0};  ///< how long an alert of a key holds back the next ones; 0: not at all
  std::vector<std::string> warnings;
  std::optional<TypeId> late_stream;  ///< what late events of its types become for other rules
  Duration lateness{0};  ///< `late: apply`: how far behind the watermark events are taken in; 0: not at all
};

/// `[10m]`, `[5s..10m]`, `[5s..]`; nothing where any time will do.
std::string gap_text(Duration min, Duration max);

/// One of the program's expressions, in the language's own syntax.
std::string to_string(const Program& program, ExpressionId id, const Schema& schema);

/// `click|search`, ordered by name; or `any`.
std::string types_text(const Schema& schema, bool any, std::span<const TypeId> types);

/// What `tocsin explain` prints of a program: stable from run to run, names instead of ids.
std::string to_string(const Program& program, const Schema& schema);

}  // namespace tocsin::patterns
