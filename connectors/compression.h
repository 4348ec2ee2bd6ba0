#pragma once
/// Decompresses streams of bytes: gzip (also several members) and zstd (also several frames).
///
/// Straight on zlib and zstd, as stream filters made of them cannot tell a zstd file that was cut off from a
/// whole one. One thread.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tocsin::connectors {

enum class Compression : std::uint8_t { unknown, none, gzip, zstd };

/// How the stream that begins with `head` is compressed. Unknown while `head` is too short to say; at the end
/// of input it is never.
Compression detect_compression(std::string_view head, bool end_of_input);

class Decompressor {
 public:
  virtual ~Decompressor() = default;

  /// Moves `in` past what it used, and appends at most `bytes_max` bytes to `out`. Without input it gives
  /// what it still holds back. False if the input is corrupt.
  virtual bool run(std::string_view& in, std::string& out, std::size_t bytes_max) = 0;

  /// Whether the input may end here.
  virtual bool is_complete() const = 0;
};

/// For gzip or zstd.
std::unique_ptr<Decompressor> make_decompressor(Compression compression);

}  // namespace tocsin::connectors
