#include "app/worker_team.h"

namespace tocsin::app {

WorkerTeam::~WorkerTeam() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  start_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerTeam::run(const std::function<void(std::size_t)>& task, Amount amount) {
  if (size_ == 1 || amount == Amount::little) {
    for (std::size_t i = 0; i < size_; ++i) task(i);
    return;
  }
  start(task);
  task(0);
  wait();
}

void WorkerTeam::start(const std::function<void(std::size_t)>& task) {
  {
    const std::lock_guard lock(mutex_);
    task_ = &task;
    busy_ = size_ - 1;
    ++round_;
  }
  for (std::size_t i = threads_.size() + 1; i < size_; ++i) threads_.emplace_back([this, i] { work(i); });
  start_.notify_all();
}

void WorkerTeam::wait() {
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return busy_ == 0; });
}

void WorkerTeam::work(std::size_t number) {
  std::uint64_t seen = 0;
  std::unique_lock lock(mutex_);
  for (;;) {
    start_.wait(lock, [&] { return stop_ || round_ != seen; });
    if (stop_) return;
    seen = round_;
    const auto* task = task_;
    lock.unlock();
    (*task)(number);
    lock.lock();
    if (--busy_ == 0) done_.notify_one();
  }
}

}  // namespace tocsin::app
