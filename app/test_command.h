#pragma once
/// `tocsin test PATH…`: do the rules do what the tests beside them say?

#include "app/command.h"

namespace tocsin::app {

void add_test_command(CLI::App& app, Action& action);

}  // namespace tocsin::app
