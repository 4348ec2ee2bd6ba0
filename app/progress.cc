#include "app/progress.h"

#include "app/terminal.h"
#include "app/wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tocsin::app {

namespace {

constexpr std::chrono::milliseconds kInterval{200};
constexpr std::size_t kBarWidth = 20;

std::string bar(double part) {
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(kBarWidth));
  return fmt::format("[{:<{}}] {:3.0f}%", std::string(filled, '#'), kBarWidth, std::floor(part * 100));
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::ceil(seconds));
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace

std::string progress_line(const ProgressState& state) {
  std::string line;
  const double seconds = std::max(state.seconds, 1e-3);
  const bool sized = state.size_bytes > 0;
  const double part =
      sized ? std::min(1.0, static_cast<double>(state.position_bytes) / static_cast<double>(state.size_bytes))
            : 0;
  if (sized) line += bar(part) + "  ";
  const auto events = static_cast<double>(state.events);
  line += fmt::format("{} events  {}/s", short_number(events), short_number(events / seconds));
  if (part > 0) line += fmt::format("  ETA {}", clock_text(seconds / part - seconds));
  line += fmt::format(
      "  {} alert{}", short_number(static_cast<double>(state.alerts)), state.alerts == 1 ? "" : "s");
  return line;
}

bool Progress::due(std::chrono::steady_clock::time_point now) const {
  return shown_ && now - last_ >= kInterval;
}

void Progress::draw(const ProgressState& state, std::chrono::steady_clock::time_point now) {
  print_err("\r" + progress_line(state) + "\033[K");
  drawn_ = true;
  last_ = now;
}

void Progress::clear() {
  if (drawn_) print_err("\r\033[K");
  drawn_ = false;
}

}  // namespace tocsin::app
