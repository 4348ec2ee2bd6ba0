#pragma once
/// `tocsin check PATH…`: what is wrong with these rules?

#include "app/command.h"

namespace tocsin::app {

void add_check_command(CLI::App& app, Action& action);

}  // namespace tocsin::app
