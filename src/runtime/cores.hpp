// One thread with its own io_context for each core. What lives on a core is touched by no other thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "runtime/asio.hpp"
#include "runtime/sweeper.hpp"

namespace vestnik::runtime {

class Core {
 public:
  explicit Core(std::size_t index) : index_(index), context_(1), sweeper_(context_) {}

  std::size_t index() const { return index_; }
  asio::io_context& context() { return context_; }
  auto executor() { return context_.get_executor(); }
  Sweeper& sweeper() { return sweeper_; }

  // Runs `task` on this core, after what was posted before. Any thread.
  template <typename Function>
  void post(Function&& task) {
    asio::post(context_, std::forward<Function>(task));
  }

 private:
  std::size_t index_;
  asio::io_context context_;
  Sweeper sweeper_;
};

class Cores {
 public:
  static constexpr std::size_t kMax = 256;

  // `count`: at most kMax; 0: one for each processor this process may use.
  explicit Cores(std::size_t count);
  ~Cores();

  std::size_t size() const { return cores_.size(); }
  Core& operator[](std::size_t index) { return *cores_[index]; }

  void start();
  // Stops the loops and joins their threads; what was not run is dropped. Not from a core's own thread.
  void stop();

 private:
  std::vector<std::unique_ptr<Core>> cores_;
  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards_;
  std::vector<std::jthread> threads_;
};

}  // namespace vestnik::runtime
