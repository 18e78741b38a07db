#include "runtime/cores.hpp"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <exception>
#include <string>

#include "base/log.hpp"

namespace vestnik::runtime {
namespace {

std::size_t usable_processors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return static_cast<std::size_t>(CPU_COUNT(&set));
  return std::max(1U, std::thread::hardware_concurrency());
}

void run(Core& core) {
  const std::string name = "core-" + std::to_string(core.index());
  pthread_setname_np(pthread_self(), name.c_str());
  while (true) {
    try {
      core.context().run();
      return;
    } catch (const std::exception& bug) {
      // A bug in one handler must not end the others; the loop goes on with the next handler.
      log::error("exception on a core", {{"core", core.index()}, {"what", bug.what()}});
    }
  }
}

}  // namespace

Cores::Cores(std::size_t count) {
  if (count == 0) count = std::min(usable_processors(), kMax);
  for (std::size_t i = 0; i < count; ++i) {
    cores_.push_back(std::make_unique<Core>(i));
    guards_.push_back(asio::make_work_guard(cores_.back()->context()));
  }
}

Cores::~Cores() {
  stop();
}

void Cores::start() {
  for (auto& core : cores_) {
    core->sweeper().start();
    threads_.emplace_back([&core = *core] { run(core); });
  }
}

void Cores::stop() {
  guards_.clear();
  for (auto& core : cores_) core->context().stop();
  threads_.clear();
}

}  // namespace vestnik::runtime
