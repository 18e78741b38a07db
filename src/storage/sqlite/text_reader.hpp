// The messages as the search index needs them: new texts, changed ones, and what rooms still hold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/types.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/search_index.hpp"

namespace vestnik::storage::sqlite {

// Each function reads inside one snapshot when its caller has opened a transaction. One connection, one thread at a
// time.
class TextReader {
 public:
  explicit TextReader(Connection& connection);

  struct Text {
    chat::MessageId id = 0;
    std::int64_t room_key = 0;
    std::optional<std::string> content;  // absent: no reader sees it
  };
  // What an index has to take in next.
  struct Piece {
    std::vector<Text> texts;  // in the order of ids
    IndexPosition position;   // of an index that has them
    IndexPosition newest;     // of one that has everything
  };
  // At most `limit` changed texts and as many new messages, of both some megabytes.
  Outcome<Piece> after(IndexPosition position, std::int32_t limit);

  // The position of an index that has everything.
  Outcome<IndexPosition> newest();
  // Whether an index at this position can go on from there: it is of this database, and no change it needs is gone.
  Outcome<bool> can_follow(IndexPosition position);
  // When the first thing happened that an index at this position does not have; nullopt when it has everything.
  Outcome<std::optional<Time>> first_missing(IndexPosition position);

  // An open room; nullopt when it is not open.
  Outcome<std::optional<IndexedRoom>> room(std::int64_t key);
  // The first message that the room holds; nullopt when there is none.
  Outcome<std::optional<chat::MessageId>> first_held(IndexedRoom room);

  // The first id from which on all messages were created at or after `time`: some twenty probes.
  Outcome<chat::MessageId> id_at(Time time);

 private:
  Outcome<void> add_changed(Piece& piece, std::int32_t limit);
  Outcome<void> add_new(Piece& piece, std::int32_t limit);

  Statement texts_after_;
  Statement text_by_id_;
  Statement changes_after_;
  Statement last_change_;
  Statement first_change_;
  Statement newest_message_;
  Statement high_water_;
  Statement database_made_at_;
  Statement time_of_next_message_;
  Statement time_of_next_change_;
  Statement message_from_id_;
  Statement floor_of_;
  Statement first_above_;
};

}  // namespace vestnik::storage::sqlite
