#include "connectors/file_source.h"

#include "connectors/compression.h"
#include "connectors/file_descriptor.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace tocsin::connectors {
namespace {

constexpr std::size_t kCompressedBytes = 256 * 1024;  // read at a time

class FileSource final : public Source {
 public:
  FileSource(std::string name, FileDescriptor file) : name_(std::move(name)), file_(std::move(file)) {
    struct stat about {};
    is_file_ = ::fstat(file_.number(), &about) == 0 && S_ISREG(about.st_mode);
    if (is_file_) size_bytes_ = static_cast<std::uint64_t>(about.st_size);
  }

  Result<ReadState> read(std::string& out, std::size_t bytes_max, std::chrono::milliseconds wait) override {
    while (compression_ == Compression::unknown) {
      const auto state = fill(kCompressedBytes, wait);
      if (!state || *state == ReadState::wait) return state;
      compression_ = detect_compression(buffer_, *state == ReadState::end);
    }
    if (compression_ == Compression::none) return read_plain(out, bytes_max, wait);
    if (!decompressor_) decompressor_ = make_decompressor(compression_);
    return read_compressed(out, bytes_max, wait);
  }

  const std::string& name() const override { return name_; }
  bool finite() const override { return is_file_; }
  std::uint64_t size_bytes() const override { return size_bytes_; }
  std::uint64_t position_bytes() const override { return read_bytes_ - buffered().size(); }

 private:
  std::string_view buffered() const { return std::string_view(buffer_).substr(buffer_used_); }

  /// Appends bytes as they are in the file to the buffer.
  Result<ReadState> fill(std::size_t bytes_max, std::chrono::milliseconds wait) {
    buffer_.erase(0, std::exchange(buffer_used_, 0));
    const std::size_t before = buffer_.size();
    const auto state = file_.read(buffer_, bytes_max, wait, name_);
    read_bytes_ += buffer_.size() - before;
    return state;
  }

  Result<ReadState> read_plain(std::string& out, std::size_t bytes_max, std::chrono::milliseconds wait) {
    if (const std::string_view head = buffered(); !head.empty()) {  // what told the compression
      const std::size_t size = std::min(head.size(), bytes_max);
      out += head.substr(0, size);
      buffer_used_ += size;
      return ReadState::more;
    }
    const std::size_t before = out.size();
    const auto state = file_.read(out, bytes_max, wait, name_);
    read_bytes_ += out.size() - before;
    return state;
  }

  Result<ReadState> read_compressed(std::string& out, std::size_t bytes_max, std::chrono::milliseconds wait) {
    const std::size_t before = out.size();
    while (true) {
      std::string_view in = buffered();
      const bool valid = decompressor_->run(in, out, bytes_max);
      buffer_used_ = buffer_.size() - in.size();
      if (!valid) return compressed_error("is corrupt");
      if (out.size() != before) return ReadState::more;
      if (!in.empty()) continue;
      const auto state = fill(kCompressedBytes, wait);
      if (!state || *state == ReadState::wait) return state;
      if (*state == ReadState::more) continue;
      if (decompressor_->is_complete()) return ReadState::end;
      return compressed_error("is cut off");
    }
  }

  tl::unexpected<Error> compressed_error(const char* what) const {
    const char* format = compression_ == Compression::gzip ? "gzip" : "zstd";
    return fail(ErrorCode::bad_data,
                fmt::format("read {}: the {} data {} after {} bytes", name_, format, what, position_bytes()));
  }

  std::string name_;
  FileDescriptor file_;
  bool is_file_ = false;
  std::uint64_t size_bytes_ = 0;
  std::uint64_t read_bytes_ = 0;
  Compression compression_ = Compression::unknown;
  std::unique_ptr<Decompressor> decompressor_;
  std::string buffer_;           // as in the file
  std::size_t buffer_used_ = 0;  // of it
};

}  // namespace

Result<std::unique_ptr<Source>> open_file_source(const std::string& path) {
  if (path == "-") return std::make_unique<FileSource>(path, FileDescriptor::standard_stream(STDIN_FILENO));
  auto file = FileDescriptor::open(path, O_RDONLY | O_NONBLOCK);  // a named pipe need not have a writer yet
  if (!file) return tl::make_unexpected(file.error());
  return std::make_unique<FileSource>(path, std::move(*file));
}

}  // namespace tocsin::connectors
