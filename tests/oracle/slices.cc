#include "tests/oracle/slices.h"

#include <algorithm>

namespace tocsin::oracle {
namespace {

/// Where the session that begins at `begin` ends: an event exactly its gap after the last one still belongs
/// to it.
std::size_t session_after(std::size_t begin, std::span<const Event> events, Duration gap) {
  std::size_t end = begin + 1;
  while (end < events.size() && events[end].time <= saturating_add(events[end - 1].time, gap)) ++end;
  return end;
}

std::vector<Slice> sessions_of(std::span<const Event> events, Duration gap) {
  std::vector<Slice> out;
  for (std::size_t begin = 0; begin < events.size(); begin = out.back().end) {
    const std::size_t end = session_after(begin, events, gap);
    out.push_back({begin, end, saturating_add(events[end - 1].time, gap), false, {}});
  }
  return out;
}

/// `count` events, or those before the first has been there for `limit`, if there is one.
std::vector<Slice> counts_of(std::span<const Event> events, std::size_t count, Duration limit) {
  std::vector<Slice> out;
  for (std::size_t begin = 0; begin < events.size(); begin = out.back().end) {
    const EventTime over = limit == Duration{0} ? kTimeMax : events[begin].time + limit;
    std::size_t end = begin;
    while (end < events.size() && end - begin < count && events[end].time < over) ++end;
    if (end - begin == count) {
      out.push_back({begin, end, events[end - 1].time, false, {}});
    } else {
      out.push_back({begin, end, limit == Duration{0} ? kTimeMax : over - Duration{1}, true, {}});
    }
  }
  return out;
}

/// [start, start + size) for each multiple of `every` after `offset`, where there are events.
std::vector<Slice> grid_of(std::span<const Event> events, Duration size, Duration every, Duration offset) {
  std::vector<Slice> out;
  if (events.empty()) return out;
  EventTime start{offset};
  while (start + size > events.front().time) start -= every;
  for (; start <= events.back().time; start += every) {
    const auto before = [&](EventTime time) {
      const auto is_before = [time](const Event& event) { return event.time < time; };
      return static_cast<std::size_t>(std::count_if(events.begin(), events.end(), is_before));
    };
    const EventTime end = start + size;
    if (before(start) == before(end)) continue;
    out.push_back({before(start), before(end), end - Duration{1}, true, std::pair{start, end}});
  }
  return out;
}

}  // namespace

std::vector<Slice> slices_of(const patterns::Window& window, std::span<const Event> events) {
  switch (window.kind) {
    case patterns::WindowKind::session:
      return sessions_of(events, window.size);
    case patterns::WindowKind::count:
      return counts_of(events, window.count, window.size);
    case patterns::WindowKind::tumbling:
      return grid_of(events, window.size, window.size, window.offset);
    case patterns::WindowKind::hopping:
      return grid_of(events, window.size, window.every, window.offset);
    case patterns::WindowKind::sliding:
    case patterns::WindowKind::none:
      return {{0, events.size(), kTimeMax, false, {}}};
  }
  return {};
}

}  // namespace tocsin::oracle
