#pragma once
/// A file that grows, as `tail -F` reads it: from its start, on and on.
///
/// When another file takes its name (rotation), the old one is read to its end, then the new one from its
/// start; when it becomes shorter, it is read again from its start. In both cases a last line without an end
/// gets one. A file that is not there is waited for. A named pipe may lose its writer and find another.
/// Compressed files are read as they are: a log is compressed when it is no longer written.

#include "connectors/source.h"

namespace tocsin::connectors {

std::unique_ptr<Source> make_follow_source(const std::string& path);

}  // namespace tocsin::connectors
