#include "app/reader.h"

#include <algorithm>

namespace tocsin::app {

using connectors::ReadState;
using std::chrono::milliseconds;

Reader::Reader(const ReaderOptions& options)
    : options_{options}, decoders_{options.decoders}, read_on_{[this](std::size_t) { read_on(); }} {}

Reader::~Reader() {
  settle();
}

void Reader::add(std::unique_ptr<Input> input, const std::shared_ptr<const Schema>& schema) {
  settle();
  input->set_schema(schema, decoders_.size());
  inputs_.push_back(std::move(input));
}

Result<Reading> Reader::next(milliseconds wait) {
  if (auto ahead = take_ahead()) return std::move(*ahead);
  auto reading = read(wait, fresh_chunk());
  flows_ = reading && reading->chunk.bytes.size() >= options_.flow_bytes;
  return reading;
}

// --- reading ahead ---------------------------------------------------------------------------------

void Reader::read_ahead() {
  {
    const std::lock_guard lock(mutex_);
    if (reading_ || !flows_ || ahead_.size() > options_.chunks_ahead / 4) return;
    reading_ = true;
  }
  settle();
  if (!thread_) thread_.emplace(2);
  thread_->start(read_on_);
}

void Reader::read_on() {
  while (note_ahead(read(milliseconds{0}, fresh_chunk()))) {
  }
}

/// Whether to read on.
bool Reader::note_ahead(Result<Reading> reading) {
  const std::lock_guard lock(mutex_);
  const bool nothing = reading && reading->input == nullptr;
  flows_ = reading && !nothing && reading->chunk.bytes.size() >= options_.flow_bytes;
  if (nothing) {
    spare_.push_back(std::move(reading->chunk));
  } else {
    ahead_.push_back(std::move(reading));
  }
  reading_ = flows_ && ahead_.size() < options_.chunks_ahead;
  arrived_.notify_one();
  return reading_;
}

/// Waits for it where it is being read; nothing if it is not.
std::optional<Result<Reading>> Reader::take_ahead() {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return !reading_ || !ahead_.empty(); });
  if (ahead_.empty()) return std::nullopt;
  std::optional<Result<Reading>> first(std::move(ahead_.front()));
  ahead_.pop_front();
  return first;
}

void Reader::settle() {
  if (thread_) thread_->wait();
}

std::optional<Reading> Reader::take_left() {
  settle();
  while (auto ahead = take_ahead()) {
    if (*ahead) return std::move(**ahead);
  }
  return std::nullopt;
}

template <class Visit>
void Reader::for_each_ahead(Visit&& visit) {
  for (auto& ahead : ahead_) {
    if (ahead) visit(*ahead->input, ahead->chunk);
  }
}

void Reader::set_schema(const std::shared_ptr<const Schema>& schema) {
  settle();
  for (const auto& input : inputs_) input->set_schema(schema, decoders_.size());
  for_each_ahead([](Input& input, Chunk& chunk) { input.decode_again(chunk); });
}

void Reader::set_rules(const std::shared_ptr<const runtime::RuleSet>& rules,
                       const runtime::TableStore& tables) {
  settle();
  rules_ = rules;
  routers_.clear();
  for (std::size_t i = 0; i < decoders_.size(); ++i) routers_.emplace_back(rules, &tables);
  for_each_ahead([this](Input& input, Chunk& chunk) { route(input, chunk); });
}

void Reader::recycle(Chunk&& chunk) {
  const std::lock_guard lock(mutex_);
  spare_.push_back(std::move(chunk));
}

Chunk Reader::fresh_chunk() {
  const std::lock_guard lock(mutex_);
  if (spare_.empty()) return {};
  Chunk chunk = std::move(spare_.back());
  spare_.pop_back();
  chunk.bytes.clear();
  chunk.newest = kTimeMin;
  return chunk;
}

// --- reading ---------------------------------------------------------------------------------------

/// Asks the inputs in the order of their time without waiting; only if none has anything, waits for the
/// first.
Result<Reading> Reader::read(milliseconds wait, Chunk memory) {
  std::vector<Input*>& open = open_;
  open.clear();
  for (const auto& input : inputs_) {
    if (!input->ended()) open.push_back(input.get());
  }
  const auto behind = [](const Input* a, const Input* b) { return a->newest() < b->newest(); };
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
  const auto state = input.read(reading.chunk, options_.batch_bytes, wait);
  if (!state) return tl::make_unexpected(state.error());
  if (*state == ReadState::wait) return false;
  reading.input = &input;
  input.split(reading.chunk, decoders_.size());
  decoders_.run([&](std::size_t part) { input.decode(reading.chunk, part); }, amount_of(reading.chunk));
  input.admit(reading.chunk, options_.disorder);
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

}  // namespace tocsin::app
