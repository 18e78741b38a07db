// The search of the SQLite storage: keeps the index file in step with the messages, and asks it. The file is opened at
// the first call, so that a storage whose index cannot be opened serves everything else.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "chat/search_store.hpp"
#include "storage/files/file_identity.hpp"
#include "storage/sqlite/reader.hpp"
#include "storage/sqlite/search_index.hpp"
#include "storage/sqlite/text_reader.hpp"

namespace vestnik::storage::sqlite {

// What the index finds, newest first.
struct IndexHits {
  std::vector<chat::MessageId> ids;
  std::optional<chat::MessageId> next;  // as in FoundTexts
  IndexPosition position;               // of an index that has at least these
};

// What a search does before and after it asks the index, with a reader of the database inside a transaction.
// Which messages the index is asked for; nullopt: none, as the room is not open.
Outcome<std::optional<IdFilter>> id_filter(Reader& reader, const chat::SearchFilter& filter);
// What readers see now of the hits, up to some bytes of text.
Outcome<chat::FoundTexts> found_texts(Reader& reader, const IndexHits& hits, std::size_t bytes_max);

class MessageIndex {
 public:
  // The file is at `path`; `reader` is of the database, for the thread that indexes.
  MessageIndex(std::string path, std::unique_ptr<Reader> reader);

  // Asks the index only, which may take long. Any thread.
  Outcome<IndexHits> find(const chat::SearchQuery& query, const IdFilter& filter, Deadline deadline);

  // As SearchStore. One thread at a time.
  Outcome<chat::IndexStep> advance(std::int32_t limit);
  Outcome<void> clear();
  // The changes that no power cut can take out of the index any more, when there are some new ones to be forgotten by
  // the database. The thread of advance().
  Outcome<std::optional<std::int64_t>> changes_to_forget();
  void on_forgotten(std::int64_t change) { forgotten_ = change; }

  // Rooms that were closed, or hold less than before: of each as much is removed from the index. Any thread, after the
  // commit.
  void note_shrunk(std::span<const std::int64_t> room_keys);

 private:
  // Texts to be removed from the index.
  struct Removal {
    chat::MessageId before = 0;
    std::optional<std::int64_t> floor;  // the room's; absent: it is not open any more
  };
  struct OpenedReader {
    std::unique_ptr<SearchReader> reader;
    std::uint64_t generation = 0;
  };

  Outcome<void> open();
  Outcome<void> open_file();
  // Gives both files a new deadline.
  void begin_step();
  Outcome<void> begin_following();
  Outcome<chat::IndexStep> take_step(std::int32_t limit);
  Outcome<void> plan_removals();
  Outcome<void> plan_removals_of(const std::set<std::int64_t>& room_keys);
  Outcome<void> plan_removal(IndexedRoom indexed);
  Outcome<void> remove_some(std::int32_t limit);
  // Gives an index up whose own file is damaged, so that it is made anew. A late reader may tell of one that was
  // already.
  void note_failure(const Failure& failure, std::uint64_t generation);
  bool is_damaged();
  void discard();

  // Waits, right after the start, until the file has been opened.
  Outcome<OpenedReader> take_reader(Deadline deadline);
  void give_back(OpenedReader reader);

  const std::string path_;
  std::unique_ptr<Reader> reader_;
  TextReader& texts_;

  // Of the thread that indexes.
  std::unique_ptr<SearchIndex> index_;
  std::optional<files::FileIdentity> file_;  // of the index
  IndexPosition position_;
  std::map<std::int64_t, Removal> removals_;  // by room
  std::int64_t forgotten_ = 0;

  std::atomic<std::uint64_t> generation_ = 0;  // of the file; 0: not opened yet
  std::mutex mutex_;
  std::condition_variable first_opening_over_;
  bool is_first_opening_over_ = false;      // guarded by mutex_; whether it succeeded or not
  std::vector<OpenedReader> free_readers_;  // guarded by mutex_
  std::set<std::int64_t> shrunk_;           // guarded by mutex_
  std::uint64_t damaged_ = 0;               // guarded by mutex_; the newest generation of which this is known
};

}  // namespace vestnik::storage::sqlite
