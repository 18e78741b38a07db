#include "chat/search_tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "unit/chat/search_texts.hpp"

namespace vestnik::chat {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = SearchToken::Kind;

std::string_view joint_before(const SearchToken& token) {
  return token.joint == SearchToken::Joint::kApart ? "] [" : token.joint == SearchToken::Joint::kHyphen ? "]-[" : "]+[";
}

// The terms of a text; of each position in brackets: as written, stem, parts. Before it a space, a hyphen, or a plus
// where it is joined to the one before.
std::string told(std::string_view text) {
  SearchTokenizer tokenizer;
  std::string out;
  for (const SearchToken& token : tokenizer.tokenize(text)) {
    if (token.kind == Kind::kWritten)
      out += out.empty() ? "[" : joint_before(token);
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
  EXPECT_EQ(told(" \n\t...!? — «»│"), "");
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
  EXPECT_EQ(told("C++20"), "[c++ c ~c]+[20]");
  EXPECT_EQ(told("(c#),"), "[c# c ~c]");
  EXPECT_EQ(told("C++."), "[c++ c ~c]");
  EXPECT_EQ(told("C#/C++"), "[c# c ~c]+[c++ c ~c]");
  EXPECT_EQ(told("foo.png"), "[foo ~foo]+[png ~png]");
  EXPECT_EQ(told("node-1"), "[node ~node]-[1]");
  EXPECT_EQ(told("v1.2.3-rc1"), "[v1 1]+[2]+[3]-[rc1]");
  EXPECT_EQ(told("snake_case()"), "[snake ~snake]+[case ~case]");
  EXPECT_EQ(told("h264"), "[h264]");
  EXPECT_EQ(told("C:\\dir\\f.txt"), "[c ~c]+[dir ~dir]+[f ~f]+[txt ~txt]");
}

TEST(SearchTokens, AddressesHaveTheirParts) {
  EXPECT_EQ(told("https://example.com/a?b=1"), "[example ~exampl https ~https]+[com ~com]+[a ~a]+[b ~b]+[1]");
  EXPECT_EQ(told("(https://example.com/)."), "[example ~exampl https ~https]+[com ~com]");
  EXPECT_EQ(told("user@example.com"), "[user ~user]+[example ~exampl]+[com ~com]");
  EXPECT_EQ(told("http://"), "[http ~http]");
  EXPECT_EQ(told("a/http://b"), "[a ~a]+[http ~http]+[b ~b]");
  EXPECT_EQ(told("://a"), "[a ~a]");
}

TEST(SearchTokens, PunctuationAtTheEndsIsDropped) {
  EXPECT_EQ(told("#tag @user .net --help /etc/hosts ...да..."),
            "[tag ~tag] [user ~user] [net ~net] [help ~help] [etc ~etc]+[hosts ~host] [да ~да]");
  EXPECT_EQ(told("_x_ 'слово' \"слово\" **слово**"), "[x ~x] [слово ~слов] [слово ~слов] [слово ~слов]");
  EXPECT_EQ(told("+7 # + 5#"), "[7] [5# 5]");
}

TEST(SearchTokens, HyphensAreToldFromOtherJoints) {
  EXPECT_EQ(told("бизнес-планами"), "[бизнес ~бизнес]-[планами ~план]");
  EXPECT_EQ(told("бизнес\u2011план"), told("бизнес-план"));
  EXPECT_EQ(told("бизнес--план"), "[бизнес ~бизнес]+[план ~план]");
  EXPECT_EQ(told("бизнес -план"), "[бизнес ~бизнес] [план ~план]");
}

TEST(SearchTokens, TypographicApostropheIsTheOneOfKeyboards) {
  EXPECT_EQ(told("it’s"), told("it's"));
  EXPECT_EQ(told("it's"), "[it ~it]+[s ~s]");
}

TEST(SearchTokens, OnlyWordsOfOneScriptHaveAStem) {
  EXPECT_EQ(told("планs mp3 Ωμέγα"), "[планs] [mp3] [ωμεγα]");
}

TEST(SearchTokens, LettersOfScriptsWithoutSpacesAreWordsByThemselves) {
  EXPECT_EQ(told("中文and日"), "[中]+[文]+[and ~and]+[日]");
  EXPECT_EQ(told("中，文"), "[中] [文]");
  EXPECT_EQ(told("ครับ"), "[ค]+[ร]+[ั]+[บ]");
  EXPECT_EQ(told("がカ\u3099"), "[が]+[ガ]");
  EXPECT_EQ(told("ﾊﾟﾝ"), told("パン"));
}

TEST(SearchTokens, SymbolsAreWordsByThemselves) {
  EXPECT_EQ(told("готово 🚀"), "[готово ~готов] [🚀]");
  EXPECT_EQ(told("a🚀🚀b★"), "[a ~a] [🚀] [🚀] [b ~b] [★]");
  EXPECT_EQ(told("❤️"), told("❤"));
  EXPECT_EQ(told("👍🏽"), "[👍🏽 👍]");
  EXPECT_EQ(told("👩🏽\u200D💻"), "[👩🏽\u200D💻 👩\u200D💻]");
  EXPECT_EQ(told("🇷🇺🇺🇸"), "[🇷🇺] [🇺🇸]");
  EXPECT_EQ(told("1️⃣2"), "[1\u20E3] [2]");
  EXPECT_EQ(told("1"), "[1]");
}

// What Unicode calls equivalent, or the same in another case or width.
TEST(SearchTokens, SpellingDoesNotMatter) {
  for (const auto& [one, other] :
       std::vector<std::pair<std::string, std::string>>{{"한국어", "\u1112\u1161\u11AB\u1100\u116E\u11A8\u110B\u1165"},
                                                        {"がぎぐ", "か\u3099き\u3099く\u3099"},
                                                        {"ѓавол", "г\u0301авол"},
                                                        {"ӑс", "а\u0306с"},
                                                        {"Việt", "Vie\u0323\u0302t"},
                                                        {"йод", "и\u0306од"},
                                                        {"ＡＢＣ", "abc"},
                                                        {"ἀρχὴ", "αρχη"},
                                                        {"STRASSE", "straße"},
                                                        {"क़", "क\u093C"},
                                                        {"שָׁלוֹם", "שלום"},
                                                        {"مَرْحَبًا", "مرحبا"},
                                                        {"\u01C4", "dz"}}) {
    EXPECT_EQ(told(one), told(other)) << one;
  }
}

TEST(SearchTokens, TokensSayWhereTheyComeFrom) {
  EXPECT_THAT(sources_of("«Ёлки», (C++)"), ElementsAre("Ёлки", "Ёлки", "C++", "C", "C"));
  EXPECT_THAT(sources_of("http://foo.png!"), ElementsAre("foo", "foo", "http", "http", "png", "png"));
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
      RC_ASSERT(token.term.find_first_of(" \"\n\t") == std::string_view::npos);
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
