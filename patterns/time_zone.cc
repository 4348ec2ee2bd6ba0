#include "patterns/time_zone.h"

#include "patterns/posix_zone.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

namespace tocsin::patterns {

struct TimeZone::Rules {
  std::string name = "UTC";
  std::vector<std::int64_t> transitions;      // seconds since the epoch, rising
  std::vector<std::chrono::seconds> offsets;  // [i] holds before transitions[i], the last one after all
  std::optional<PosixZone> afterwards;        // in place of the last offset
};

namespace {

constexpr const char* kSystemFolder = "/usr/share/zoneinfo";
constexpr std::size_t kFileBytesMax = 1 << 20;
constexpr std::size_t kHeaderBytes = 44;

std::int64_t read_big_endian(std::string_view bytes) {
  std::uint64_t value = (static_cast<unsigned char>(bytes[0]) & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(value);
}

/// The counts of one header of a zone file, which has two: the second one speaks of 64-bit times.
struct Header {
  std::size_t utc_flags, standard_flags, leaps, times, types, letters;

  std::size_t body_bytes(std::size_t time_bytes) const {
    return times * (time_bytes + 1) + types * 6 + letters + leaps * (time_bytes + 4) + standard_flags +
           utc_flags;
  }
};

std::optional<Header> read_header(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes || !bytes.starts_with("TZif") || bytes[4] < '2') return std::nullopt;
  const auto count = [bytes](std::size_t i) {
    return std::min<std::size_t>(static_cast<std::size_t>(read_big_endian(bytes.substr(20 + 4 * i, 4))),
                                 kFileBytesMax);
  };
  return Header{count(0), count(1), count(2), count(3), count(4), count(5)};
}

/// The part of a zone file from its second header on; nothing if the file is too short for what it says.
std::optional<std::string_view> second_part(std::string_view bytes) {
  const auto first = read_header(bytes);
  if (!first || bytes.size() < kHeaderBytes + first->body_bytes(4)) return std::nullopt;
  return bytes.substr(kHeaderBytes + first->body_bytes(4));
}

/// Whether `name` can be a zone's: nothing that leads out of the folder.
bool is_zone_name(std::string_view name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"/_+-"}.find(c) != std::string_view::npos;
  };
  return !name.empty() && name.front() != '/' && std::all_of(name.begin(), name.end(), is_plain);
}

tl::unexpected<Error> damaged(std::string_view name) {
  return fail(ErrorCode::bad_data, "the zone file of `" + std::string{name} + "` is damaged");
}

}  // namespace

TimeZone::TimeZone() {
  static const auto kUtc = std::make_shared<const Rules>(Rules{"UTC", {}, {std::chrono::seconds{0}}, {}});
  rules_ = kUtc;
}

Result<TimeZone> TimeZone::load(std::string_view name) {
  if (name == "UTC") return TimeZone{};
  const auto none = [name] {
    return fail(ErrorCode::not_found, "there is no time zone `" + std::string{name} + "`");
  };
  if (!is_zone_name(name)) return none();
  const char* folder = std::getenv("TZDIR");
  std::ifstream in{std::string{folder != nullptr ? folder : kSystemFolder} + "/" + std::string{name},
                   std::ios::binary};
  std::string bytes(kFileBytesMax, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (bytes.empty()) return none();
  return decode(name, bytes);
}

Result<TimeZone> TimeZone::decode(std::string_view name, std::string_view bytes) {
  const auto part = second_part(bytes);
  const auto header = part ? read_header(*part) : std::nullopt;
  if (!header || header->types == 0) return damaged(name);
  if (part->size() < kHeaderBytes + header->body_bytes(8)) return damaged(name);
  const std::string_view times = part->substr(kHeaderBytes);
  const std::string_view choices = times.substr(8 * header->times);
  const std::string_view types = choices.substr(header->times);

  auto rules = std::make_shared<Rules>();
  rules->name = name;
  const auto offset = [&](std::size_t type) {
    return std::chrono::seconds{read_big_endian(types.substr(6 * type, 4))};
  };
  rules->offsets.push_back(offset(0));
  for (std::size_t i = 0; i < header->times; ++i) {
    const auto type = static_cast<unsigned char>(choices[i]);
    if (type >= header->types) return damaged(name);
    rules->transitions.push_back(read_big_endian(times.substr(8 * i, 8)));
    rules->offsets.push_back(offset(type));
  }
  if (!std::is_sorted(rules->transitions.begin(), rules->transitions.end())) return damaged(name);
  std::string_view footer = part->substr(kHeaderBytes + header->body_bytes(8));
  if (footer.size() > 2 && footer.front() == '\n') {
    footer = footer.substr(1, footer.find('\n', 1) - 1);
    rules->afterwards = parse_posix_zone(footer);
    if (!rules->afterwards) return damaged(name);
  }
  TimeZone out;
  out.rules_ = std::move(rules);
  return out;
}

std::chrono::seconds TimeZone::offset_at(EventTime t) const {
  const auto second = std::chrono::floor<std::chrono::seconds>(t.time_since_epoch());
  const auto& transitions = rules_->transitions;
  const auto next = std::upper_bound(transitions.begin(), transitions.end(), second.count());
  if (next == transitions.end() && rules_->afterwards) {
    return rules_->afterwards->offset_at(std::chrono::sys_seconds{second});
  }
  return rules_->offsets[static_cast<std::size_t>(next - transitions.begin())];
}

std::vector<EventTime> TimeZone::changes_between(EventTime after, EventTime until) const {
  using std::chrono::floor;
  using std::chrono::seconds;
  const seconds from = floor<seconds>(after.time_since_epoch());
  const seconds to = floor<seconds>(until.time_since_epoch());
  const auto& transitions = rules_->transitions;
  std::vector<EventTime> out;
  auto next = std::upper_bound(transitions.begin(), transitions.end(), from.count());
  for (; next != transitions.end() && *next <= to.count(); ++next) out.emplace_back(seconds{*next});
  if (next != transitions.end() || !rules_->afterwards) return out;
  const seconds last = transitions.empty() ? from : std::max(from, seconds{transitions.back()});
  std::vector<std::chrono::sys_seconds> changes;
  rules_->afterwards->append_changes(std::chrono::sys_seconds{last}, std::chrono::sys_seconds{to}, changes);
  for (const std::chrono::sys_seconds change : changes) out.emplace_back(change.time_since_epoch());
  return out;
}

const std::string& TimeZone::name() const {
  return rules_->name;
}

CivilTime civil_time(EventTime t, const TimeZone& zone) {
  using namespace std::chrono;
  const seconds offset = zone.offset_at(t);
  const auto second = floor<seconds>(t.time_since_epoch());
  const sys_seconds local{second + offset};
  const auto day = floor<days>(local);
  const year_month_day date{day};
  const hh_mm_ss clock{local - day};
  CivilTime out;
  out.year = int{date.year()};
  out.month = unsigned{date.month()};
  out.day = unsigned{date.day()};
  out.hour = static_cast<int>(clock.hours().count());
  out.minute = static_cast<int>(clock.minutes().count());
  out.second = static_cast<int>(clock.seconds().count());
  out.nanosecond = (t.time_since_epoch() - second).count();
  out.weekday = weekday{day}.iso_encoding();
  out.day_of_year = static_cast<int>((day - sys_days{date.year() / January / 1}).count()) + 1;
  out.offset = offset;
  return out;
}

}  // namespace tocsin::patterns
