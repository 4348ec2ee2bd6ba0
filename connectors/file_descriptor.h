#pragma once
/// An open file, pipe or terminal of the system, and what its calls say when they fail.

#include "base/result.h"
#include "connectors/source.h"

#include <chrono>
#include <string>

namespace tocsin::connectors {

/// The error of the system call that failed last: `open /var/log/x: No such file or directory`.
tl::unexpected<Error> system_error(const std::string& doing, const std::string& name);

/// Closes what it opened; the standard streams stay open.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;

  static FileDescriptor standard_stream(int number);
  /// `flags` as of open(2); a new file gets the rights that the umask leaves.
  static Result<FileDescriptor> open(const std::string& path, int flags);

  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }

  /// Appends what there is, at most `bytes_max` bytes, after waiting at most `wait` for it. `wait` also when
  /// a signal interrupted it. `name` is for the error.
  Result<ReadState> read(std::string& out,
                         std::size_t bytes_max,
                         std::chrono::milliseconds wait,
                         const std::string& name) const;

 private:
  explicit FileDescriptor(int number) : number_(number) {}
  std::size_t bytes_there() const;

  int number_ = -1;
};

/// Waits until one of `events` (of poll(2)) is there: true; false after `wait`, or when a signal came.
bool wait_for(const FileDescriptor& file, short events, std::chrono::milliseconds wait);

}  // namespace tocsin::connectors
