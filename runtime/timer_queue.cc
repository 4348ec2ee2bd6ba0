#include "runtime/timer_queue.h"

#include "runtime/key_store.h"
#include "runtime/prefetch.h"

#include <algorithm>

namespace tocsin::runtime {
namespace {

bool later(const Timer& a, const Timer& b) {
  return a.deadline > b.deadline;
}

}  // namespace

TimerQueue::Lane TimerQueue::lane_for(Duration duration) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    if (lanes_[i].duration == duration) return static_cast<Lane>(i);
  }
  lanes_.emplace_back().duration = duration;
  return static_cast<Lane>(lanes_.size() - 1);
}

void TimerQueue::begin_lane(Lane lane, EventTime deadline) {
  heads_.push_back({deadline, lane});
  std::push_heap(heads_.begin(), heads_.end(), std::greater<>{});
  next_ = std::min(next_, deadline);
}

void TimerQueue::push_unordered(const Timer& timer) {
  if (timer.deadline == kTimeMax) return;
  unordered_.push_back(timer);
  std::push_heap(unordered_.begin(), unordered_.end(), later);
  next_ = std::min(next_, timer.deadline);
}

Timer TimerQueue::pop_unordered() {
  std::pop_heap(unordered_.begin(), unordered_.end(), later);
  const Timer timer = unordered_.back();
  unordered_.pop_back();
  return timer;
}

/// Puts the first lane, from which a timer was taken, where it now belongs.
void TimerQueue::sort_first_lane() {
  const auto& timers = lanes_[heads_.front().lane].timers;
  std::pop_heap(heads_.begin(), heads_.end(), std::greater<>{});
  if (timers.empty()) return heads_.pop_back();
  heads_.back().deadline = timers.front().deadline;
  std::push_heap(heads_.begin(), heads_.end(), std::greater<>{});
}

void TimerQueue::find_next() {
  next_ = heads_.empty() ? kTimeMax : heads_.front().deadline;
  if (!unordered_.empty()) next_ = std::min(next_, unordered_.front().deadline);
}

void TimerQueue::rebuild() {
  heads_.clear();
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    if (!lanes_[i].timers.empty())
      heads_.push_back({lanes_[i].timers.front().deadline, static_cast<Lane>(i)});
  }
  std::make_heap(heads_.begin(), heads_.end(), std::greater<>{});
  std::make_heap(unordered_.begin(), unordered_.end(), later);
  find_next();
}

std::size_t TimerQueue::size() const {
  std::size_t n = unordered_.size();
  for (const Queue& queue : lanes_) n += queue.timers.size();
  return n;
}

}  // namespace tocsin::runtime
