// Moves the write-ahead log into the database file beside the writer, and keeps the log's size bounded.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/store_state.hpp"

namespace vestnik::storage::sqlite {

// SQLite's own checkpoints run inside the commit that fills the log, so one unlucky commit would pay for thousands.
// Here a thread copies the log with PASSIVE checkpoints, which the writer does not wait for
// (https://sqlite.org/wal.html). But the writer starts the log anew only when it finds all of it copied, and under
// continuous load it never is: the writer is always a little ahead, and the log would grow without end. Therefore the
// copying is repeated until only a small rest is left, and the writer copies this rest itself before its next
// transaction. A writer that is faster than the copying waits for it from a second bound on. What may still make the
// log longer is a reader with an old snapshot, which lives as long as its deadline.
class Checkpointer {
 public:
  // `writer` is the connection whose commits fill the log, `connection` one of the checkpointer's own.
  // `writer` and `state` must outlive it.
  Checkpointer(Connection& writer, std::unique_ptr<Connection> connection, StoreState& state);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // Called by the writer before it begins a transaction: waits when the log is too long, and copies its rest when the
  // turn has come. Takes milliseconds, and about a second for a disk that cannot keep up.
  void before_write();

 private:
  static int on_commit(void* self, sqlite3*, const char*, int frames);
  void run();
  // Copies the log until only a small rest is left. False when the copying failed.
  bool copy_most();
  void wait_for_copying();
  void copy_rest();

  Connection& writer_;
  std::unique_ptr<Connection> connection_;
  StoreState& state_;
  std::atomic<int> frames_ = 0;  // in the log after the last commit
  std::atomic<bool> is_writers_turn_ = false;
  Deadline next_try_ = Deadline::min();  // of the writer

  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_due_ = false;       // guarded by mutex_; until the copying has ended
  bool is_stopping_ = false;  // guarded by mutex_
  std::thread thread_;        // last: it uses the rest
};

}  // namespace vestnik::storage::sqlite
