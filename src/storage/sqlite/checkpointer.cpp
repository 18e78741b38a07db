#include "storage/sqlite/checkpointer.hpp"

#include <chrono>
#include <utility>

namespace vestnik::storage::sqlite {
namespace {

constexpr int kLogFrames = 8'192;      // pages in the log that make a checkpoint due: 32 MiB
constexpr int kLogFramesMax = 16'384;  // pages from which on the writer waits: 64 MiB
constexpr int kRestFrames = 1'024;     // pages that the writer may have to copy: some milliseconds
constexpr int kRoundsMax = 4;          // a writer that is as fast as the copying would never leave a small rest

// How long the writer waits for the copying.
constexpr std::chrono::seconds kCopyingWait{1};

// How long the writer waits for readers that still look at the log, and when it tries again if they went on.
constexpr std::chrono::milliseconds kReadersWait{100};
constexpr std::chrono::milliseconds kPauseBetweenTries{250};

}  // namespace

Checkpointer::Checkpointer(Connection& writer, std::unique_ptr<Connection> connection, StoreState& state)
    : writer_(writer), connection_(std::move(connection)), state_(state) {
  // Takes the place of SQLite's automatic checkpoints.
  sqlite3_wal_hook(writer_.handle(), &Checkpointer::on_commit, this);
  thread_ = std::thread([this] { run(); });
}

Checkpointer::~Checkpointer() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  sqlite3_wal_hook(writer_.handle(), nullptr, nullptr);
}

int Checkpointer::on_commit(void* self, sqlite3*, const char*, int frames) {
  auto& checkpointer = *static_cast<Checkpointer*>(self);
  checkpointer.frames_ = frames;
  if (frames < kLogFrames || checkpointer.is_writers_turn_) return SQLITE_OK;
  {
    const std::lock_guard lock(checkpointer.mutex_);
    checkpointer.is_due_ = true;
  }
  checkpointer.changed_.notify_all();
  return SQLITE_OK;
}

void Checkpointer::before_write() {
  if (frames_ >= kLogFramesMax) wait_for_copying();
  if (is_writers_turn_) copy_rest();
}

void Checkpointer::wait_for_copying() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kCopyingWait, [this] { return !is_due_; });
}

void Checkpointer::copy_rest() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_try_) return;
  int code = sqlite3_wal_checkpoint_v2(writer_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code == SQLITE_OK) {
    // Everything is copied: new readers look at the database only, so what is waited for are those of before.
    writer_.set_deadline(std::chrono::steady_clock::now() + kReadersWait);
    code = sqlite3_wal_checkpoint_v2(writer_.handle(), nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  }
  if (code == SQLITE_BUSY) next_try_ = now + kPauseBetweenTries;
  if (code != SQLITE_OK && code != SQLITE_BUSY) state_.on_write_failure(writer_.failure(code));
  is_writers_turn_ = false;
}

void Checkpointer::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return is_due_ || is_stopping_; });
    if (is_stopping_) return;
    lock.unlock();
    if (!state_.failure() && copy_most()) is_writers_turn_ = true;
    lock.lock();
    is_due_ = false;  // commits in the meantime asked again for what has just been done
    changed_.notify_all();
  }
}

bool Checkpointer::copy_most() {
  for (int round = 0; round < kRoundsMax; ++round) {
    int copied = 0;
    const int code =
        sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, &copied);
    if (code != SQLITE_OK && code != SQLITE_BUSY) {
      state_.on_write_failure(connection_->failure(code));
      return false;
    }
    if (frames_ - copied <= kRestFrames) return true;
  }
  return true;
}

}  // namespace vestnik::storage::sqlite
