#pragma once
/// A few threads that do the same task at the same time, each with its number, and wait for each other.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tocsin::app {

/// How much there is to do: for a little, waking threads costs more than they bring.
enum class Amount : std::uint8_t { little, much };

/// Threads are there from the first time that they are needed: never with one worker.
class WorkerTeam {
 public:
  explicit WorkerTeam(std::size_t workers) : size_{workers} {}
  ~WorkerTeam();
  WorkerTeam(const WorkerTeam&) = delete;
  WorkerTeam& operator=(const WorkerTeam&) = delete;

  std::size_t size() const { return size_; }

  /// Runs task(0) … task(size() - 1) at the same time, and returns when all are done. The caller runs
  /// task(0); where there is little to do, all of them in turn.
  void run(const std::function<void(std::size_t)>& task, Amount amount = Amount::much);

  /// The same without task(0): begins the others; `wait` returns when they are done. `task` must live until
  /// then.
  void start(const std::function<void(std::size_t)>& task);
  void wait();

 private:
  void work(std::size_t number);

  std::size_t size_;
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
