// A database in use: one connection that writes, several that read, and the transactions on them.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "storage/sqlite/checkpointer.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/reader_pool.hpp"
#include "storage/sqlite/store_state.hpp"
#include "storage/store_options.hpp"

namespace vestnik::storage::sqlite {

// `Writer` and `Reader` are made of a connection, keep it, and give it as connection(). Any thread.
template <typename Writer, typename Reader>
class Transactions {
 public:
  // More would only wait for the same cores and the same disk.
  static constexpr int kReaders = 4;

  // A database with the connections that it needs, but for its writer.
  struct Opened {
    Database database;
    std::unique_ptr<Connection> checkpoints;
    std::vector<std::unique_ptr<Reader>> readers;
  };
  // Errors: as open_store.
  static Result<Opened> open(Database database) {
    auto checkpoints = database.connect();
    if (!checkpoints) return error_of(checkpoints);
    std::vector<std::unique_ptr<Reader>> readers;
    for (int i = 0; i < kReaders; ++i) {
      auto connection = database.connect_reader();
      if (!connection) return error_of(connection);
      readers.push_back(std::make_unique<Reader>(std::move(*connection)));
    }
    return Opened{std::move(database), std::move(*checkpoints), std::move(readers)};
  }

  Transactions(std::string description, const StoreOptions& options, Opened opened)
      : timeout_(options.timeout),
        state_(std::move(description), options.timeout, options.on_failure),
        database_(std::move(opened.database)),
        writer_(database_.take_writer()),
        readers_(std::move(opened.readers)),
        checkpointer_(writer_.connection(), std::move(opened.checkpoints), state_) {}

  ~Transactions() {
    // The last connection to close copies the log into the database and deletes it. Once a write has failed in doubt,
    // this would be the fsync that must not be repeated: then the log stays as it is for the next start.
    if (state_.failure()) writer_.connection().keep_log_on_close();
  }

  // One transaction, in which `body(writer or reader) -> Outcome<T>` does its work; `committed(writer)` follows it
  // before the next one. Errors: those of a store.
  template <typename Body, typename Committed>
  auto write(Body body, Committed committed) -> Result<typename std::invoke_result_t<Body, Writer&>::value_type>;
  template <typename Body>
  auto write(Body body) {
    return write(std::move(body), [](Writer&) {});
  }
  template <typename Body>
  auto read(Body body) {
    return read_until(deadline(), std::move(body));
  }
  template <typename Body>
  auto read_until(Deadline until, Body body) -> Result<typename std::invoke_result_t<Body, Reader&>::value_type>;

  // Whether it can be read, and written as far as is known; `probe(writer or reader)` does something harmless.
  template <typename Probe>
  Result<void> check(Probe probe);

  Deadline deadline() const { return std::chrono::steady_clock::now() + timeout_; }
  StoreState& state() { return state_; }
  const StoreState& state() const { return state_; }
  const Database& database() const { return database_; }

 private:
  const std::chrono::milliseconds timeout_;
  StoreState state_;
  Database database_;
  std::timed_mutex writer_mutex_;  // guards writer_
  Writer writer_;
  ReaderPool<Reader> readers_;
  Checkpointer checkpointer_;
};

template <typename Writer, typename Reader>
template <typename Body, typename Committed>
auto Transactions<Writer, Reader>::write(Body body, Committed committed)
    -> Result<typename std::invoke_result_t<Body, Writer&>::value_type> {
  const auto until = deadline();
  const std::unique_lock lock(writer_mutex_, until);
  if (!lock) return std::unexpected(state_.timed_out());
  auto& connection = writer_.connection();
  checkpointer_.before_write();
  if (auto failure = state_.failure()) return std::unexpected(state_.told(std::move(*failure)));
  connection.set_deadline(until);
  auto result = in_transaction(connection, kBeginWrite, [&] { return body(writer_); });
  if (!result) return std::unexpected(state_.on_write_failure(result.error()));
  // After the commit: whatever was lost before is noticed before anybody is told that it is kept.
  if (const auto lost = database_.lost_file()) return std::unexpected(state_.on_write_failure(*lost));
  state_.on_written();
  committed(writer_);
  if constexpr (std::is_void_v<typename std::invoke_result_t<Body, Writer&>::value_type>) {
    return {};
  } else {
    return std::move(*result);
  }
}

template <typename Writer, typename Reader>
template <typename Body>
auto Transactions<Writer, Reader>::read_until(Deadline until, Body body)
    -> Result<typename std::invoke_result_t<Body, Reader&>::value_type> {
  const auto reader = readers_.acquire(until);
  if (!reader) return std::unexpected(state_.timed_out());
  auto& connection = reader->connection();
  connection.set_deadline(until);
  auto result = in_transaction(connection, kBeginRead, [&] { return body(*reader); });
  if (!result) return std::unexpected(state_.on_read_failure(result.error()));
  return std::move(*result);
}

template <typename Writer, typename Reader>
template <typename Probe>
Result<void> Transactions<Writer, Reader>::check(Probe probe) {
  if (auto failure = state_.failure()) return std::unexpected(std::move(*failure));
  if (const auto lost = database_.lost_file()) return std::unexpected(state_.on_write_failure(*lost));
  if (state_.is_disk_full()) {
    // Only writing tells whether there is room again.
    const auto written = write([&probe](Writer& writer) { return probe(writer); });
    if (!written) return std::unexpected(written.error());
  }
  const auto answered = read([&probe](Reader& reader) { return probe(reader); });
  if (!answered) return std::unexpected(answered.error());
  return {};
}

}  // namespace vestnik::storage::sqlite
