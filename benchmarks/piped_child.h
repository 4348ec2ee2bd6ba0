#pragma once
/// A program with a pipe in front of it and one behind it, neither of which ever blocks who calls. Whatever
/// fails is a std::runtime_error: there is no measuring on.

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

class PipedChild {
 public:
  using Nanoseconds = std::chrono::nanoseconds;

  /// words   the program's path and its arguments
  /// quiet   nothing that it says on standard error is shown
  PipedChild(std::vector<std::string> words, bool quiet) : name_{words.at(0)} {
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    check(::pipe2(in.data(), O_CLOEXEC) == 0 && ::pipe2(out.data(), O_CLOEXEC) == 0, "make pipes for");
    spawn(words, quiet, in[0], out[1]);
    ::close(in[0]);
    ::close(out[1]);
    in_ = in[1];
    out_ = out[0];
    for (const int file : {in_, out_}) check(::fcntl(file, F_SETFL, O_NONBLOCK) == 0, "set up pipes for");
  }

  /// Ends its input, and waits for its end.
  ~PipedChild() {
    close_input();
    ::close(out_);
    if (process_ > 0) ::waitpid(process_, nullptr, 0);
  }
  PipedChild(const PipedChild&) = delete;
  PipedChild& operator=(const PipedChild&) = delete;

  /// How many of `bytes` there was room for.
  std::size_t write(std::string_view bytes) {
    const ssize_t size = ::write(in_, bytes.data(), bytes.size());
    check(size >= 0 || errno == EAGAIN, "write to");
    return static_cast<std::size_t>(std::max<ssize_t>(size, 0));
  }

  /// How many bytes it gave, at most `size`: 0 at its end, less than 0 if none are there yet.
  ssize_t read(char* to, std::size_t size) {
    const ssize_t got = ::read(out_, to, size);
    check(got >= 0 || errno == EAGAIN, "read from");
    return got;
  }

  /// Whether it has read all that was written.
  bool took_all() const {
    pollfd input{in_, 0, 0};
    if (::poll(&input, 1, 0) > 0) throw std::runtime_error(name_ + " ended before its input did");
    int left = 0;
    check(::ioctl(in_, FIONREAD, &left) == 0, "look into the pipe to");
    return left == 0;
  }

  /// Until there is something to read.
  void wait_to_read() const { wait(1, nullptr); }

  /// The same, but not for longer than `time`.
  void wait_to_read(Nanoseconds time) const {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const timespec timeout = {seconds.count(), (time - seconds).count()};
    wait(1, &timeout);
  }

  /// Until there is something to read, or room to write.
  void wait_to_read_or_write() const { wait(2, nullptr); }

  void close_input() {
    if (in_ >= 0) ::close(std::exchange(in_, -1));
  }

  /// Waits for its end. Returns what it took.
  rusage finish() {
    int status = 0;
    rusage used{};
    check(::wait4(std::exchange(process_, 0), &status, 0, &used) > 0, "wait for");
    if (status != 0) throw std::runtime_error(name_ + " failed");
    return used;
  }

 private:
  void spawn(std::vector<std::string>& words, bool quiet, int in, int out) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    if (quiet) ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    errno = ::posix_spawn(&process_, arguments[0], &files, nullptr, arguments.data(), environ);
    const bool started = errno == 0;
    ::posix_spawn_file_actions_destroy(&files);
    check(started, "start");
  }

  void wait(nfds_t count, const timespec* timeout) const {
    std::array<pollfd, 2> files = {pollfd{out_, POLLIN, 0}, pollfd{in_, POLLOUT, 0}};
    ::ppoll(files.data(), count, timeout, nullptr);
  }

  void check(bool good, const char* doing) const {
    if (!good) throw std::runtime_error(fmt::format("{} {}: {}", doing, name_, std::strerror(errno)));
  }

  const std::string name_;
  pid_t process_ = 0;
  int in_ = -1;
  int out_ = -1;
};
