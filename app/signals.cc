#include "app/signals.h"

#include <unistd.h>

#include <atomic>
#include <csignal>

namespace tocsin::app {

namespace {

std::atomic<bool> stop{false};
std::atomic<bool> reload{false};
static_assert(std::atomic<bool>::is_always_lock_free, "handlers may touch nothing else");

void on_signal(int number) {
  if (number == SIGHUP) {
    reload = true;
  } else if (stop.exchange(true)) {
    _exit(128 + number);
  }
}

}  // namespace

void catch_signals() {
  struct sigaction action = {};
  action.sa_handler = on_signal;  // without SA_RESTART, so that a read that waits returns
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaction(number, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

bool stop_requested() {
  return stop;
}

bool take_reload_request() {
  return reload.exchange(false);
}

}  // namespace tocsin::app
