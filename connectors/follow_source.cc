#include "connectors/follow_source.h"

#include "connectors/file_descriptor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace tocsin::connectors {
namespace {

using std::chrono::milliseconds;

/// How long a file that has nothing new is left alone, if the caller can wait.
constexpr milliseconds kPause{50};

enum class Change {
  none,
  another_file,  ///< has the name
  cut,           ///< the file is shorter than what was read of it
};

bool is_same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

class FollowSource final : public Source {
 public:
  explicit FollowSource(std::string path) : path_(std::move(path)) {}

  Result<ReadState> read(std::string& out, std::size_t bytes_max, milliseconds wait) override {
    if (!file_.is_open()) {
      const auto state = open();
      if (!state) return tl::make_unexpected(state.error());
      if (*state == ReadState::wait) return pause(wait);
    }
    auto state = read_file(out, bytes_max);
    if (!state || *state == ReadState::more) return state;
    const Change change = look_for_change();
    if (change == Change::none) return pause(wait);
    state = read_file(out, bytes_max);  // what was written between the last read and the look
    if (!state || *state == ReadState::more) return state;
    start_over(change);
    return ReadState::wait;
  }

  const std::string& name() const override { return path_; }
  bool finite() const override { return false; }
  std::uint64_t position_bytes() const override { return position_bytes_; }
  std::uint64_t size_bytes() const override {
    struct stat about {};
    return file_.is_open() && ::fstat(file_.number(), &about) == 0 ? static_cast<std::uint64_t>(about.st_size)
                                                                   : 0;
  }

 private:
  /// `wait` if the file is not there yet.
  Result<ReadState> open() {
    auto file = FileDescriptor::open(path_, O_RDONLY | O_NONBLOCK);
    if (!file && file.error().code == ErrorCode::not_found) return ReadState::wait;
    if (!file) return tl::make_unexpected(file.error());
    file_ = std::move(*file);
    return ReadState::more;
  }

  /// `more`, or `wait` if nothing new is there. Adds the line end that `start_over` found missing.
  Result<ReadState> read_file(std::string& out, std::size_t bytes_max) {
    if (line_end_missing_) {
      out += '\n';
      line_end_missing_ = false;
      return ReadState::more;
    }
    const std::size_t before = out.size();
    const auto state = file_.read(out, bytes_max, milliseconds{0}, path_);
    if (!state || *state != ReadState::more) return state ? ReadState::wait : state;
    position_bytes_ += out.size() - before;
    ends_line_ = out.back() == '\n';
    return ReadState::more;
  }

  Change look_for_change() const {
    struct stat opened {};
    struct stat named {};
    if (::fstat(file_.number(), &opened) != 0 || ::stat(path_.c_str(), &named) != 0) return Change::none;
    if (!is_same_file(opened, named)) return Change::another_file;
    const bool is_shorter = static_cast<std::uint64_t>(opened.st_size) < position_bytes_;
    return S_ISREG(opened.st_mode) && is_shorter ? Change::cut : Change::none;
  }

  void start_over(Change change) {
    if (change == Change::another_file) {
      file_ = FileDescriptor{};  // the next read opens what has the name by then
    } else {
      ::lseek(file_.number(), 0, SEEK_SET);
    }
    position_bytes_ = 0;
    line_end_missing_ = !ends_line_;
    ends_line_ = true;
  }

  Result<ReadState> pause(milliseconds wait) const {
    ::poll(nullptr, 0, static_cast<int>(std::clamp(wait, milliseconds{0}, kPause).count()));
    return ReadState::wait;
  }

  std::string path_;
  FileDescriptor file_;
  std::uint64_t position_bytes_ = 0;
  bool ends_line_ = true;
  bool line_end_missing_ = false;
};

}  // namespace

std::unique_ptr<Source> make_follow_source(const std::string& path) {
  return std::make_unique<FollowSource>(path);
}

}  // namespace tocsin::connectors
