#pragma once
/// `tocsin bench`: how fast do these rules go through this file?

#include "app/command.h"

namespace tocsin::app {

void add_bench_command(CLI::App& app, Action& action);

}  // namespace tocsin::app
