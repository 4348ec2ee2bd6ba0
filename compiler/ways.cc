#include "compiler/ways.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace tocsin::compiler {

using patterns::Joint;

void append(Ways& to, const Ways& from) {
  to.insert(to.end(), from.begin(), from.end());
}

Way entering(patterns::PositionId position, patterns::VariableId variable) {
  Way way;
  way.target = position;
  way.rivals = mask_of(variable);
  return way;
}

Ways only_entering(const Ways& ways, std::size_t first, std::size_t end) {
  Ways out;
  std::copy_if(ways.begin(), ways.end(), std::back_inserter(out), [&](const Way& way) {
    return way.enters(first, end);
  });
  return out;
}

namespace {

void link_absences(Way& way, const Joint& joint) {
  for (Absent& absent : way.absent) {
    if (absent.linked) continue;
    absent.linked = true;
    if (joint.link == patterns::Link::next) absent.kind = Absent::Kind::next;
    if (way.kind == Way::Kind::accept_late) absent.gap_min = joint.gap_min;
  }
}

}  // namespace

void join(Ways& ways, const Joint& joint) {
  for (Way& way : ways) {
    link_absences(way, joint);
    const bool has_link = way.kind == Way::Kind::take || way.kind == Way::Kind::accept_late;
    if (has_link && !way.joint) way.joint = joint;
  }
}

void make_rivals(Ways& ways, std::size_t first, std::size_t end, patterns::VariableMask beginnings) {
  for (Way& way : ways) {
    if (way.enters(first, end)) way.rivals |= beginnings;
  }
}

void drop_doubles(Ways& ways) {
  Ways out;
  for (Way& way : ways) {
    if (std::find(out.begin(), out.end(), way) == out.end()) out.push_back(std::move(way));
  }
  ways = std::move(out);
}

void put_in_place(Ways& ways, std::uint32_t loop, const Ways& entries, PossessiveChoice& next_choice) {
  Ways out;
  for (Way& way : ways) {
    if (way.kind != Way::Kind::again || way.loop != loop) {
      out.push_back(std::move(way));
      continue;
    }
    std::map<PossessiveChoice, PossessiveChoice> anew;
    const auto renew = [&](PossessiveChoice& choice) {
      const auto [at, is_new] = anew.try_emplace(choice, next_choice);
      next_choice += is_new ? 1 : 0;
      choice = at->second;
    };
    for (Way entry : entries) {
      std::for_each(entry.takes_on.begin(), entry.takes_on.end(), renew);
      std::for_each(entry.leaves.begin(), entry.leaves.end(), renew);
      entry.absent.insert(entry.absent.end(), way.absent.begin(), way.absent.end());
      entry.takes_on.insert(entry.takes_on.end(), way.takes_on.begin(), way.takes_on.end());
      entry.leaves.insert(entry.leaves.end(), way.leaves.begin(), way.leaves.end());
      out.push_back(std::move(entry));
    }
  }
  ways = std::move(out);
}

}  // namespace tocsin::compiler
