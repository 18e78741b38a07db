#include "storage/sqlite/search_tokenizer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

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

chat::SearchQuery parsed(std::string_view text) {
  auto query = chat::parse_search_query(text, "q");
  if (!query) throw std::runtime_error(query.error().detail);
  return *query;
}

std::string expression_of(const chat::SearchQuery& query, std::optional<std::int64_t> room_key, bool is_rare) {
  const auto expression = match_expression(query, room_key, [is_rare](std::string_view) { return is_rare; });
  if (!expression) throw std::runtime_error(expression.error().message);
  return *expression;
}

// An index in memory.
class Index {
 public:
  Index() : connection_(*Connection::open(":memory:")) {
    take(register_search_tokenizer(*connection_));
    take(connection_->execute(
        "CREATE VIRTUAL TABLE search USING fts5(room, content, tokenize = 'vestnik', columnsize = 0)"));
    put_ = std::make_unique<Statement>(*connection_, "INSERT INTO search (rowid, room, content) VALUES (?1, ?2, ?3)");
    remove_ = std::make_unique<Statement>(*connection_, "DELETE FROM search WHERE rowid = ?1");
    find_ =
        std::make_unique<Statement>(*connection_, "SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid DESC");
  }

  void put(std::int64_t id, std::int64_t room_key, const std::string& content) {
    take(put_->run(id, std::string_view(std::to_string(room_key)), std::string_view(content)));
  }
  void remove(std::int64_t id) { take(remove_->run(id)); }

  std::vector<std::int64_t> find(const chat::SearchQuery& query, std::optional<std::int64_t> room_key = {},
                                 bool is_rare = true) {
    const std::string expression = expression_of(query, room_key, is_rare);
    auto found = find_->all([](Row row) { return row.integer(0); }, std::string_view(expression));
    if (!found) throw std::runtime_error(expression + ": " + found.error().message);
    return *found;
  }
  std::vector<std::int64_t> find(std::string_view query, std::optional<std::int64_t> room_key = {}) {
    return find(parsed(query), room_key);
  }

  // SQLite's own comparison of the index with the texts.
  void check() { take(connection_->execute("INSERT INTO search (search) VALUES ('integrity-check')")); }

 private:
  static void take(const Outcome<void>& done) {
    if (!done) throw std::runtime_error(done.error().message);
  }

  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Statement> put_;
  std::unique_ptr<Statement> remove_;
  std::unique_ptr<Statement> find_;
};

TEST(SearchTokenizer, FindsWordsPhrasesAndPrefixesNewestFirst) {
  Index index;
  index.put(1, 1, "Планы на завтра");
  index.put(2, 1, "Завтра на планы не смотрим, пишем на C++20");
  index.put(3, 2, "План: https://example.com/a?b=1");
  EXPECT_THAT(index.find("план"), ElementsAre(3, 2, 1));
  EXPECT_THAT(index.find("планами завтра"), ElementsAre(2, 1));
  EXPECT_THAT(index.find("\"на завтра\""), ElementsAre(1));
  EXPECT_THAT(index.find("\"планы\""), ElementsAre(2, 1));
  EXPECT_THAT(index.find("завт*"), ElementsAre(2, 1));
  EXPECT_THAT(index.find("c++20"), ElementsAre(2));
  EXPECT_THAT(index.find("example.com"), ElementsAre(3));
  EXPECT_THAT(index.find("https://example.com/a?b=1"), ElementsAre(3));
  EXPECT_THAT(index.find("\"пишем на c++20\""), ElementsAre(2));
  EXPECT_THAT(index.find("\"пишем на c\""), ElementsAre(2)) << "a part stands where the whole does";
}

TEST(SearchTokenizer, ARoomIsAFilterAndNotAText) {
  Index index;
  index.put(1, 17, "слово");
  index.put(2, 18, "слово 17");
  index.put(3, 170, "слово");
  EXPECT_THAT(index.find("слово", 17), ElementsAre(1));
  EXPECT_THAT(index.find("слово"), ElementsAre(3, 2, 1));
  EXPECT_THAT(index.find("17"), ElementsAre(2));
  EXPECT_THAT(index.find("17", 17), IsEmpty());
  EXPECT_THAT(index.find("17*", 18), ElementsAre(2));
}

TEST(SearchTokenizer, EditsAndDeletesLeaveTheIndex) {
  Index index;
  index.put(1, 1, "a-a foo.foo a-a старое");
  index.put(2, 1, "новое");
  index.remove(1);
  index.check();
  EXPECT_THAT(index.find("старое"), IsEmpty());
  index.put(1, 1, "новое");
  EXPECT_THAT(index.find("новое"), ElementsAre(2, 1));
  EXPECT_THAT(index.find("foo*"), IsEmpty());
}

TEST(SearchTokenizer, DamagedTextsDoNoHarm) {
  Index index;
  index.put(1, 1, "a\xFF\xC3 \xE2\x82 слово\xF0");
  index.put(2, 1, std::string("нуль\0внутри", 17));
  EXPECT_THAT(index.find("слово"), ElementsAre(1));
  index.check();
}

