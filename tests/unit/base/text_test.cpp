#include "base/text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>
#include <string>
#include <vector>

#include "unit/base/utf8_model.hpp"

namespace vestnik {
namespace {

using namespace std::string_view_literals;

// The bytes on both sides of every boundary of RFC 3629, section 4.
constexpr auto kEdgeBytes =
    "\x00\x41\x7F\x80\x8F\x90\x9F\xA0\xBF\xC0\xC1\xC2\xDF\xE0\xE1\xEC\xED\xEE\xEF\xF0\xF1\xF3\xF4\xF5\xF8\xFE\xFF"sv;

bool valid_in_pieces(std::string_view text, std::size_t piece) {
  Utf8Checker checker;
  for (std::size_t i = 0; i < text.size(); i += piece) checker.feed(text.substr(i, piece));
  return checker.complete();
}

// Every beginning of a character that is not yet a whole one.
std::set<std::string> unfinished_characters() {
  std::set<std::string> found;
  for (std::uint32_t code_point = 0x80; code_point <= kCodePointMax;
       code_point += 0x40) {  // a lead and all but the last
    if (!is_scalar_value(code_point)) continue;
    const std::string bytes = encode(code_point);
    for (std::size_t size = 1; size < bytes.size(); ++size) found.insert(bytes.substr(0, size));
  }
  return found;
}

// Whether valid UTF-8 can begin like this.
bool can_begin(std::string_view bytes) {
  static const std::set<std::string> kUnfinished = unfinished_characters();
  if (count_by_definition(bytes)) return true;
  for (std::size_t tail = 1; tail <= 3 && tail <= bytes.size(); ++tail) {
    const auto cut = bytes.size() - tail;
    if (kUnfinished.contains(std::string(bytes.substr(cut))) && count_by_definition(bytes.substr(0, cut))) return true;
  }
  return false;
}

TEST(Utf8, TakesEveryCodePointExceptSurrogates) {
  for (std::uint32_t code_point = 0; code_point <= kCodePointMax; ++code_point) {
    const std::string bytes = encode(code_point);
    ASSERT_EQ(is_valid_utf8(bytes), is_scalar_value(code_point)) << std::hex << code_point;
  }
}

TEST(Utf8, KnowsEveryPairOfFirstBytes) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string pair = {static_cast<char>(first), static_cast<char>(second)};
      for (const std::string_view rest :
           {""sv, "\x80"sv, "\xBF"sv, "\x80\xBF"sv, "\xBF\x80"sv, "\x80\x7F"sv, "\xC0\x80"sv}) {
        const std::string text = pair + std::string(rest);
        ASSERT_EQ(is_valid_utf8(text), count_by_definition(text).has_value())
            << std::hex << first << ' ' << second << " and " << rest.size() << " more";
      }
    }
  }
}

TEST(Utf8, RefusesOverlongForms) {
  for (const std::uint32_t code_point : {0x00U, 0x2FU, 0x7FU, 0x80U, 0x7FFU, 0x800U, 0xFFFFU}) {
    for (std::size_t size = encode(code_point).size() + 1; size <= 4; ++size) {
      EXPECT_FALSE(is_valid_utf8(encode_in(code_point, size))) << std::hex << code_point << " in " << size << " bytes";
    }
  }
}

TEST(Utf8, RefusesWhatIsAboveTheLastCodePoint) {
  EXPECT_TRUE(is_valid_utf8("\xF4\x8F\xBF\xBF"));
  EXPECT_FALSE(is_valid_utf8("\xF4\x90\x80\x80"));
  EXPECT_FALSE(is_valid_utf8("\xF5\x80\x80\x80"));
  EXPECT_FALSE(is_valid_utf8("\xF7\xBF\xBF\xBF"));
  EXPECT_FALSE(is_valid_utf8("\xF8\x88\x80\x80\x80"));
  EXPECT_FALSE(is_valid_utf8("\xFC\x84\x80\x80\x80\x80"));
  EXPECT_FALSE(is_valid_utf8("\xFF"));
}

TEST(Utf8, SeesABadByteWhereverItStands) {
  for (std::size_t size = 1; size <= 40; ++size) {  // more than four words of the fast way through ASCII
    const std::string ascii(size, 'a');
    ASSERT_TRUE(is_valid_utf8(ascii));
    for (std::size_t at = 0; at < size; ++at) {
      for (const char bad : {'\x80', '\xC3', '\xFF'}) {
        std::string text = ascii;
        text[at] = bad;
        ASSERT_FALSE(is_valid_utf8(text)) << "byte " << at << " of " << size;
      }
    }
  }
}

TEST(Utf8, SeesACharacterThatIsTornApart) {
  for (std::size_t size = 1; size <= 24; ++size) {
    EXPECT_FALSE(is_valid_utf8("\xC3" + std::string(size, 'a') + "\xBF")) << size;
    EXPECT_FALSE(Utf8Checker().feed("\xC3" + std::string(size, 'a'))) << size;
  }
}

