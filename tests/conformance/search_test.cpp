// Search: what is found, page by page, and that the index follows whatever becomes of the messages.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "chat/search_match.hpp"
#include "chat/search_tokens.hpp"
#include "conformance/support.hpp"

namespace vestnik::conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Search : public StoreTest {
 protected:
  Search() { must(store().index_some(1)); }

  const chat::RoomId room_ = make_room("room");
};
VESTNIK_FOR_EVERY_STORAGE(Search);

TEST_P(Search, FindsWordFormsPhrasesPrefixesAndNames) {
  const auto plans = send(room_, "Обсудили новые планы на зиму", at(1s));
  const auto dogs = send(room_, "Running dogs, C++20 and report.pdf", at(2s));
  const auto link = send(room_, "see https://example.com/a?b=1", at(3s));
  index();
  EXPECT_THAT(found("план"), ElementsAre(plans));
  EXPECT_THAT(found("зима новый"), ElementsAre(plans));
  EXPECT_THAT(found("\"новые планы\""), ElementsAre(plans));
  EXPECT_THAT(found("\"планы новые\""), IsEmpty());
  EXPECT_THAT(found("run dog"), ElementsAre(dogs));
  EXPECT_THAT(found("C++20"), ElementsAre(dogs));
  EXPECT_THAT(found("report.pdf"), ElementsAre(dogs));
  EXPECT_THAT(found("exam*"), ElementsAre(link));
  EXPECT_THAT(found("https://example.com/a?b=1"), ElementsAre(link));
  EXPECT_THAT(found("nothing"), IsEmpty());
}

TEST_P(Search, FindsRunsOfNamesSymbolsAndEverySpelling) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> texts = {
      {"branch feature/PLT-3699-fix-login is up", {"PLT-3699", "fix-login", "PLT-36*", "log*"}},
      {"call foo_bar.baz(qux) on 192.168.10.25", {"foo_bar", "bar.baz", "192.168", "\"call foo bar\""}},
      {"state-of-the-art 🚀", {"\"state of the art\"", "🚀", "🚀 state"}},
      {"我家在上海东边", {"上海", "上海*"}},
      {"今天晚上我们一起去看电影吧好不好呀朋友们", {"今天晚上我们一起去看电影吧好不好呀朋友们"}},
      {"\u1112\u1161\u11AB\u1100\u116E\u11A8 か\u3099 г\u0301авол ＡＢＣ ἀρχὴ",
       {"한국", "が", "ѓавол", "abc", "αρχη", "ѓа*"}}};
  for (const auto& [text, queries] : texts) {
    const auto id = send(room_, text, at(1s));
    index();
    for (const auto& query : queries) EXPECT_THAT(found(query), ElementsAre(id)) << query;
  }
  for (const auto* query : {"海上", "东边上海", "foo.bar", "🚀🚀🚀 x", "PLT 3700", "か"})
    EXPECT_THAT(found(query), IsEmpty()) << query;
}

