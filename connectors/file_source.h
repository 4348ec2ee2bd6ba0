#pragma once
/// A file, a pipe or standard input, read once from start to end. gzip and zstd are told by their first
/// bytes.
///
/// Compressed input that is cut off or corrupt is an error that says after how many bytes.

#include "connectors/source.h"

namespace tocsin::connectors {

/// `-` is standard input. Opening a named pipe waits for its writer.
Result<std::unique_ptr<Source>> open_file_source(const std::string& path);

}  // namespace tocsin::connectors
