#pragma once
/// A few threads that do the same task at the same time, each with its number, and wait for each other.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tocsin::app {

/// With one worker there are no threads: the caller does the work.
class WorkerTeam {
 public:
  explicit WorkerTeam(std::size_t workers);
  ~WorkerTeam();
  WorkerTeam(const WorkerTeam&) = delete;
  WorkerTeam& operator=(const WorkerTeam&) = delete;

  std::size_t size() const { return threads_.size() + 1; }

  /// Runs task(0) … task(size() - 1) at the same time, and returns when all are done. The caller runs
  /// task(0).
  void run(const std::function<void(std::size_t)>& task);

  /// The same without task(0): begins the others; `wait` returns when they are done. `task` must live until
  /// then.
  void start(const std::function<void(std::size_t)>& task);
  void wait();

 private:
  void work(std::size_t number);

  std::mutex mutex_;
  std::condition_variable start_;
  std::condition_variable done_;
  const std::function<void(std::size_t)>* task_ = nullptr;
  std::uint64_t round_ = 0;  // rises with each run
  std::size_t busy_ = 0;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tocsin::app
