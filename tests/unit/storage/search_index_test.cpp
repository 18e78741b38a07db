#include "storage/sqlite/search_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "chat/search_match.hpp"
#include "unit/chat/search_texts.hpp"

namespace vestnik::storage::sqlite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / "vestnik-search-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary folder");
  }
  ~Folder() { std::filesystem::remove_all(path_); }

  std::string file() const { return path_ + "/search.db"; }

 private:
  std::string path_;
};

template <typename T>
T taken(Outcome<T> outcome) {
  if (!outcome) throw std::runtime_error(outcome.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*outcome);
}

chat::SearchQuery parsed(std::string_view text) {
  auto query = chat::parse_search_query(text, "q");
  if (!query) throw std::runtime_error(query.error().detail);
  return *query;
}

class SearchIndexTest : public ::testing::Test {
 protected:
  SearchIndexTest() { reopen(); }

  void reopen() {
    reader_.reset();
    index_.reset();
    index_ = taken(SearchIndex::open(folder_.file()));
    reader_ = taken(SearchReader::open(folder_.file()));
  }
  void apply(std::vector<TextToIndex> texts, std::int64_t position) {
    taken(index_->apply(texts, {.message_id = position}));
  }
  std::vector<chat::MessageId> find(std::string_view query, const IdFilter& filter = {}) {
    return taken(reader_->find(parsed(query), filter));
  }

  Folder folder_;
  std::unique_ptr<SearchIndex> index_;
  std::unique_ptr<SearchReader> reader_;
};

TEST_F(SearchIndexTest, BeginsEmpty) {
  EXPECT_EQ(taken(index_->position()).message_id, 0);
  EXPECT_EQ(taken(reader_->position()).message_id, 0);
  EXPECT_THAT(find("слово"), IsEmpty());
}

TEST_F(SearchIndexTest, KeepsTextsAndTheirPosition) {
  apply({{.id = 1, .room_key = 1, .content = "слово"}, {.id = 2, .room_key = 2, .content = "слова"}}, 41);
  EXPECT_THAT(find("слово"), ElementsAre(2, 1));
  EXPECT_EQ(taken(reader_->position()).message_id, 41);
  reopen();
  EXPECT_THAT(find("слово"), ElementsAre(2, 1));
  EXPECT_EQ(taken(index_->position()).message_id, 41);
}

TEST_F(SearchIndexTest, MayBeToldTheSameAgain) {
  for (int i = 0; i < 2; ++i) apply({{.id = 1, .room_key = 1, .content = "слово"}, {.id = 2, .room_key = 1}}, 2);
  EXPECT_THAT(find("слово"), ElementsAre(1));
  apply({{.id = 1, .room_key = 1}}, 3);
  EXPECT_THAT(find("слово"), IsEmpty());
}

TEST_F(SearchIndexTest, AnEditLeavesNothingOfTheOldText) {
  apply({{.id = 1, .room_key = 1, .content = "старое слово"}}, 1);
  apply({{.id = 1, .room_key = 1, .content = "новое слово"}}, 2);
  EXPECT_THAT(find("старое"), IsEmpty());
  EXPECT_THAT(find("стар*"), IsEmpty());
  EXPECT_THAT(find("новое слово"), ElementsAre(1));
}

TEST_F(SearchIndexTest, FiltersByRoomAndIdsAndBoundsThePage) {
  std::vector<TextToIndex> texts;
  for (chat::MessageId id = 1; id <= 10; ++id) texts.push_back({.id = id, .room_key = id % 2, .content = "слово"});
  apply(texts, 10);
  EXPECT_THAT(find("слово", {.room_key = 1}), ElementsAre(9, 7, 5, 3, 1));
  EXPECT_THAT(find("слово", {.from = 4, .before = 7}), ElementsAre(6, 5, 4));
  EXPECT_THAT(find("слово", {.room_key = 0, .before = 8, .limit = 2}), ElementsAre(6, 4));
  EXPECT_THAT(find("слово", {.room_key = 2}), IsEmpty());
}

TEST_F(SearchIndexTest, RemovesTheOldMessagesOfARoomPieceByPiece) {
  std::vector<TextToIndex> texts;
  for (chat::MessageId id = 1; id <= 10; ++id) texts.push_back({.id = id, .room_key = id % 2, .content = "слово"});
  apply(texts, 10);
  EXPECT_EQ(taken(index_->remove_of_room(1, 8, 3)), 3);
  EXPECT_THAT(find("слово", {.room_key = 1}), ElementsAre(9, 7));
  EXPECT_EQ(taken(index_->remove_of_room(1, 8, 3)), 1);
  EXPECT_EQ(taken(index_->remove_of_room(1, 8, 3)), 0);
  EXPECT_THAT(find("слово"), ElementsAre(10, 9, 8, 6, 4, 2));
}

