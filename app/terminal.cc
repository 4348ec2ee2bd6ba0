#include "app/terminal.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace tocsin::app {

namespace {

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' && std::string_view(value) != "false";
}

bool is_terminal(int fd) {
  const char* kind = std::getenv("TERM");
  return isatty(fd) == 1 && (kind == nullptr || std::string_view(kind) != "dumb");
}

void print(std::FILE* to, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), to);
  std::fflush(to);
}

}  // namespace

bool shows_color(int fd) {
  return is_terminal(fd) && !is_set("NO_COLOR") && !is_set("CI");
}

bool shows_progress(int fd) {
  return is_terminal(fd) && !is_set("CI");
}

void print_out(const std::string& text) {
  print(stdout, text);
}

void print_err(const std::string& text) {
  print(stderr, text);
}

void print_error(const std::string& message) {
  print_err((shows_color(STDERR_FILENO) ? "\033[1;31merror:\033[0m " : "error: ") + message + "\n");
}

}  // namespace tocsin::app
