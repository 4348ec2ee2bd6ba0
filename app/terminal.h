#pragma once
/// What the streams at our ends can show.

#include <string>

namespace tocsin::app {

/// Whether to color what goes to file descriptor `fd`: a terminal that can, and neither NO_COLOR nor CI is
/// set.
bool shows_color(int fd);

/// Whether a person watches `fd`: a terminal, and not a build job's.
bool shows_progress(int fd);

/// Writes all of `text` to standard output or standard error, past no buffer of ours.
void print_out(const std::string& text);
void print_err(const std::string& text);

/// `error: …` on standard error.
void print_error(const std::string& message);

}  // namespace tocsin::app
