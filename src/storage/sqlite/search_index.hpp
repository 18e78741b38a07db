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

// What the index has to know of a message. It may be told the same again, so nothing has to be told exactly once.
struct TextToIndex {
  chat::MessageId id = 0;
  std::int64_t room_key = 0;
  std::optional<std::string_view> content;  // absent: it was deleted
};

// The connection that writes. One thread at a time.
class SearchIndex {
 public:
  // Opens the file at `path`, or creates it. An index that is damaged, or whose tokens are of another version, is made
  // anew and is empty: all in it can be read again from the messages.
  static Outcome<std::unique_ptr<SearchIndex>> open(const std::string& path);

  explicit SearchIndex(std::unique_ptr<Connection> connection);

  // The last one given to apply(); 0 in an empty index. What it counts is the caller's matter.
  Outcome<std::int64_t> position();

  // Puts the texts into the index in place of what it had of these messages, and stores `position`, both or neither.
  // A transaction of 1,000 messages takes some 20 ms. After a power cut the last ones may be gone, together with their
  // position.
  Outcome<void> apply(std::span<const TextToIndex> texts, std::int64_t position);

  // Removes up to `limit` messages of a room with an id below `before`, such as those that a limit or the end of the
  // room has removed. Answers how many there were; at 0 none is left.
  Outcome<std::int64_t> remove_of_room(std::int64_t room_key, chat::MessageId before, std::int32_t limit);

  // Empties the index; the position is 0 again.
  Outcome<void> clear();

  // For the calls from here on, as of Connection.
  void set_deadline(Deadline deadline) { connection_->set_deadline(deadline); }

 private:
  std::unique_ptr<Connection> connection_;
  Statement position_;
  Statement set_position_;
  Statement put_;
  Statement remove_;
  Statement find_in_room_;
};

// Which of the messages that a query finds: those of the room, if one is given, with from <= id < before, the newest
// `limit`. As ids grow with time, a range of time is a range of ids.
struct SearchFilter {
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

  // Messages, newest first, as they were when they were indexed: the caller reads them, and leaves out those that have
  // changed since and do not match any more.
  Outcome<std::vector<chat::MessageId>> find(const chat::SearchQuery& query, const SearchFilter& filter);

  Outcome<std::int64_t> position();

  void set_deadline(Deadline deadline) { connection_->set_deadline(deadline); }

 private:
  std::unique_ptr<Connection> connection_;
  Statement find_;
  Statement position_;
};

}  // namespace vestnik::storage::sqlite
