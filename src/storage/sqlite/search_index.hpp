// The full-text index: an SQLite file of its own beside the database, filled after the commits from a stored position.
// docs/adr/0007-search-index.md says why it is made like this.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chat/search_query.hpp"
#include "chat/types.hpp"
#include "storage/sqlite/connection.hpp"

namespace vestnik::storage::sqlite {

// How far an index has come: all messages of a database up to an id, and all changes of texts up to a number.
struct IndexPosition {
  chat::MessageId message_id = 0;
  std::int64_t change = 0;
  Time written_at;        // when that message was; 0: not known, as it has been removed
  Time database_made_at;  // tells one database from another; 0: of none yet

  bool operator==(const IndexPosition&) const = default;
};

// A room with texts in the index; those of positions up to `floor` have been removed.
struct IndexedRoom {
  std::int64_t key = 0;
  std::int64_t floor = 0;
};

// What the index has to know of a message. It may be told the same again, so nothing has to be told exactly once.
struct TextToIndex {
  chat::MessageId id = 0;
  std::int64_t room_key = 0;
  std::optional<std::string_view> content;  // absent: it was deleted
};

// Whether the file is not what it should be: reading it again would not help.
bool is_damage(const Failure& failure);
// Removes the file with its log. Nobody may have it open, or who has reads what it was.
void remove_index(const std::string& path);

// The connection that writes. One thread at a time.
class SearchIndex {
 public:
  // Opens the file at `path`, or creates it. An index that is damaged, or whose tokens are of another version, is made
  // anew and is empty: all in it can be read again from the messages.
  static Outcome<std::unique_ptr<SearchIndex>> open(const std::string& path);

  explicit SearchIndex(std::unique_ptr<Connection> connection);

  // The last one given to apply(); zeros in an empty index.
  Outcome<IndexPosition> position();

  // Puts the texts into the index in place of what it had of these messages, and stores `position`, both or neither.
  // Of several texts of one message only the last one counts. A transaction of 1,000 messages takes some 20 ms, in
  // which it gives way to others. After a power cut the last ones may be gone, together with their position.
  Outcome<void> apply(std::span<const TextToIndex> texts, IndexPosition position);

  // All rooms of which the index has had texts, unless they were forgotten.
  Outcome<std::vector<IndexedRoom>> rooms();
  Outcome<void> set_floor(IndexedRoom room) { return set_floor_.run(room.key, room.floor); }
  Outcome<void> forget_room(std::int64_t room_key) { return forget_room_.run(room_key); }

  // Removes up to `limit` messages of a room with an id below `before`, such as those that a limit or the end of the
  // room has removed. Answers how many there were; at 0 none is left.
  Outcome<std::int64_t> remove_of_room(std::int64_t room_key, chat::MessageId before, std::int32_t limit);

  // Empties the index; the position is that of a new one.
  Outcome<void> clear();

  // Moves the log into the file. Whether no power cut can take back any more what was applied until now: false while
  // somebody reads.
  Outcome<bool> make_durable();

  // For the calls from here on, as of Connection.
  void set_deadline(Deadline deadline) { connection_->set_deadline(deadline); }

 private:
  std::unique_ptr<Connection> connection_;
  Statement position_;
  Statement set_position_;
  Statement put_;
  Statement remove_;
  Statement find_in_room_;
  Statement rooms_;
  Statement add_room_;
  Statement set_floor_;
  Statement forget_room_;
};

// Which of the messages that a query finds: those of the room, if one is given, with from <= id < before, the newest
// `limit`. As ids grow with time, a range of time is a range of ids.
struct IdFilter {
  std::optional<std::int64_t> room_key;
  chat::MessageId from = 0;
  chat::MessageId before = std::numeric_limits<chat::MessageId>::max();
  std::int32_t limit = 50;
};

// A connection that reads an index which a SearchIndex has opened before. One thread at a time.
class SearchReader {
 public:
  static Outcome<std::unique_ptr<SearchReader>> open(const std::string& path);

  explicit SearchReader(std::unique_ptr<Connection> connection);

  // Messages, newest first, as they were when they were indexed: the caller reads them, and leaves out those that
  // chat::matches does not find.
  Outcome<std::vector<chat::MessageId>> find(const chat::SearchQuery& query, const IdFilter& filter);

  Outcome<IndexPosition> position();

  void set_deadline(Deadline deadline) { connection_->set_deadline(deadline); }

 private:
  Outcome<bool> is_rare(std::string_view front);

  std::unique_ptr<Connection> connection_;
  Statement find_;
  Statement places_of_;
  Statement position_;
};

}  // namespace vestnik::storage::sqlite
