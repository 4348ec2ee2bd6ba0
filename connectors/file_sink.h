#pragma once
/// Lines into a file, a pipe or standard output, through a buffer.
///
/// A full disk, or a pipe that nobody reads, is an error of the `write` or `commit` that meets it: SIGPIPE is
/// ignored in a process that has opened a sink.

#include "connectors/file_descriptor.h"
#include "connectors/sink.h"

namespace tocsin::connectors {

class FileSink final : public Sink {
 public:
  static constexpr std::size_t kBufferBytes = 256 * 1024;

  FileSink(std::string name, FileDescriptor file) : name_(std::move(name)), file_(std::move(file)) {}
  /// Hands on what was never committed; an error then goes unheard.
  ~FileSink() override;
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;

  Status write(std::string_view lines) override;
  Status commit() override;

 private:
  Status write_through(std::string_view bytes) const;

  std::string name_;
  FileDescriptor file_;
  std::string buffer_;
};

}  // namespace tocsin::connectors
