#include "connectors/compression.h"

#include "base/check.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>

namespace tocsin::connectors {
namespace {

constexpr std::string_view kGzipMagic = "\x1F\x8B";
constexpr std::string_view kZstdMagic = "\x28\xB5\x2F\xFD";

class GzipDecompressor final : public Decompressor {
 public:
  GzipDecompressor() {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    TOCSIN_CHECK(inflateInit2(&stream_, kGzipOnly) == Z_OK, "zlib gives a stream");
  }
  ~GzipDecompressor() override { inflateEnd(&stream_); }
  GzipDecompressor(const GzipDecompressor&) = delete;
  GzipDecompressor& operator=(const GzipDecompressor&) = delete;

  bool run(std::string_view& in, std::string& out, std::size_t bytes_max) override {
    if (complete_) {
      if (in.empty()) return true;
      inflateReset(&stream_);  // the next member
      complete_ = false;
    }
    const std::size_t before = out.size();
    const std::size_t in_size = std::min<std::size_t>(in.size(), kStepMax);
    const std::size_t out_size = std::min(bytes_max, kStepMax);
    out.resize(before + out_size);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));  // zlib only reads it
    stream_.avail_in = static_cast<uInt>(in_size);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream_.avail_out = static_cast<uInt>(out_size);
    const int result = inflate(&stream_, Z_NO_FLUSH);
    in.remove_prefix(in_size - stream_.avail_in);
    out.resize(before + out_size - stream_.avail_out);
    complete_ = result == Z_STREAM_END;
    return complete_ || result == Z_OK || result == Z_BUF_ERROR;
  }

  bool is_complete() const override { return complete_; }

 private:
  static constexpr std::size_t kStepMax = std::numeric_limits<uInt>::max();

  z_stream stream_{};
  bool complete_ = false;
};

class ZstdDecompressor final : public Decompressor {
 public:
  bool run(std::string_view& in, std::string& out, std::size_t bytes_max) override {
    if (complete_ && in.empty()) return true;
    const std::size_t before = out.size();
    out.resize(before + bytes_max);
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer to{out.data() + before, bytes_max, 0};
    const std::size_t result = ZSTD_decompressStream(stream_.get(), &to, &from);
    in.remove_prefix(from.pos);
    out.resize(before + to.pos);
    complete_ = result == 0;
    return ZSTD_isError(result) == 0;
  }

  bool is_complete() const override { return complete_; }

 private:
  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };

  std::unique_ptr<ZSTD_DStream, Free> stream_{ZSTD_createDStream()};
  bool complete_ = false;
};

}  // namespace

Compression detect_compression(std::string_view head, bool end_of_input) {
  if (head.starts_with(kGzipMagic)) return Compression::gzip;
  if (head.starts_with(kZstdMagic)) return Compression::zstd;
  const bool may_become_one = kGzipMagic.starts_with(head) || kZstdMagic.starts_with(head);
  return may_become_one && !end_of_input ? Compression::unknown : Compression::none;
}

std::unique_ptr<Decompressor> make_decompressor(Compression compression) {
  if (compression == Compression::gzip) return std::make_unique<GzipDecompressor>();
  return std::make_unique<ZstdDecompressor>();
}

}  // namespace tocsin::connectors
