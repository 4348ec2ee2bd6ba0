#pragma once
/// A source over bytes that are already here, for tests beside rules.

#include "connectors/source.h"

#include <algorithm>
#include <string>
#include <utility>

namespace tocsin::app {

class MemorySource : public connectors::Source {
 public:
  MemorySource(std::string name, std::string bytes) : name_{std::move(name)}, bytes_{std::move(bytes)} {}

  Result<connectors::ReadState> read(std::string& out,
                                     std::size_t bytes_max,
                                     std::chrono::milliseconds) override {
    if (position_ == bytes_.size()) return connectors::ReadState::end;
    const std::size_t count = std::min(bytes_max, bytes_.size() - position_);
    out.append(bytes_, position_, count);
    position_ += count;
    return connectors::ReadState::more;
  }

  const std::string& name() const override { return name_; }
  bool finite() const override { return true; }
  std::uint64_t size_bytes() const override { return bytes_.size(); }
  std::uint64_t position_bytes() const override { return position_; }

 private:
  std::string name_;
  std::string bytes_;
  std::size_t position_ = 0;
};

}  // namespace tocsin::app