// Words of one front, more than an index would unite.
TEST_P(Search, FindsCommonFronts) {
  std::vector<chat::MessageId> ids;
  for (int i = 0; i < 300; ++i) {
    std::string text;
    for (int word = 0; word < 100; ++word) text += fmt::format("aab{} ", i * 100 + word);
    ids.push_back(send(room_, text + (i % 100 == 0 ? "zz.aab" : "zz aab"), at(1s)));
  }
  index();
  EXPECT_EQ(found("aa*", {.limit = 1'000}).size(), 300U);
  EXPECT_EQ(found("aab*", {.limit = 1'000}).size(), 300U);
  EXPECT_THAT(found("aab1234*"), ElementsAre(ids[123], ids[12]));
  EXPECT_THAT(found("zz.aab*", {.limit = 1'000}), ElementsAre(ids[200], ids[100], ids[0]));
  EXPECT_THAT(found("aac*"), IsEmpty());
}

TEST_P(Search, StopsAtSomeBytesOfText) {
  std::vector<chat::MessageId> ids;
  for (int i = 0; i < 10; ++i) ids.push_back(send(room_, "word " + std::string(1'000, 'x'), at(1s)));
  index();
  const auto some = must(store().search(search_query("word"), {.bytes_max = 2'500}));
  EXPECT_THAT(ids_of(some), ElementsAre(ids[9], ids[8], ids[7]));
  EXPECT_EQ(some.next, ids[7]);
  EXPECT_EQ(ids_of(must(store().search(search_query("word"), {.before = some.next}))).size(), 7U);
}

TEST_P(Search, GivesPagesNewestFirst) {
  std::vector<chat::MessageId> all;
  for (int i = 0; i < 100; ++i) all.push_back(send(room_, i % 2 == 0 ? "word" : "other", at(i * 1s)));
  index();
  const auto query = search_query("word");
  std::vector<chat::MessageId> seen;
  chat::SearchFilter filter{.limit = 7};
  while (true) {
    const auto page = must(chat::find_messages(store(), query, filter));
    EXPECT_LE(page.messages.size(), 7U);
    for (const auto id : ids_of(page)) seen.push_back(id);
    if (!page.next) break;
    filter.before = page.next;
  }
  std::vector<chat::MessageId> expected;
  for (int i = 98; i >= 0; i -= 2) expected.push_back(all[static_cast<std::size_t>(i)]);
  EXPECT_EQ(seen, expected);
}

TEST_P(Search, FiltersByRoomAndTime) {
  const auto other = make_room("other");
  std::vector<chat::MessageId> here;
  for (int i = 0; i < 40; ++i) {
    here.push_back(send(room_, "word", at(i / 2 * 1s)));
    send(other, "word", at(i / 2 * 1s));
  }
  index();
  EXPECT_EQ(found("word", {.room_id = room_, .limit = 100}).size(), 40U);
  EXPECT_EQ(found("word", {.limit = 100}).size(), 80U);
  EXPECT_THAT(found("word", {.room_id = "no such room"}), IsEmpty());
  EXPECT_THAT(found("word", {.room_id = room_, .from = at(3s), .to = at(5s)}),
              ElementsAre(here[9], here[8], here[7], here[6]));
  EXPECT_THAT(found("word", {.room_id = room_, .to = at(1s)}), ElementsAre(here[1], here[0]));
  EXPECT_THAT(found("word", {.room_id = room_, .from = at(19s)}), ElementsAre(here[39], here[38]));
  EXPECT_THAT(found("word", {.from = at(100s)}), IsEmpty());
}

TEST_P(Search, TellsWhatIsNotIndexedYet) {
  const auto query = search_query("word");
  send(room_, "word", at(1s));
  index();
  EXPECT_FALSE(must(store().search(query, {})).indexed_through);
  const auto second = send(room_, "word", at(2s));
  send(room_, "word", at(3s));
  EXPECT_EQ(must(store().search(query, {})).indexed_through, at(2s));
  index();
  EXPECT_FALSE(must(store().search(query, {})).indexed_through);
  append_one(chat::Edit{room_, second, {}, "another"}, at(4s));
  EXPECT_EQ(must(store().search(query, {})).indexed_through, at(4s));
  EXPECT_EQ(found("word").size(), 2U) << "a text that has changed is not found by what it was";
  index();
  EXPECT_FALSE(must(store().search(query, {})).indexed_through);
}

TEST_P(Search, FollowsEditsAndDeletions) {
  const auto first = send(room_, "first word", at(1s));
  const auto second = send(room_, "second word", at(1s));
  index();
  append_one(chat::Edit{room_, first, {}, "another text"}, at(2s));
  append_one(chat::Deletion{room_, second, {}}, at(2s));
  EXPECT_THAT(found("word"), IsEmpty());
  index();
  EXPECT_THAT(found("word"), IsEmpty());
  EXPECT_THAT(found("another"), ElementsAre(first));
  append_one(chat::Edit{room_, first, {}, "first word"}, at(3s));
  reopen();
  index();
  EXPECT_THAT(found("word"), ElementsAre(first));
  EXPECT_THAT(found("another"), IsEmpty());
}

TEST_P(Search, FollowsTrims) {
  std::vector<chat::MessageId> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(send(room_, "word", at(1s)));
  index();
  auto draft = draft_for(room_, "word");
  draft.message_limit = 3;
  ids.push_back(post(draft, at(2s)).id);
  EXPECT_THAT(found("word"), ElementsAre(ids[19], ids[18]));
  index();
  EXPECT_THAT(found("word"), ElementsAre(ids[20], ids[19], ids[18]));
}

TEST_P(Search, FollowsClosings) {
  const auto other = make_room("other");
  send(room_, "word", at(1s));
  const auto there = send(other, "word", at(1s));
  index();
  send(room_, "word", at(2s));
  append_one(chat::Closing{.room_id = room_, .user_id = {}}, at(2s));
  EXPECT_THAT(found("word"), ElementsAre(there));
  index();
  EXPECT_THAT(found("word"), ElementsAre(there));
  sweep();
  index();
  EXPECT_THAT(found("word"), ElementsAre(there));
  const auto again = make_room("room");
  const auto later = send(again, "word", at(3s));
  index();
  EXPECT_THAT(found("word"), ElementsAre(later, there));
}

TEST_P(Search, GoesOnAfterARestartAndBeginsAnewWhenCleared) {
  std::vector<chat::MessageId> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(send(room_, "word", at(1s)));
  must(store().index_some(5));
  reopen();
  must(store().index_some(1));
  EXPECT_GE(found("word", {.limit = 100}).size(), 5U);
  index();
  EXPECT_EQ(found("word", {.limit = 100}).size(), 20U);
  must(store().clear_index());
  EXPECT_THAT(found("word"), IsEmpty());
  EXPECT_TRUE(must(store().search(search_query("word"), {})).indexed_through);
  index();
  EXPECT_EQ(found("word", {.limit = 100}).size(), 20U);
  EXPECT_FALSE(must(store().search(search_query("word"), {})).indexed_through);
}

// Any history, indexed in pieces at any moment: in the end a search finds what a look at every message finds.
TEST_P(Search, AgreesWithALookAtEveryMessage) {
  const std::vector<std::string> words = {"план", "планы", "планов", "run", "running", "C++20", "a.png", "png"};
  const auto any_text = [&words] {
    std::string text;
    for (int left = *rc::gen::inRange(1, 5); left > 0; --left) text += *rc::gen::elementOf(words) + " ";
    return text;
  };
  int round = 0;
  EXPECT_TRUE(rc::check("the index follows", [&] {
    std::vector<chat::RoomId> rooms;
    ++round;
    for (int i = 0; i < 3; ++i) rooms.push_back(make_room(fmt::format("room {} of {}", i, round)));
    std::vector<chat::MessageId> ids{1};
    for (int left = *rc::gen::inRange(0, 60); left > 0; --left) {
      const auto room = *rc::gen::elementOf(rooms);
      const auto id = *rc::gen::elementOf(ids);
      switch (*rc::gen::inRange(0, 16)) {
        case 0:
          must(store().index_some(*rc::gen::inRange(1, 6)));
          break;
        case 1:
          reopen();
          break;
        case 2:
        case 3:
          must(store().append(std::vector<chat::Change>{chat::Edit{room, id, {}, any_text()}}, at(1s)));
          break;
        case 4:
          must(store().append(std::vector<chat::Change>{chat::Deletion{room, id, {}}}, at(1s)));
          break;
        case 5:
          if (*rc::gen::inRange(0, 4) == 0)
            must(store().append(std::vector<chat::Change>{chat::Closing{.room_id = room, .user_id = {}}}, at(1s)));
          break;
        case 6:
          must(store().sweep_closed_rooms());
          break;
        default: {
          auto draft = draft_for(room, any_text());
          if (*rc::gen::inRange(0, 6) == 0) draft.message_limit = *rc::gen::inRange(1, 5);
          const auto sent = must(store().append(std::vector<chat::Change>{draft}, at(1s))).at(0);
          if (sent) ids.push_back(message_of(*sent).id);
        }
      }
    }
    index();
    std::map<chat::MessageId, std::string> model;
    for (const auto& room : must(store().list_rooms(0, INT32_MAX)))
      for (const auto& message : all_messages(room.info.id))
        if (!message.deleted) model.emplace(message.id, message.content);
    chat::SearchTokenizer tokenizer;
    for (const char* text : {"план", "run", "png", "\"C++20 run\"", "пла*", "план run", "run*"}) {
      const auto query = search_query(text);
      std::vector<chat::MessageId> expected;
      for (const auto& [id, content] : model)
        if (chat::matches(query, tokenizer.tokenize(content))) expected.insert(expected.begin(), id);
      RC_ASSERT(found(text, {.limit = INT32_MAX - 1}) == expected);
    }
    for (const auto& room : rooms)
      must(store().append(std::vector<chat::Change>{chat::Closing{.room_id = room, .user_id = {}}}, at(1s)));
  }));
}

}  // namespace
}  // namespace vestnik::conformance
