#include "connectors/file_descriptor.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

namespace tocsin::connectors {
namespace {

constexpr std::size_t kPipeBytes = 64 * 1024;

ErrorCode code_of(int number) {
  switch (number) {
    case ENOENT:
      return ErrorCode::not_found;
    case EACCES:
    case EPERM:
      return ErrorCode::denied;
    case EINTR:
      return ErrorCode::interrupted;
    default:
      return ErrorCode::io;
  }
}

}  // namespace

tl::unexpected<Error> system_error(const std::string& doing, const std::string& name) {
  const int number = errno;
  return fail(code_of(number),
              fmt::format("{} {}: {}", doing, name, std::generic_category().message(number)));
}

FileDescriptor::~FileDescriptor() {
  if (number_ > STDERR_FILENO) ::close(number_);
}

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

FileDescriptor FileDescriptor::standard_stream(int number) {
  return FileDescriptor{number};
}

Result<FileDescriptor> FileDescriptor::open(const std::string& path, int flags) {
  constexpr mode_t kReadWriteAll = 0666;
  const int number = ::open(path.c_str(), flags | O_CLOEXEC, kReadWriteAll);
  if (number < 0) return system_error("open", path);
  return FileDescriptor{number};
}

Result<ReadState> FileDescriptor::read(std::string& out,
                                       std::size_t bytes_max,
                                       std::chrono::milliseconds wait,
                                       const std::string& name) const {
  if (!wait_for(*this, POLLIN, wait)) return ReadState::wait;
  const std::size_t before = out.size();
  const std::size_t room = std::min(bytes_max, bytes_there());
  out.resize(before + room);
  const ssize_t size = ::read(number_, out.data() + before, room);
  out.resize(before + static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  if (size > 0) return ReadState::more;
  if (size == 0) return ReadState::end;
  if (errno == EINTR || errno == EAGAIN) return ReadState::wait;
  return system_error("read", name);
}

/// How many bytes a read may give: a pipe's are few, and room for more would have to be cleared each time.
std::size_t FileDescriptor::bytes_there() const {
  int bytes = 0;
  const bool known = ::ioctl(number_, FIONREAD, &bytes) == 0 && bytes > 0;
  return known ? static_cast<std::size_t>(bytes) : kPipeBytes;
}

bool wait_for(const FileDescriptor& file, short events, std::chrono::milliseconds wait) {
  using Count = std::chrono::milliseconds::rep;
  const auto timeout = std::clamp<Count>(wait.count(), 0, std::numeric_limits<int>::max());
  pollfd polled{file.number(), events, 0};
  return ::poll(&polled, 1, static_cast<int>(timeout)) > 0;
}

}  // namespace tocsin::connectors
