#include "connectors/sink.h"
#include "connectors/source.h"
#include "tests/support/catch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace tocsin::connectors {
namespace {

namespace fs = std::filesystem;
constexpr std::chrono::milliseconds kNoWait{0};

/// A folder of its own that goes with the test.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "tocsin-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const char* name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

void append(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::app) << bytes;
}

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string gzipped(std::string_view text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string in{text};
  std::string out(deflateBound(&stream, in.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd_compressed(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3);
  REQUIRE(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

using Compress = std::string (*)(std::string_view);

std::string numbers(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += std::to_string(i * 7919) + '\n';
  return out;
}

struct Read {
  std::string bytes;
  std::string error;
};

/// Reads a source to its end or error, `step` bytes at a time.
Read read_all(Source& source, std::size_t step) {
  Read read;
  while (true) {
    const auto state = source.read(read.bytes, step, kNoWait);
    if (!state) read.error = state.error().message;
    if (!state || *state == ReadState::end) return read;
  }
}

Read read_file(const std::string& path, std::size_t step = 1000) {
  auto source = open_source(path, false);
  REQUIRE(source.has_value());
  return read_all(**source, step);
}

/// What a source that is followed has to give now.
std::string read_now(Source& source) {
  std::string out;
  for (int idle = 0; idle < 3;) {
    const auto state = source.read(out, 1000, kNoWait);
    REQUIRE(state.has_value());
    REQUIRE(*state != ReadState::end);
    idle = *state == ReadState::more ? 0 : idle + 1;
  }
  return out;
}

TEST_CASE("a plain file is read to its end", "[connectors][source]") {
  const Folder folder;
  const std::string path = folder.file("plain");
  const auto text = GENERATE(values<std::string>({"", "x", "\x1F", "\x28\xB5\x2F", numbers(5'000)}));
  append(path, text);
  const auto step = GENERATE(as<std::size_t>{}, 1, 3, 4096, 1 << 20);
  auto source = open_source(path, false);
  REQUIRE(source.has_value());
  CHECK(read_all(**source, step).bytes == text);
  CHECK((*source)->size_bytes() == text.size());
  CHECK((*source)->position_bytes() == text.size());
  CHECK((*source)->finite());
  CHECK((*source)->name() == path);
}

TEST_CASE("compressed files are told by their content", "[connectors][source]") {
  const Folder folder;
  const Compress compress = GENERATE(as<Compress>{}, gzipped, zstd_compressed);
  const auto step = GENERATE(as<std::size_t>{}, 1, 1000, 1 << 20);
  const std::string text = numbers(20'000);
  const std::string bytes = compress(text);
  append(folder.file("one.log"), bytes);
  append(folder.file("two.log"), bytes + compress("") + compress("tail\n"));
  append(folder.file("empty.log"), compress(""));
  CHECK(read_file(folder.file("one.log"), step).bytes == text);
  CHECK(read_file(folder.file("two.log"), step).bytes == text + "tail\n");
  CHECK(read_file(folder.file("two.log"), step).error.empty());
  CHECK(read_file(folder.file("empty.log"), step).bytes.empty());
}

TEST_CASE("compressed files that are cut off or corrupt are errors that say where", "[connectors][source]") {
  const Folder folder;
  const Compress compress = GENERATE(as<Compress>{}, gzipped, zstd_compressed);
  const std::string bytes = compress(numbers(3'000));
  for (std::size_t size = 4; size < bytes.size(); size += size < 64 || size + 64 > bytes.size() ? 1 : 61) {
    const std::string path = folder.file("cut");
    fs::remove(path);
    append(path, bytes.substr(0, size));
    CHECK_THAT(read_file(path).error, Catch::Contains("is cut off after " + std::to_string(size) + " bytes"));
  }
  append(folder.file("junk"), bytes + "junk");
  CHECK_THAT(read_file(folder.file("junk")).error, Catch::Contains("is corrupt after"));
  std::string damaged = bytes;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
  append(folder.file("damaged"), damaged.substr(0, damaged.size() / 2 + 1) + std::string(2000, '\xFF'));
  CHECK_FALSE(read_file(folder.file("damaged")).error.empty());
}

TEST_CASE("a file that cannot be opened is an error", "[connectors][source]") {
  const Folder folder;
  const auto missing = open_source(folder.file("missing"), false);
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == ErrorCode::not_found);
  CHECK(missing.error().message == "open " + folder.file("missing") + ": No such file or directory");
  CHECK_THAT(read_file(folder.file("")).error, Catch::Contains("Is a directory"));
}

TEST_CASE("a named pipe is read until its writer leaves", "[connectors][source]") {
  const Folder folder;
  const std::string path = folder.file("pipe");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const int writer = ::open(path.c_str(), O_RDWR);
  auto source = open_source(path, false);
  REQUIRE(source.has_value());
  std::string out;
  CHECK(*(*source)->read(out, 100, kNoWait) == ReadState::wait);
  REQUIRE(::write(writer, "ab\n", 3) == 3);
  CHECK(*(*source)->read(out, 100, kNoWait) == ReadState::more);
  CHECK(*(*source)->read(out, 100, kNoWait) == ReadState::wait);
  ::close(writer);
  CHECK(*(*source)->read(out, 100, kNoWait) == ReadState::end);
  CHECK(out == "ab\n");
  CHECK((*source)->size_bytes() == 0);
}

TEST_CASE("a followed file is read as it grows", "[connectors][follow]") {
  const Folder folder;
  const std::string path = folder.file("log");
  auto source = open_source(path, true);
  REQUIRE(source.has_value());
  CHECK(read_now(**source).empty());  // not there yet
  append(path, "one\n");
  CHECK(read_now(**source) == "one\n");
  CHECK(read_now(**source).empty());
  append(path, "tw");
  append(path, "o\n");
  CHECK(read_now(**source) == "two\n");
  CHECK((*source)->position_bytes() == 8);
  CHECK((*source)->size_bytes() == 8);
  CHECK_FALSE((*source)->finite());
}

TEST_CASE("following goes on across a rotation", "[connectors][follow]") {
  const Folder folder;
  const std::string path = folder.file("log");
  append(path, "one\n");
  auto source = open_source(path, true);
  CHECK(read_now(**source) == "one\n");
  fs::rename(path, folder.file("log.1"));
  append(folder.file("log.1"), "late\n");
  CHECK(read_now(**source) == "late\n");
  append(folder.file("log.1"), "last");
  append(path, "new\n");
  CHECK(read_now(**source) == "last\nnew\n");
  fs::remove(path);
  CHECK(read_now(**source).empty());
  append(path, "newer\n");
  CHECK(read_now(**source) == "newer\n");
}

TEST_CASE("a followed file that is cut is read again from its start", "[connectors][follow]") {
  const Folder folder;
  const std::string path = folder.file("log");
  append(path, "a long line without an end");
  auto source = open_source(path, true);
  CHECK(read_now(**source) == "a long line without an end");
  fs::resize_file(path, 0);
  CHECK(read_now(**source) == "\n");
  append(path, "again\n");
  CHECK(read_now(**source) == "again\n");
}

TEST_CASE("a followed pipe survives its writer", "[connectors][follow]") {
  const Folder folder;
  const std::string path = folder.file("pipe");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  auto source = open_source(path, true);
  CHECK(read_now(**source).empty());
  for (const std::string line : {"one\n", "two\n"}) {
    const int writer = ::open(path.c_str(), O_WRONLY);
    REQUIRE(::write(writer, line.data(), line.size()) == 4);
    ::close(writer);
    CHECK(read_now(**source) == line);
  }
}

TEST_CASE("a sink writes what it was given when it commits", "[connectors][sink]") {
  const Folder folder;
  const std::string path = folder.file("out");
  append(path, "old\n");
  {
    auto sink = open_sink(path);
    REQUIRE(sink.has_value());
    CHECK(content(path).empty());
    CHECK((*sink)->write("one\ntwo\n").has_value());
    CHECK((*sink)->commit().has_value());
    CHECK(content(path) == "one\ntwo\n");
    CHECK((*sink)->write("three\n").has_value());
  }
  CHECK(content(path) == "one\ntwo\nthree\n");
  const std::string much = numbers(200'000);
  auto sink = open_sink(path);
  CHECK((*sink)->write(much).has_value());
  CHECK((*sink)->commit().has_value());
  CHECK(content(path) == much);
}

TEST_CASE("a sink tells what went wrong", "[connectors][sink]") {
  const Folder folder;
  const auto nowhere = open_sink(folder.file("no/such/folder"));
  REQUIRE_FALSE(nowhere.has_value());
  CHECK(nowhere.error().code == ErrorCode::not_found);

  auto full = open_sink("/dev/full");
  REQUIRE(full.has_value());
  CHECK((*full)->write("x\n").has_value());
  const Status on_full = (*full)->commit();
  REQUIRE_FALSE(on_full.has_value());
  CHECK(on_full.error().message == "write /dev/full: No space left on device");

  const std::string path = folder.file("pipe");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  auto pipe = open_sink(path);
  REQUIRE(pipe.has_value());
  ::close(reader);
  CHECK((*pipe)->write("x\n").has_value());
  const Status on_pipe = (*pipe)->commit();
  REQUIRE_FALSE(on_pipe.has_value());
  CHECK(on_pipe.error().message == "write " + path + ": Broken pipe");
}

}  // namespace
}  // namespace tocsin::connectors