TEST_F(SearchIndexTest, ClearedItBeginsAnew) {
  apply({{.id = 1, .room_key = 1, .content = "слово"}}, 1);
  taken(index_->clear());
  EXPECT_THAT(find("слово"), IsEmpty());
  EXPECT_EQ(taken(reader_->position()).message_id, 0);
  apply({{.id = 1, .room_key = 1, .content = "слово"}}, 1);
  EXPECT_THAT(find("слово"), ElementsAre(1));
}

TEST_F(SearchIndexTest, TokensOfAnotherVersionAreMadeAnew) {
  apply({{.id = 1, .room_key = 1, .content = "слово"}}, 1);
  taken((*Connection::open(folder_.file()))->execute("PRAGMA user_version = 1000"));
  reopen();
  EXPECT_EQ(taken(index_->position()).message_id, 0);
  EXPECT_THAT(find("слово"), IsEmpty());
}

TEST_F(SearchIndexTest, ADamagedFileIsMadeAnew) {
  apply({{.id = 1, .room_key = 1, .content = "слово"}}, 1);
  reader_.reset();
  index_.reset();
  std::ofstream(folder_.file()) << std::string(8'192, 'x');
  reopen();
  EXPECT_EQ(taken(index_->position()).message_id, 0);
  apply({{.id = 1, .room_key = 1, .content = "слово"}}, 1);
  EXPECT_THAT(find("слово"), ElementsAre(1));
}

TEST_F(SearchIndexTest, AFileThatCannotBeOpenedIsAFailure) {
  EXPECT_FALSE(SearchIndex::open(folder_.file() + "/below/a/file"));
  EXPECT_FALSE(SearchIndex::open(std::filesystem::path(folder_.file()).parent_path()));
}

TEST_F(SearchIndexTest, AReaderCannotWriteAndEndsAtItsDeadline) {
  std::vector<TextToIndex> texts;
  const std::string content = "слово и ещё слова";
  for (chat::MessageId id = 1; id <= 20'000; ++id) texts.push_back({.id = id, .room_key = id % 2, .content = content});
  apply(texts, 1);
  reader_->set_deadline(Deadline::min());
  const auto found = reader_->find(parsed("слово"), {.limit = 20'000});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, SQLITE_INTERRUPT);
  reader_->set_deadline(Deadline::max());
  EXPECT_EQ(find("слово", {.limit = 20'000}).size(), 20'000U);
}

// Random batches, page by page against the model.
TEST(SearchIndexProperty, AnswersAsTheModelDoes) {
  const Folder folder;
  const auto index = taken(SearchIndex::open(folder.file()));
  const auto reader = taken(SearchReader::open(folder.file()));
  EXPECT_TRUE(rc::check("the index answers as the model does", [&] {
    taken(index->clear());
    std::map<chat::MessageId, std::pair<std::int64_t, std::string>, std::greater<>> model;
    chat::SearchTokenizer tokenizer;
    for (std::int64_t position = 1, last = *rc::gen::inRange(1, 6); position <= last; ++position) {
      std::vector<std::pair<TextToIndex, std::string>> batch(*rc::gen::inRange<std::size_t>(0, 6));
      std::vector<TextToIndex> texts;
      for (auto& [text, content] : batch) {
        text = {.id = *rc::gen::inRange<chat::MessageId>(1, 12), .room_key = *rc::gen::inRange<std::int64_t>(1, 3)};
        model.erase(text.id);
        if (*rc::gen::inRange(0, 4) > 0) {
          content = chat::any_text();
          text.content = content;
          model[text.id] = {text.room_key, content};
        }
        texts.push_back(text);
      }
      taken(index->apply(texts, {.change = position}));
      RC_ASSERT(taken(reader->position()).change == position);

      const auto query = chat::parse_search_query(chat::any_query(), "q");
      if (!query || query->clauses.empty()) continue;
      const IdFilter filter{.room_key = *rc::gen::element<std::optional<std::int64_t>>(std::nullopt, 1, 2),
                            .from = *rc::gen::inRange<chat::MessageId>(0, 4),
                            .before = *rc::gen::inRange<chat::MessageId>(5, 14),
                            .limit = *rc::gen::inRange(1, 6)};
      std::vector<chat::MessageId> expected;
      for (const auto& [id, entry] : model) {
        const bool is_in =
            id >= filter.from && id < filter.before && (!filter.room_key || *filter.room_key == entry.first);
        if (is_in && chat::matches(*query, tokenizer.tokenize(entry.second))) expected.push_back(id);
      }
      auto found = taken(reader->find(*query, filter));
      if (std::ssize(found) == filter.limit)
        std::erase_if(expected, [last = found.back()](chat::MessageId id) { return id < last; });
      std::erase_if(
          found, [&](chat::MessageId id) { return !chat::matches(*query, tokenizer.tokenize(model.at(id).second)); });
      RC_ASSERT(found == expected);
    }
  }));
}

}  // namespace
}  // namespace vestnik::storage::sqlite
