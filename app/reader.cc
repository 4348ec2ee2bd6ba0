#include "app/reader.h"

#include <algorithm>

namespace tocsin::app {

using connectors::ReadState;
using std::chrono::milliseconds;

Reader::Reader(std::size_t batch_bytes, Duration disorder, std::size_t decoders)
    : batch_bytes_{batch_bytes}, disorder_{disorder}, decoders_{decoders}, read_on_{[this](std::size_t) {
        ahead_ = read(milliseconds{0}, std::move(ahead_memory_));
      }} {}

Reader::~Reader() {
  settle();
}

void Reader::add(std::unique_ptr<Input> input, const std::shared_ptr<const Schema>& schema) {
  settle();
  input->set_schema(schema, decoders_.size());
  inputs_.push_back(std::move(input));
}

Result<Reading> Reader::next(milliseconds wait) {
  settle();
  if (ahead_) {
    auto reading = std::move(*ahead_);
    ahead_.reset();
    if (!reading || reading->input != nullptr) return reading;
    recycle(std::move(reading->chunk));
  }
  return read(wait, fresh_chunk());
}

void Reader::read_ahead() {
  settle();
  ahead_memory_ = fresh_chunk();
  reading_ = true;
  if (!thread_) thread_.emplace(2);
  thread_->start(read_on_);
}

std::optional<Reading> Reader::take_left() {
  settle();
  std::optional<Reading> left;
  if (ahead_ && *ahead_ && (*ahead_)->input != nullptr) left = std::move(**ahead_);
  ahead_.reset();
  return left;
}

void Reader::set_schema(const std::shared_ptr<const Schema>& schema) {
  settle();
  for (const auto& input : inputs_) input->set_schema(schema, decoders_.size());
  if (ahead_ && *ahead_ && (*ahead_)->input != nullptr) (*ahead_)->input->decode_again((*ahead_)->chunk);
}

void Reader::set_rules(const std::shared_ptr<const runtime::RuleSet>& rules,
                       const runtime::TableStore& tables) {
  settle();
  rules_ = rules;
  routers_.clear();
  for (std::size_t i = 0; i < decoders_.size(); ++i) routers_.emplace_back(rules, &tables);
  if (ahead_ && *ahead_ && (*ahead_)->input != nullptr) route(*(*ahead_)->input, (*ahead_)->chunk);
}

void Reader::settle() {
  if (!reading_) return;
  thread_->wait();
  reading_ = false;
}

/// Asks the inputs in the order of their time without waiting; only if none has anything, waits for the
/// first.
Result<Reading> Reader::read(milliseconds wait, Chunk memory) {
  std::vector<Input*>& open = open_;
  open.clear();
  for (const auto& input : inputs_) {
    if (!input->ended()) open.push_back(input.get());
  }
  const auto behind = [](const Input* a, const Input* b) { return a->newest < b->newest; };
  if (open.size() > 1) std::stable_sort(open.begin(), open.end(), behind);
  Reading reading;
  reading.chunk = std::move(memory);
  for (Input* input : open) {
    const auto got = try_read(*input, open.size() == 1 ? wait : milliseconds{0}, reading);
    if (!got) return tl::make_unexpected(got.error());
    if (*got) return reading;
  }
  if (open.size() > 1 && wait > milliseconds{0}) {
    const auto got = try_read(*open.front(), wait, reading);
    if (!got) return tl::make_unexpected(got.error());
  }
  return reading;
}

/// Whether `input` gave anything, or came to its end.
Result<bool> Reader::try_read(Input& input, milliseconds wait, Reading& reading) {
  const auto state = input.read(reading.chunk, batch_bytes_, wait);
  if (!state) return tl::make_unexpected(state.error());
  if (*state == ReadState::wait) return false;
  reading.input = &input;
  input.split(reading.chunk, decoders_.size());
  decoders_.run([&](std::size_t part) { input.decode(reading.chunk, part); }, amount_of(reading.chunk));
  input.admit(reading.chunk, disorder_);
  route(input, reading.chunk);
  return true;
}

void Reader::route(Input& input, Chunk& chunk) {
  input.stream_late(chunk, *rules_);
  chunk.routed.resize(routers_.size());
  const auto route_part = [&](std::size_t part) {
    const std::span<const Event> of_late_streams =
        part == 0 ? chunk.of_late_streams : std::span<const Event>{};
    routers_[part].route_all(
        chunk.batches[part].events, of_late_streams, routers_.size(), chunk.routed[part]);
  };
  decoders_.run(route_part, amount_of(chunk));
}

Chunk Reader::fresh_chunk() {
  if (spare_.empty()) return {};
  Chunk chunk = std::move(spare_.back());
  spare_.pop_back();
  chunk.bytes.clear();
  chunk.newest = kTimeMin;
  return chunk;
}

}  // namespace tocsin::app
