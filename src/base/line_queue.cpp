#include "base/line_queue.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>
#include <utility>

namespace vestnik {

void LineQueue::start() {
  std::thread([this] { run(); }).detach();
}

void LineQueue::push(std::string_view line) {
  const std::scoped_lock lock(mutex_);
  if (finishing_) return;
  full_ = full_ || waiting_.size() + line.size() > kBytesMax;
  if (full_) return count_dropped(1);
  const bool was_empty = waiting_.empty();
  waiting_ += line;
  if (was_empty) changed_.notify_all();
}

void LineQueue::finish(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  finishing_ = true;
  changed_.notify_all();
  changed_.wait_for(lock, timeout, [this] { return ended_; });
}

void LineQueue::run() {
  std::string lines;
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return !waiting_.empty() || finishing_; });
    if (waiting_.empty()) break;
    lines.clear();
    lines.swap(waiting_);
    full_ = false;
    if (const std::uint64_t gap = std::exchange(untold_, 0); gap > 0) lines += tell_dropped_(gap);
    lock.unlock();
    const std::string_view lost = write(lines);
    lock.lock();
    if (!lost.empty()) count_dropped(static_cast<std::uint64_t>(std::ranges::count(lost, '\n')));
  }
  ended_ = true;
  changed_.notify_all();
}

std::string_view LineQueue::write(std::string_view lines) const {
  while (!lines.empty()) {
    const ssize_t written = ::write(fd_, lines.data(), lines.size());
    if (written > 0) {
      lines.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {  // somebody else has made it so
      pollfd ready{.fd = fd_, .events = POLLOUT, .revents = 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      break;
    }
  }
  return lines;
}

void LineQueue::count_dropped(std::uint64_t lines) {
  untold_ += lines;
  dropped_.fetch_add(lines, std::memory_order_relaxed);
}

}  // namespace vestnik