TEST(SearchTokenizer, ExpressionsAreQuoted) {
  EXPECT_EQ(expression_of(parsed("Планы \"на завтра\" C++*"), std::nullopt, true),
            "content : (\"~план\" AND \"на завтра\" AND \"c++\" *)");
  EXPECT_EQ(expression_of(parsed("a"), 17, true), "room : \"17\" AND content : (\"~a\")");
  EXPECT_EQ(expression_of({.clauses = {{.terms = {"a\"b"}}}}, std::nullopt, true), "content : (\"a\"\"b\")");
}

TEST(SearchTokenizer, CommonFrontsAreLookedForByTheirFirstLetters) {
  EXPECT_EQ(expression_of(parsed("пла*"), std::nullopt, false), "content : (\"^пл\")");
  EXPECT_EQ(expression_of(parsed("пл*"), std::nullopt, true), "content : (\"^пл\")");
  EXPECT_EQ(expression_of(parsed("foo.png* a.b*"), std::nullopt, false), "content : (\"foo\" AND \"^pn\" AND \"a\")");
  std::string sentence;
  for (int i = 0; i < 20; ++i) sentence += "上";
  EXPECT_EQ(expression_of(parsed(sentence), std::nullopt, true).size(),
            std::string_view("content : (\"\")").size() + 16 * 4 - 1);
}

TEST(SearchTokenizer, AFrontIsOneTokenOfAText) {
  auto connection = *Connection::open(":memory:");
  ASSERT_TRUE(register_search_tokenizer(*connection));
  ASSERT_TRUE(connection->execute(R"(
    CREATE VIRTUAL TABLE search USING fts5(content, tokenize = 'vestnik');
    CREATE VIRTUAL TABLE places USING fts5vocab(search, instance);
    INSERT INTO search (content) VALUES ('план планы плата пл'), ('C++ я 🚀 план'))"));
  const auto places =
      Statement(*connection, "SELECT term, doc FROM places WHERE term >= '^' AND term < '_'").all([](Row row) {
        return row.text(0) + " " + std::to_string(row.integer(1));
      });
  ASSERT_TRUE(places) << places.error().message;
  EXPECT_THAT(*places, ElementsAre("^c+ 2", "^пл 1", "^пл 2"));
}

TEST(SearchTokenizer, WithoutRegistrationTheTableIsRefused) {
  auto connection = *Connection::open(":memory:");
  EXPECT_FALSE(connection->execute("CREATE VIRTUAL TABLE search USING fts5(content, tokenize = 'vestnik')"));
}

// Random texts that come, change and go, and after each change a random question: the index has all that chat::matches
// finds.
TEST(SearchTokenizer, AgreesWithTheModelAfterAnyChanges) {
  EXPECT_TRUE(rc::check("the index agrees with the model", [] {
    struct Entry {
      std::int64_t room_key;
      std::string content;
    };
    Index index;
    std::map<std::int64_t, Entry, std::greater<>> model;
    chat::SearchTokenizer tokenizer;
    for (int left = *rc::gen::inRange(1, 20); left > 0; --left) {
      const auto id = *rc::gen::inRange<std::int64_t>(1, 8);
      if (model.erase(id) > 0) index.remove(id);
      if (*rc::gen::inRange(0, 4) > 0) {
        const Entry entry{.room_key = *rc::gen::inRange<std::int64_t>(1, 3), .content = chat::any_text()};
        model[id] = entry;
        index.put(id, entry.room_key, entry.content);
      }
      const auto query = chat::parse_search_query(chat::any_query(), "q");
      if (!query || query->clauses.empty()) continue;
      const auto room_key = *rc::gen::element<std::optional<std::int64_t>>(std::nullopt, 1, 2);
      std::vector<std::int64_t> expected;
      for (const auto& [each, entry] : model)
        if ((!room_key || *room_key == entry.room_key) && chat::matches(*query, tokenizer.tokenize(entry.content)))
          expected.push_back(each);
      auto found = index.find(*query, room_key, *rc::gen::arbitrary<bool>());
      std::erase_if(
          found, [&](std::int64_t each) { return !chat::matches(*query, tokenizer.tokenize(model.at(each).content)); });
      RC_ASSERT(found == expected);
    }
    index.check();
  }));
}

TEST(SearchTokenizer, NoNoiseIsAnErrorOfSyntax) {
  Index index;
  index.put(1, 1, "room content AND OR NOT NEAR план");
  EXPECT_TRUE(rc::check("noise is no error of syntax", [&] {
    const auto query = chat::parse_search_query(
        *rc::gen::oneOf(rc::gen::exec(chat::any_noise), rc::gen::arbitrary<std::string>()), "q");
    if (query && !query->clauses.empty())
      index.find(*query, *rc::gen::element<std::optional<std::int64_t>>(std::nullopt, 1));
  }));
}

}  // namespace
}  // namespace vestnik::storage::sqlite
