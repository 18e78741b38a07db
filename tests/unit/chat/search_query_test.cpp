#include "chat/search_query.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "chat/search_match.hpp"
#include "unit/chat/search_texts.hpp"

namespace vestnik::chat {
namespace {

using ::testing::HasSubstr;

// The clauses of a query: terms with spaces between them, or plus signs in a name, a star behind a prefix, bars between
// clauses.
std::string told(std::string_view text) {
  const auto query = parse_search_query(text, "q");
  if (!query) return "error";
  std::string out;
  for (const SearchClause& clause : query->clauses) {
    if (!out.empty()) out += " | ";
    for (const auto& term : clause.terms)
      out += (&term == clause.terms.data() ? "" : !clause.joints.empty() ? "+" : " ") + term;
    if (clause.is_prefix) out += '*';
  }
  return out;
}

std::string reason_of(std::string_view text) {
  const auto query = parse_search_query(text, "q");
  if (query) return "no error";
  EXPECT_EQ(query.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(query.error().violations.size(), 1U);
  EXPECT_EQ(query.error().violations[0].field, "q");
  return query.error().violations[0].reason;
}

bool finds(std::string_view query_text, std::string_view text) {
  const auto query = parse_search_query(query_text, "q");
  if (!query) throw std::runtime_error(query.error().detail);
  SearchTokenizer tokenizer;
  return matches(*query, tokenizer.tokenize(text));
}

TEST(SearchQuery, WordsStandForTheirForms) {
  EXPECT_EQ(told("Сообщения ПЛАНОВ"), "~сообщен | ~план");
  EXPECT_EQ(told("running"), "~run");
  EXPECT_EQ(told("h264"), "h264");
  EXPECT_EQ(told("бизнес-планы"), "~бизнес+~план");
}

TEST(SearchQuery, QuotesMakePhrasesOfWordsAsWritten) {
  EXPECT_EQ(told("\"Планы на завтра\""), "планы на завтра");
  EXPECT_EQ(told("«Планы на» завтра"), "планы на | ~завтр");
  EXPECT_EQ(told("“running dogs”"), "running dogs");
  EXPECT_EQ(told("„eins zwei“"), "eins zwei");
  EXPECT_EQ(told("a\"b c\"d"), "~a | b c | ~d");
  EXPECT_EQ(told("\"планы\""), "планы");
}

TEST(SearchQuery, AStarMakesAPrefix) {
  EXPECT_EQ(told("План*"), "план*");
  EXPECT_EQ(told("план* foo.p* C++*"), "план* | foo+p* | c++*");
  EXPECT_EQ(told("1.2.* src/*"), "1+2 | ~src");
  EXPECT_EQ(told("PLT-3*"), "plt+3*");
  EXPECT_EQ(told("план***"), "план*");
  EXPECT_EQ(told("п*"), "~п");
  EXPECT_EQ(told("план *"), "~план");
  EXPECT_EQ(told("*план"), "~план");
  EXPECT_EQ(told("\"пла* н\""), "пла н");
}

TEST(SearchQuery, CompoundsAreAsWritten) {
  EXPECT_EQ(told("C++20"), "c+++20");
  EXPECT_EQ(told("https://example.com/a?b=1"), "example+com+a+b+1");
  EXPECT_EQ(told("user@example.com"), "user+example+com");
  EXPECT_EQ(told("上海"), "上+海");
  EXPECT_EQ(told("\"上海 state-of\""), "上 海 state of");
  EXPECT_EQ(told("🚀done"), "🚀 | ~done");
}

TEST(SearchQuery, SyntaxOfOthersIsText) {
  EXPECT_EQ(told("foo AND bar OR NOT baz"), "~foo | ~and | ~bar | ~or | ~not | ~baz");
  EXPECT_EQ(told("room:17"), "room+17");
  EXPECT_EQ(told("{content} : NEAR(\"a b\", 5)"), "~content | ~near | a b | 5");
  EXPECT_EQ(told("'; DROP TABLE messages; --"), "~drop | ~tabl | ~messag");
  EXPECT_EQ(told("^foo -bar +baz ~qux"), "~foo | ~bar | ~baz | ~qux");
  EXPECT_EQ(told("<b>foo</b>"), "~b | ~foo");
  EXPECT_EQ(told("foo\" bar"), "~foo | ~bar");
  EXPECT_EQ(told("\"\" foo \"\"\""), "~foo");
}

TEST(SearchQuery, RepeatedClausesCountOnce) {
  EXPECT_EQ(told("план планы План \"план\" план* ПЛАН*"), "~план | план | план*");
}

TEST(SearchQuery, PunctuationIsNoClause) {
  for (const auto* text : {"", " ", "\"\"", "***", "... — │", "\"", "«»", "\u0082"}) EXPECT_EQ(told(text), "") << text;
}

TEST(SearchQuery, ErrorsSayWhatWouldBeRight) {
  EXPECT_EQ(reason_of(std::string(kSearchQueryBytesMax + 1, 'a')), "longer than 1024 bytes");
  EXPECT_EQ(reason_of(std::string(1'000'000, '*')), "longer than 1024 bytes");
  EXPECT_EQ(reason_of("\xFF"), "not valid UTF-8");
}

TEST(SearchQuery, BoundsAreReached) {
  EXPECT_EQ(told(std::string(kSearchQueryBytesMax, 'a')), std::string(kSearchTermBytesMax, 'a'));
  std::string words;
  for (std::size_t i = 0; i < kSearchWordsMax; ++i) words += " " + std::to_string(i);
  EXPECT_NE(told(words), "error");
  EXPECT_EQ(reason_of(words + " 99"), "17 words, at most 16");
  EXPECT_EQ(reason_of("\"" + words + "\" 99"), "17 words, at most 16");
  EXPECT_NE(told("今天晚上我们一起去看电影吧好不好呀朋友们"), "error");
  EXPECT_NE(told("\"今天晚上我们一起去看电影吧好不好呀朋友们\""), "error");
  EXPECT_NE(told("1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17"), "error");
}

TEST(SearchQuery, AllWordsMustOccurInAnyOrder) {
  EXPECT_TRUE(finds("собака кошка", "Кошки и собаки"));
  EXPECT_FALSE(finds("собака кошка", "Кошки и мыши"));
}

TEST(SearchQuery, PhrasesAreExactAndInOrder) {
  EXPECT_TRUE(finds("\"на завтра\"", "Планы на завтра, на вечер"));
  EXPECT_TRUE(finds("\"завтра на вечер\"", "Планы НА ЗАВТРА, на вечер"));
  EXPECT_FALSE(finds("\"завтра на\"", "на завтра"));
  EXPECT_FALSE(finds("\"план на завтра\"", "планы на завтра"));
  EXPECT_FALSE(finds("\"на вечер\"", "на завтра вечер"));
  EXPECT_TRUE(finds("\"the C++20 book\"", "read the C++20 book"));
  EXPECT_FALSE(finds("\"the C book\"", "read the other book"));
  EXPECT_TRUE(finds("\"see example.com now\"", "see https://example.com now"));
}

TEST(SearchQuery, TechnicalWordsAreFoundAsWrittenAndByTheirParts) {
  EXPECT_TRUE(finds("c++20", "Пишу на C++20."));
  EXPECT_TRUE(finds("c++", "Пишу на C++20."));
  EXPECT_FALSE(finds("c++", "Пишу на C."));
  EXPECT_FALSE(finds("c++", "Пишу на C#."));
  EXPECT_FALSE(finds("c#", "Пишу на C++."));
  EXPECT_TRUE(finds("example", "https://example.com/a?b=1"));
  EXPECT_TRUE(finds("example.com", "https://example.com/a?b=1"));
  EXPECT_TRUE(finds("http://example.com/a?b=1", "https://example.com/a?b=1"));
  EXPECT_FALSE(finds("https://example.com/a?b=2", "https://example.com/a?b=1"));
  EXPECT_TRUE(finds("user@example.com", "mail: <user@example.com>;"));
  EXPECT_TRUE(finds("png", "foo.png"));
  EXPECT_TRUE(finds("1.2.3", "с версии 1.2.3,"));
  EXPECT_FALSE(finds("1.2.3", "с версии 1.2.30,"));
  EXPECT_TRUE(finds("1.2.*", "с версии 1.2.30,"));
}

TEST(SearchQuery, AnyRunOfNeighboursInANameIsFound) {
  for (const auto& [text, queries] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"branch feature/PLT-3699-fix-login is up",
            {"PLT-3699", "fix-login", "feature/PLT-3699", "login", "PLT-36*"}},
           {"only #foo-123-bar here", {"foo-123", "123-bar", "#foo"}},
           {"host docs.example.com is down", {"example.com", "docs.example", "docs"}},
           {"open https://www.example.com/a/b?c=d now",
            {"example.com", "www.example.com", "example.com/a/b", "https://www.example.com/a", "c=d", "https"}},
           {"file report_2024_final.pdf", {"report_2024", "final.pdf", "report"}},
           {"call foo_bar.baz(qux)", {"foo_bar", "bar.baz", "foo_bar.baz", "qux"}},
           {"release v1.2.3-rc1", {"v1.2.3", "1.2.3", "v1.2", "3-rc1"}},
           {"ip 192.168.10.25:8080", {"192.168", "192.168.10.25", "25:8080"}},
           {"state-of-the-art design", {"\"state of the art\"", "of-the", "\"art design\""}},
           {"end.Next word, yes/no maybe", {"\"end next\"", "\"yes no\""}}}) {
    for (const auto& query : queries) EXPECT_TRUE(finds(query, text)) << query << " in " << text;
  }
}

TEST(SearchQuery, ANameIsWrittenWithoutSpaces) {
  EXPECT_FALSE(finds("foo_bar", "foo bar"));
  EXPECT_FALSE(finds("1.5", "1 5"));
  EXPECT_FALSE(finds("1.5", "1:5"));
  EXPECT_FALSE(finds("foo.bar", "foo_bar"));
  EXPECT_FALSE(finds("foo_bar.baz", "foo.bar_baz"));
  EXPECT_FALSE(finds("foo-bar", "foo -bar"));
  EXPECT_FALSE(finds("bar-foo", "foo-bar-baz"));
  EXPECT_TRUE(finds("бизнес-планы", "Бизнес-план"));
}

TEST(SearchQuery, LettersOfScriptsWithoutSpacesAreAdjacent) {
  const std::string sentence = "今天晚上我们一起去看电影吧好不好呀朋友们";
  EXPECT_TRUE(finds("上海", "我家在上海东边"));
  EXPECT_FALSE(finds("上海", "他在海上工作"));
  EXPECT_FALSE(finds("上海", "山上，海边"));
  EXPECT_TRUE(finds(sentence, "对了" + sentence + "！"));
  EXPECT_TRUE(finds("\"" + sentence + "\"", sentence));
  EXPECT_TRUE(finds("ครับ", "สวัสดีครับเพื่อน"));
  EXPECT_TRUE(finds("iPhone手机", "新的iPhone手机"));
}

TEST(SearchQuery, SymbolsMustBeThere) {
  EXPECT_TRUE(finds("🚀", "deploy 🚀"));
  EXPECT_TRUE(finds("🚀 done", "done🚀"));
  EXPECT_TRUE(finds("done🚀", "🚀 is done"));
  EXPECT_FALSE(finds("🚀 done", "done"));
  EXPECT_TRUE(finds("❤", "я ❤️ тебя"));
  EXPECT_TRUE(finds("👍", "👍🏽"));
  EXPECT_FALSE(finds("👍🏽", "👍"));
  EXPECT_FALSE(finds("👩", "👩\u200D💻"));
  EXPECT_TRUE(finds("★", "★★★ hotel"));
}

// A text that nearly repeats a long phrase everywhere.
TEST(SearchQuery, LongPhrasesTakeTimeAlongTheText) {
  std::string phrase, text;
  for (int i = 0; i < 300; ++i) phrase += "上";
  for (int i = 0; i < 100'000; ++i) text += "上";
  EXPECT_FALSE(finds(phrase + "海", text));
  EXPECT_TRUE(finds(phrase + "海", text + "海"));
}

TEST(SearchQuery, PrefixesAreOfWordsAsWritten) {
  EXPECT_TRUE(finds("сооб*", "Сообщения"));
  EXPECT_FALSE(finds("ообщ*", "Сообщения"));
  EXPECT_TRUE(finds("exam*", "https://example.com"));
  EXPECT_FALSE(finds("сообщенн*", "Сообщения"));
}

TEST(SearchQuery, AnyTextContainsWhatItSays) {
  EXPECT_TRUE(rc::check("a text contains what it says", [] {
    const std::string text = any_text();
    SearchTokenizer tokenizer;
    std::vector<SearchToken> written;
    for (const SearchToken& token : tokenizer.tokenize(text))
      if (token.kind == SearchToken::Kind::kWritten) written.push_back(token);
    RC_PRE(!written.empty());
    const auto first = *rc::gen::inRange<std::size_t>(0, written.size());
    const auto last = *rc::gen::inRange<std::size_t>(first, std::min(first + 8, written.size()));
    const std::string said = text.substr(written[first].begin, written[last].end - written[first].begin);
    RC_ASSERT(finds(said, text));
    // Quotes inside would end the phrase.
    if (said.find("«") == std::string::npos && said.find("»") == std::string::npos)
      RC_ASSERT(finds("\"" + said + "\"", text));
  }));
}

TEST(SearchQuery, AnyTextContainsTheFrontsOfItsWords) {
  EXPECT_TRUE(rc::check("a text contains the fronts of its words", [] {
    const std::string text = any_text();
    SearchTokenizer tokenizer;
    for (const SearchToken& token : tokenizer.tokenize(text)) {
      if (token.term[0] == kStemMark) continue;
      for (std::size_t size = 1; size <= token.term.size(); ++size) {
        const std::string front(token.term.substr(0, size));
        if (is_valid_utf8(front) && count_code_points(front) >= kSearchPrefixMin) RC_ASSERT(finds(front + "*", text));
      }
    }
  }));
}

TEST(SearchQuery, NoiseIsAQueryOrAnError) {
  EXPECT_TRUE(rc::check("noise is a query or an error", [] {
    const std::string noise = *rc::gen::oneOf(rc::gen::exec(any_noise), rc::gen::arbitrary<std::string>());
    const auto query = parse_search_query(noise, "q");
    if (!query) {
      RC_ASSERT(query.error().code == ErrorCode::kInvalidArgument);
      return;
    }
    RC_ASSERT(query->clauses.size() <= kSearchWordsMax);
    for (const SearchClause& clause : query->clauses) {
      RC_ASSERT(!clause.terms.empty());
      for (const auto& term : clause.terms) RC_ASSERT(!term.empty());
    }
  }));
}

}  // namespace
}  // namespace vestnik::chat
