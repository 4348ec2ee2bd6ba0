#pragma once
/// One line on standard error that shows how far a run is, drawn over and over in its place.

#include <chrono>
#include <cstdint>
#include <string>

namespace tocsin::app {

struct ProgressState {
  std::uint64_t position_bytes = 0;
  std::uint64_t size_bytes = 0;  ///< 0: unknown, then there is no bar
  std::uint64_t events = 0;
  std::uint64_t alerts = 0;
  double seconds = 0;  ///< since the start
};

/// `[#########           ]  45%  1.2M events  2.1M/s  ETA 0:03  17 alerts`.
std::string progress_line(const ProgressState& state);

class Progress {
 public:
  explicit Progress(bool shown) : shown_{shown} {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Whether it is time to draw again: shown, and the last time was a while ago.
  bool due(std::chrono::steady_clock::time_point now) const;
  void draw(const ProgressState& state, std::chrono::steady_clock::time_point now);

  /// Takes the line away, so that something else can be printed there.
  void clear();

 private:
  bool shown_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace tocsin::app
