#pragma once
/// `tocsin explain RULE`: what does the engine make of this rule?

#include "app/command.h"

namespace tocsin::app {

void add_explain_command(CLI::App& app, Action& action);

}  // namespace tocsin::app
