#include "connectors/file_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace tocsin::connectors {

FileSink::~FileSink() {
  static_cast<void>(commit());
}

Status FileSink::write(std::string_view lines) {
  if (buffer_.empty() && lines.size() >= kBufferBytes) return write_through(lines);
  buffer_ += lines;
  return buffer_.size() < kBufferBytes ? Status{} : commit();
}

Status FileSink::commit() {
  const Status status = write_through(buffer_);
  buffer_.clear();
  return status;
}

Status FileSink::write_through(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t size = ::write(file_.number(), bytes.data(), bytes.size());
    if (size >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(size));
    } else if (errno == EAGAIN) {
      wait_for(file_, POLLOUT, std::chrono::seconds{1});
    } else if (errno != EINTR) {
      return system_error("write", name_);
    }
  }
  return {};
}

Result<std::unique_ptr<Sink>> open_sink(const std::string& path) {
  std::signal(SIGPIPE, SIG_IGN);
  if (path == "-") return std::make_unique<FileSink>(path, FileDescriptor::standard_stream(STDOUT_FILENO));
  auto file = FileDescriptor::open(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file) return tl::make_unexpected(file.error());
  return std::make_unique<FileSink>(path, std::move(*file));
}

}  // namespace tocsin::connectors
