// What changes the database, by subject, on one connection. Every function of it runs inside a transaction that its
// caller opens and commits.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "storage/sqlite/attachment_writer.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/history_writer.hpp"
#include "storage/sqlite/key_table.hpp"
#include "storage/sqlite/people_writer.hpp"
#include "storage/sqlite/room_writer.hpp"
#include "storage/sqlite/rows.hpp"
#include "storage/sqlite/session_activity.hpp"
#include "storage/sqlite/sql/database.hpp"
#include "storage/sqlite/sql/repair.hpp"
#include "storage/sqlite/sql/search.hpp"

namespace vestnik::storage::sqlite {

// One thread at a time.
class Writer {
 public:
  explicit Writer(std::unique_ptr<Connection> connection)
      : connection_(std::move(connection)),
        activity_(*connection_),
        known_users_(*connection_),
        people_(*connection_, activity_, known_users_),
        keys_(*connection_),
        attachments_(*connection_, known_users_),
        rooms_(*connection_, known_users_, attachments_),
        history_(*connection_, activity_, known_users_, attachments_),
        write_probe_(*connection_, sql::kWriteProbe),
        forget_text_changes_(*connection_, sql::kForgetTextChanges) {}

  PeopleWriter& people() { return people_; }
  KeyTable& keys() { return keys_; }
  AttachmentWriter& attachments() { return attachments_; }
  RoomWriter& rooms() { return rooms_; }
  HistoryWriter& history() { return history_; }
  // Writes something harmless, to see whether it can.
  Outcome<std::optional<std::int64_t>> probe() { return write_probe_.first(read_integer); }

  // As Store::repair_times.
  Outcome<std::int64_t> repair_times(Time now) {
    for (const std::string_view statement : sql::kRepairOtherTimes) {
      if (auto done = Statement(*connection_, statement).run(now); !done)
        return std::unexpected(std::move(done.error()));
    }
    const auto done = Statement(*connection_, sql::kRepairMessages).run(now);
    if (!done) return std::unexpected(done.error());
    return connection_->changed_rows();
  }

  // Changes of texts up to this number have reached the search index. How many there were.
  Outcome<std::int64_t> forget_text_changes(std::int64_t through) {
    if (auto done = forget_text_changes_.run(through); !done) return std::unexpected(std::move(done.error()));
    return connection_->changed_rows();
  }

  Connection& connection() { return *connection_; }

 private:
  std::unique_ptr<Connection> connection_;  // before the statements, which end before it
  SessionActivity activity_;
  KnownUsers known_users_;
  PeopleWriter people_;
  KeyTable keys_;
  AttachmentWriter attachments_;
  RoomWriter rooms_;
  HistoryWriter history_;
  Statement write_probe_;
  Statement forget_text_changes_;
};

}  // namespace vestnik::storage::sqlite
