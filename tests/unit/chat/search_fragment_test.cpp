#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

#include "base/text.hpp"
#include "chat/search_match.hpp"
#include "unit/chat/search_texts.hpp"

namespace vestnik::chat {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

MarkedFragment fragment_of(std::string_view query_text, std::string_view text) {
  const auto query = parse_search_query(query_text, "q");
  if (!query) throw std::runtime_error(query.error().detail);
  SearchTokenizer tokenizer;
  return mark_fragment(*query, text, tokenizer);
}

// The fragment with its hits in brackets, and dots where it was cut.
std::string marked(std::string_view query, std::string_view text) {
  const auto fragment = fragment_of(query, text);
  std::string out = fragment.text;
  for (auto hit = fragment.hits.rbegin(); hit != fragment.hits.rend(); ++hit)
    out.insert(hit->end, "]").insert(hit->begin, "[");
  return (fragment.is_cut_before ? "..." : "") + out + (fragment.is_cut_after ? "..." : "");
}

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  while (times-- > 0) out += text;
  return out;
}

TEST(SearchFragment, AShortTextIsWhole) {
  EXPECT_EQ(marked("план", "Наши планы: «ПЛАН»!"), "Наши [планы]: «[ПЛАН]»!");
  EXPECT_EQ(marked("\"на завтра\"", "на вечер и на завтра"), "на вечер и [на завтра]");
  EXPECT_EQ(marked("example", "https://example.com/a"), "https://[example].com/a");
  EXPECT_EQ(marked("c++", "(C++), C"), "([C++]), C");
  EXPECT_EQ(marked("сооб*", "Сообщения"), "[Сообщения]");
}

TEST(SearchFragment, HitsThatOverlapAreOne) {
  EXPECT_EQ(marked("png foo.png \"foo.png да\"", "foo.png да"), "[foo.png да]");
}

TEST(SearchFragment, MarkupIsText) {
  EXPECT_EQ(marked("b", "<b>жирно</b>"), "<[b]>жирно</[b]>");
}

TEST(SearchFragment, IsCutBetweenWordsAroundTheHit) {
  const std::string words = repeat("слово ", 200);
  const auto text = marked("игла", words + "игла " + words);
  EXPECT_THAT(text, StartsWith("...слово "));
  EXPECT_THAT(text, HasSubstr(" слово [игла] слово "));
  EXPECT_THAT(text, EndsWith(" слово..."));
  EXPECT_LE(fragment_of("игла", words + "игла " + words).text.size(), kFragmentBytesMax);
  EXPECT_THAT(marked("игла", words + "игла"), EndsWith(" слово [игла]"));
  EXPECT_THAT(marked("игла", "игла " + words), StartsWith("[игла] слово "));
}

TEST(SearchFragment, ShowsWhereMostOfTheQueryIs) {
  const std::string words = repeat("слово ", 200);
  const auto text = marked("игла нитка", "игла игла игла " + words + "нитка и игла " + words + "нитка");
  EXPECT_THAT(text, HasSubstr("[нитка] и [игла]"));
}

TEST(SearchFragment, AnEndlessWordIsCutAtACharacter) {
  const std::string word = "1" + repeat("ж", 1'000);
  const auto fragment = fragment_of(word.substr(0, 201) + "*", word);
  EXPECT_TRUE(fragment.is_cut_after);
  EXPECT_TRUE(is_valid_utf8(fragment.text));
  EXPECT_EQ(fragment.hits, (std::vector<MarkedFragment::Range>{{.begin = 0, .end = fragment.text.size()}}));
}

TEST(SearchFragment, WithoutAHitItIsTheFrontOfTheText) {
  const auto fragment = fragment_of("игла", repeat("слово ", 200));
  EXPECT_TRUE(fragment.hits.empty());
  EXPECT_FALSE(fragment.is_cut_before);
  EXPECT_THAT(fragment.text, StartsWith("слово "));
}

TEST(SearchFragment, AnyFragmentIsAPieceOfTheTextWithItsHits) {
  EXPECT_TRUE(rc::check("a fragment is a piece of the text", [] {
    std::string text;
    for (int left = *rc::gen::inRange(0, 12); left > 0; --left)
      text += any_text() + repeat(any_piece(), *rc::gen::inRange<std::size_t>(0, 30));
    const auto query = parse_search_query(any_query(), "q");
    RC_PRE(query.has_value());
    SearchTokenizer tokenizer;
    const bool is_found = matches(*query, tokenizer.tokenize(text));
    const auto fragment = mark_fragment(*query, text, tokenizer);
    RC_ASSERT(text.find(fragment.text) != std::string::npos);
    RC_ASSERT(fragment.text.size() <= kFragmentBytesMax);
    RC_ASSERT(is_valid_utf8(fragment.text));
    RC_ASSERT(!is_found || !fragment.hits.empty());
    if (!fragment.is_cut_before && !fragment.is_cut_after) RC_ASSERT(fragment.text == text);
    std::size_t end = 0;
    for (const auto& hit : fragment.hits) {
      RC_ASSERT(&hit == fragment.hits.data() || hit.begin > end);
      RC_ASSERT(hit.begin < hit.end);
      RC_ASSERT(hit.end <= fragment.text.size());
      RC_ASSERT(is_valid_utf8(fragment.text.substr(hit.begin, hit.end - hit.begin)));
      end = hit.end;
    }
  }));
}

}  // namespace
}  // namespace vestnik::chat
