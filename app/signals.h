#pragma once
/// What the operating system asks of a running `tocsin run`.

namespace tocsin::app {

/// From now on SIGINT and SIGTERM ask for a stop (a second one ends the process at once), SIGHUP asks for a
/// reload, and a reader that went away is an error of the write, not a signal.
void catch_signals();

bool stop_requested();

/// Whether a reload was asked for since the last call.
bool take_reload_request();

}  // namespace tocsin::app