TEST(Utf8Checker, GivesTheSameVerdictHoweverTheTextIsCut) {
  const std::string text =
      "plain text, Привет, \xE2\x82\xAC and \xF0\x9F\x91\x8B, \xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) EXPECT_TRUE(valid_in_pieces(text, piece)) << piece;
  for (const auto bad :
       {"\xED\xA0\x80"sv, "\xE0\x9F\xBF"sv, "\xF0\x8F\xBF\xBF"sv, "\xF4\x90\x80\x80"sv, "\xC1\xBF"sv}) {
    const std::string broken = text + std::string(bad) + text;
    for (std::size_t piece = 1; piece <= broken.size(); ++piece) EXPECT_FALSE(valid_in_pieces(broken, piece)) << piece;
  }
}

TEST(Utf8Checker, IsIncompleteInsideACharacter) {
  for (const auto character : {"\xC2\x80"sv, "\xE2\x82\xAC"sv, "\xF0\x9F\x91\x8B"sv}) {
    Utf8Checker checker;
    EXPECT_TRUE(checker.complete());
    for (std::size_t i = 0; i + 1 < character.size(); ++i) {
      EXPECT_TRUE(checker.feed(character.substr(i, 1)));
      EXPECT_TRUE(checker.feed(""));
      EXPECT_FALSE(checker.complete()) << i;
    }
    EXPECT_TRUE(checker.feed(character.substr(character.size() - 1)));
    EXPECT_TRUE(checker.complete());
  }
}

TEST(Utf8Checker, StaysFalseOnceItIsFalse) {
  Utf8Checker checker;
  EXPECT_FALSE(checker.feed("ok \xFF"));
  EXPECT_FALSE(checker.feed("ok"));
  EXPECT_FALSE(checker.feed(""));
  EXPECT_FALSE(checker.complete());
}

// Pieces of valid text and of bytes around the boundaries, so that both verdicts come often.
std::string any_bytes() {
  const auto character =
      rc::gen::map(rc::gen::suchThat(rc::gen::oneOf(rc::gen::inRange<std::uint32_t>(0, 0x900),
                                                    rc::gen::inRange<std::uint32_t>(0xD700, 0xE100),
                                                    rc::gen::inRange<std::uint32_t>(0xFF00, kCodePointMax + 1)),
                                     is_scalar_value),
                   encode);
  const auto run =
      rc::gen::map(rc::gen::inRange<std::size_t>(0, 20), [](std::size_t size) { return std::string(size, 'x'); });
  const auto edges = rc::gen::container<std::string>(rc::gen::elementOf(kEdgeBytes));
  std::string bytes;
  for (const auto& part : *rc::gen::container<std::vector<std::string>>(
           rc::gen::weightedOneOf<std::string>({{6, character}, {3, run}, {1, edges}}))) {
    bytes += part;
  }
  return bytes;
}

TEST(Utf8Checker, AgreesWithTheDefinitionOnAnyBytesInAnyPieces) {
  EXPECT_TRUE(rc::check("verdicts are those of the definition", [] {
    const std::string bytes = any_bytes();
    Utf8Checker checker;
    for (std::size_t i = 0; i < bytes.size();) {
      const auto piece = *rc::gen::inRange<std::size_t>(1, 10);
      const auto seen = std::string_view(bytes).substr(0, i + piece);
      RC_ASSERT(checker.feed(seen.substr(i)) == can_begin(seen));
      RC_ASSERT(checker.complete() == count_by_definition(seen).has_value());
      i = seen.size();
    }
    const auto count = count_by_definition(bytes);
    RC_ASSERT(is_valid_utf8(bytes) == count.has_value());
    if (count) RC_ASSERT(count_code_points(bytes) == *count);
  }));
}

TEST(CodePoints, AreCountedAndNotBytes) {
  EXPECT_EQ(count_code_points(""), 0u);
  EXPECT_EQ(count_code_points("abc"), 3u);
  EXPECT_EQ(count_code_points("Привет"), 6u);
  EXPECT_EQ(count_code_points("\xF0\x9F\x91\x8B\xF0\x9F\x91\x8B"), 2u);
  EXPECT_EQ(count_code_points("e\xCC\x81"), 2u);  // a letter and its accent
  EXPECT_EQ(count_code_points("\0a"sv), 2u);
}

TEST(ControlCharacters, AreAllOfC0AndDelExceptNewlineAndTab) {
  for (int byte = 0; byte < 256; ++byte) {
    const bool control = (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F;
    const std::string text = {'a', static_cast<char>(byte), 'b'};
    const auto found = find_control_character(text);
    ASSERT_EQ(found.has_value(), control) << byte;
    if (control) {
      EXPECT_EQ(*found, byte);
    }
  }
  EXPECT_EQ(find_control_character("a\nb\tc\x1B\x01"), 0x1B);
  EXPECT_FALSE(find_control_character(""));
}

TEST(Text, IsTheSameInAnyCase) {
  EXPECT_TRUE(same_in_any_case("Content-Type", "cONTENT-tYPE"));
  EXPECT_FALSE(same_in_any_case("Host", "Hosts"));
  EXPECT_FALSE(same_in_any_case("[", "{")) << "only letters have a case";
  EXPECT_EQ(to_lower("AZ@[\xC0"), "az@[\xC0");
}

TEST(Text, IsTrimmedOfSpacesAndTabs) {
  EXPECT_EQ(trim(" \t a b\t "), "a b");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(trim("a\n"), "a\n");
}

}  // namespace
}  // namespace vestnik
