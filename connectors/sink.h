#pragma once
/// Where lines leave: alerts, late events, dead letters.

#include "base/result.h"

#include <memory>
#include <string>
#include <string_view>

namespace tocsin::connectors {

/// Writes whole lines. A transactional sink makes `commit` atomic with the source's acknowledgement; a file
/// flushes.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual Status write(std::string_view lines) = 0;  ///< one or many lines, each ended by '\n'
  virtual Status
  commit() = 0;  ///< what was written is handed to the system (flushed); an error surfaces here at the latest
};

/// `-` is standard output. A file is created or truncated.
Result<std::unique_ptr<Sink>> open_sink(const std::string& path);

}  // namespace tocsin::connectors
