#include "chat/search_tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <future>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "unit/chat/search_texts.hpp"

namespace vestnik::chat {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using Kind = SearchToken::Kind;

// The terms of a text; of each position in brackets: as written | stem | parts.
std::string told(std::string_view text) {
  SearchTokenizer tokenizer;
  std::string out;
  for (const SearchToken& token : tokenizer.tokenize(text)) {
    if (token.kind == Kind::kWritten)
      out += out.empty() ? "[" : "] [";
    else
      out += ' ';
    out += token.term;
  }
  return out.empty() ? out : out + "]";
}

std::vector<std::string> terms_of(std::string_view text) {
  SearchTokenizer tokenizer;
  std::vector<std::string> terms;
  for (const SearchToken& token : tokenizer.tokenize(text)) terms.emplace_back(token.term);
  return terms;
}

// The bytes of the text that each token comes from.
std::vector<std::string> sources_of(std::string_view text) {
  SearchTokenizer tokenizer;
  std::vector<std::string> sources;
  for (const SearchToken& token : tokenizer.tokenize(text))
    sources.emplace_back(text.substr(token.begin, token.end - token.begin));
  return sources;
}

TEST(SearchTokens, WordsAreLowerCaseWithTheirStems) {
  EXPECT_EQ(told("Привет, МИР! Running DOGS"), "[привет ~привет] [мир ~мир] [running ~run] [dogs ~dog]");
  EXPECT_EQ(told(""), "");
  EXPECT_EQ(told(" \n\t...!? — «»👍"), "");
}

TEST(SearchTokens, FormsOfAWordHaveOneStem) {
  for (const auto* form : {"сообщение", "сообщения", "Сообщений", "сообщениями", "СООБЩЕНИЮ"})
    EXPECT_THAT(terms_of(form), Contains("~сообщен")) << form;
  for (const auto* form : {"connect", "connected", "Connecting", "connection", "connections"})
    EXPECT_THAT(terms_of(form), Contains("~connect")) << form;
}

TEST(SearchTokens, AStemIsNeverAWord) {
  EXPECT_EQ(told("мир"), "[мир ~мир]");
  EXPECT_EQ(told("~мир"), "[мир ~мир]");
}

TEST(SearchTokens, YoIsYe) {
  EXPECT_EQ(told("Ёлка"), told("елка"));
  EXPECT_EQ(told("ещё"), told("ЕЩЕ"));
  EXPECT_EQ(told("е\u0308лка"), told("ёлка"));
}

TEST(SearchTokens, AccentsAndInvisibleCharactersCountForNothing) {
  EXPECT_EQ(told("за\u0301мок"), told("замок"));
  EXPECT_EQ(told("caf\u00E9"), told("cafe"));
  EXPECT_EQ(told("cafe\u0301"), told("CAFÉ"));
  EXPECT_EQ(told("со\u00ADоб\u00ADще\u00ADние"), told("сообщение"));
  EXPECT_EQ(told("мои\u0306"), told("мой"));
  EXPECT_NE(told("мои"), told("мой"));
}

TEST(SearchTokens, ProgrammersWordsAreFoundAsWritten) {
  EXPECT_EQ(told("C++20"), "[c++20 c ~c 20]");
  EXPECT_EQ(told("(c#),"), "[c# c ~c]");
  EXPECT_EQ(told("C++."), "[c++ c ~c]");
  EXPECT_EQ(told("C#/C++"), "[c#/c++ c# c ~c c++ c ~c]");
  EXPECT_EQ(told("foo.png"), "[foo.png foo ~foo png ~png]");
  EXPECT_EQ(told("node-1"), "[node-1 node ~node 1]");
  EXPECT_EQ(told("v1.2.3-rc1"), "[v1.2.3-rc1 v1 2 3 rc1]");
  EXPECT_EQ(told("snake_case()"), "[snake_case snake ~snake case ~case]");
  EXPECT_EQ(told("h264"), "[h264]");
  EXPECT_EQ(told("C:\\dir\\f.txt"), "[c:\\dir\\f.txt c ~c dir ~dir f.txt f ~f txt ~txt]");
}

TEST(SearchTokens, AddressesHaveTheirParts) {
  EXPECT_EQ(told("https://example.com/a?b=1"),
            "[example.com/a?b=1 https ~https example.com example ~exampl com ~com a ~a b ~b 1]");
  EXPECT_EQ(told("(https://example.com/)."), "[example.com https ~https example ~exampl com ~com]");
  EXPECT_EQ(told("user@example.com"), "[user@example.com user ~user example.com example ~exampl com ~com]");
  EXPECT_EQ(told("http://"), "[http ~http]");
  EXPECT_EQ(told("://a"), "[a ~a]");
}

TEST(SearchTokens, PunctuationAtTheEndsIsDropped) {
  EXPECT_EQ(told("#tag @user .net --help /etc/hosts ...да..."),
            "[tag ~tag] [user ~user] [net ~net] [help ~help] [etc/hosts etc ~etc hosts ~host] [да ~да]");
  EXPECT_EQ(told("_x_ 'слово' \"слово\" **слово**"), "[x ~x] [слово ~слов] [слово ~слов] [слово ~слов]");
  EXPECT_EQ(told("+7 # + 5#"), "[7] [5# 5]");
}

TEST(SearchTokens, HyphenatedWordsHaveAStem) {
  EXPECT_EQ(told("бизнес-планами"), "[бизнес-планами ~бизнес-план бизнес ~бизнес планами ~план]");
  EXPECT_EQ(told("бизнес\u2011план"), told("бизнес-план"));
  EXPECT_THAT(terms_of("бизнес--план"), Not(Contains("~бизнес-план")));
}

TEST(SearchTokens, TypographicApostropheIsTheOneOfKeyboards) {
  EXPECT_EQ(told("it’s"), told("it's"));
  EXPECT_EQ(told("it's"), "[it's it ~it s ~s]");
}

TEST(SearchTokens, OnlyWordsOfOneScriptHaveAStem) {
  EXPECT_EQ(told("планs mp3 Ωμέγα"), "[планs] [mp3] [ωμεγα]");
}

TEST(SearchTokens, IdeographsAreWordsByThemselves) {
  EXPECT_EQ(told("中文and日"), "[中] [文] [and ~and] [日]");
}

TEST(SearchTokens, TokensSayWhereTheyComeFrom) {
  EXPECT_THAT(sources_of("«Ёлки», (C++)"), ElementsAre("Ёлки", "Ёлки", "C++", "C", "C"));
  EXPECT_THAT(sources_of("http://foo.png!"), ElementsAre("foo.png", "http", "http", "foo", "foo", "png", "png"));
}

TEST(SearchTokens, ALongTermIsCutOnACharactersEnd) {
  const std::string word = "x" + std::string(kSearchTermBytesMax, 'y');
  EXPECT_THAT(terms_of(word), ElementsAre(word.substr(0, kSearchTermBytesMax)));
  std::string russian = "1";
  for (int i = 0; i < 100; ++i) russian += "ж";
  const auto terms = terms_of(russian);
  ASSERT_EQ(terms.size(), 1U);
  EXPECT_EQ(terms[0].size(), kSearchTermBytesMax - 1);
  EXPECT_TRUE(is_valid_utf8(terms[0]));
}

// A square of the length would take minutes.
TEST(SearchTokens, LongTextsTakeTimeAlongTheirLength) {
  SearchTokenizer tokenizer;
  for (const std::string_view unit : {"a", "a.", "a/", "a-", "+", "a+", "ж", "://", "中", "a:/", "\xFF", "\xCC\x81"}) {
    std::string text = "a";
    while (text.size() < 200'000) text += unit;
    const auto tokens = tokenizer.tokenize(text);
    EXPECT_LE(tokens.size(), 3 * text.size()) << unit;
    for (const SearchToken& token : tokens) ASSERT_LE(token.term.size(), kSearchTermBytesMax);
  }
}

TEST(SearchTokens, TokenizersOfTwoThreadsAreApart) {
  const auto count = [] {
    SearchTokenizer tokenizer;
    std::size_t wrong = 0;
    for (int i = 0; i < 20'000; ++i)
      wrong += tokenizer.tokenize(i % 2 == 0 ? "сообщениями" : "connections")[1].term !=
                       (i % 2 == 0 ? "~сообщен" : "~connect")
                   ? 1
                   : 0;
    return wrong;
  };
  auto other = std::async(std::launch::async, count);
  EXPECT_EQ(count(), 0U);
  EXPECT_EQ(other.get(), 0U);
}

TEST(SearchTokens, AnyBytesGiveWellFormedTokens) {
  EXPECT_TRUE(rc::check("tokens are well formed", [] {
    const std::string text =
        *rc::gen::oneOf(rc::gen::exec(any_text), rc::gen::exec(any_noise), rc::gen::arbitrary<std::string>());
    SearchTokenizer tokenizer;
    std::int32_t position = -1;
    for (const SearchToken& token : tokenizer.tokenize(text)) {
      RC_ASSERT(!token.term.empty());
      RC_ASSERT(token.term.size() <= kSearchTermBytesMax);
      RC_ASSERT(token.term.find_first_of(" \"\n\t*") == std::string_view::npos);
      RC_ASSERT(token.begin < token.end);
      RC_ASSERT(token.end <= text.size());
      if (token.kind == Kind::kWritten) {
        RC_ASSERT(token.position == position + 1);
        position = token.position;
      }
      RC_ASSERT(token.position == position);
      RC_ASSERT((token.kind != Kind::kStem) || token.term[0] == kStemMark);
      RC_ASSERT((token.kind != Kind::kWritten) || token.term[0] != kStemMark);
      if (is_valid_utf8(text)) {
        RC_ASSERT(is_valid_utf8(token.term));
        RC_ASSERT(is_valid_utf8(text.substr(token.begin, token.end - token.begin)));
      }
    }
  }));
}

TEST(SearchTokens, ATermIsMadeOfItself) {
  EXPECT_TRUE(rc::check("a term is made of itself", [] {
    const std::string text = any_text();
    SearchTokenizer of_text;
    SearchTokenizer of_term;
    for (const SearchToken& token : of_text.tokenize(text)) {
      if (token.kind != Kind::kWritten) continue;
      const auto again = of_term.tokenize(token.term);
      RC_ASSERT(!again.empty());
      RC_ASSERT(again[0].term == token.term);
    }
  }));
}

}  // namespace
}  // namespace vestnik::chat
