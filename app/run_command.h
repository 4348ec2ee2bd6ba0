#pragma once
/// `tocsin run --rules PATH --input FILE`: events in, alerts out.

#include "app/command.h"

namespace tocsin::app {

void add_run_command(CLI::App& app, Action& action);

}  // namespace tocsin::app
