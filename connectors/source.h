#pragma once
/// Where bytes enter: a file (plain, .gz, .zst), standard input, a file that grows.
///
/// A source is one partition: a resumable log of records with byte offsets. Partitioned logs,
/// acknowledgements and transactions come in behind the same interface: `seek` resumes, `acknowledge` says
/// what is durable downstream.

#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace tocsin::connectors {

enum class ReadState : std::uint8_t {
  more,  ///< bytes were read
  wait,  ///< none within the time given; more may come
  end,   ///< none, and none will come
};

class Source {
 public:
  virtual ~Source() = default;

  /// Appends up to `bytes_max` bytes to `out`. Waits at most `wait` for the first of them (files never wait).
  /// Returns early with `wait` when a signal interrupts it.
  virtual Result<ReadState> read(std::string& out, std::size_t bytes_max, std::chrono::milliseconds wait) = 0;

  /// Name for messages and dead letters: the path, or `-`.
  virtual const std::string& name() const = 0;
  virtual bool finite() const = 0;  ///< a file read to its end; not a pipe, nor a file that is followed
  virtual std::uint64_t size_bytes() const = 0;      ///< of the file on disk, for progress; 0 if unknown
  virtual std::uint64_t position_bytes() const = 0;  ///< consumed of `size_bytes`
};

/// `path` may be `-`. Compression goes by the content, not the name. `follow`: as `tail -F`, also across
/// rotation and truncation, and waits for a file that is not there yet.
Result<std::unique_ptr<Source>> open_source(const std::string& path, bool follow);

}  // namespace tocsin::connectors
