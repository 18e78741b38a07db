#include "chat/emoji.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <ios>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "chat/unicode.hpp"

namespace vestnik::chat {
namespace {

using namespace std::string_view_literals;

bool is_emoji(std::string_view text) {
  return normalized_emoji(text).has_value();
}

TEST(Emoji, IsAPictograph) {
  for (const auto text : {"👍"sv, "😀"sv, "🙏"sv, "🚀"sv, "🫠"sv, "🦄"sv, "🧑"sv, "🟰"sv, "⌚"sv, "⏰"sv, "⭐"sv,
                          "⚡"sv, "✅"sv, "☕"sv, "🈁"sv, "🆗"sv, "🃏"sv, "🀄"sv, "㊗"sv, "〰"sv, "🏻"sv}) {
    EXPECT_TRUE(is_emoji(text)) << text;
  }
}

TEST(Emoji, MayAskForItsPicture) {
  for (const auto text : {"❤️"sv, "☀️"sv, "✔️"sv, "©️"sv, "®️"sv, "™️"sv, "ℹ️"sv, "↔️"sv, "▶️"sv, "🅰️"sv, "🕵️"sv, "❤"sv, "☀"sv}) {
    EXPECT_TRUE(is_emoji(text)) << text;
  }
}

TEST(Emoji, MayHaveASkinTone) {
  for (const auto text : {"👍🏻"sv, "👍🏿"sv, "☝🏽"sv, "🧑🏾"sv, "✊🏼"sv}) EXPECT_TRUE(is_emoji(text)) << text;
}

TEST(Emoji, MayBeAFlag) {
  for (const auto text : {"🇷🇺"sv, "🇺🇸"sv, "🇺🇳"sv, "🇪🇺"sv, "🏳️"sv, "🏴"sv}) EXPECT_TRUE(is_emoji(text)) << text;
}

TEST(Emoji, MayBeAFlagOfAPart) {
  const std::string england = "🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F";
  const std::string texas = "🏴\U000E0075\U000E0073\U000E0074\U000E0078\U000E007F";
  EXPECT_TRUE(is_emoji(england));
  EXPECT_TRUE(is_emoji(texas));
  EXPECT_FALSE(is_emoji(england.substr(0, england.size() - 4)));  // without its end
  EXPECT_FALSE(is_emoji("🏴\U000E007F"));                         // without a part
  EXPECT_FALSE(is_emoji("\U000E0067\U000E007F"));                 // without a flag
  EXPECT_FALSE(is_emoji("\U000E007F"));
}

TEST(Emoji, MayBeAKeycap) {
  for (const auto text : {"1️⃣"sv, "0️⃣"sv, "9️⃣"sv, "#️⃣"sv, "*️⃣"sv, "1⃣"sv}) EXPECT_TRUE(is_emoji(text)) << text;
  for (const auto text : {"1️"sv, "⃣"sv, "️⃣"sv, "a️⃣"sv, "10️⃣"sv, "1️⃣2️⃣"sv, "1️⃣👍"sv, "👍⃣"sv})
    EXPECT_FALSE(is_emoji(text)) << text;
}

TEST(Emoji, MayBeJoined) {
  for (const auto text :
       {"👨‍👩‍👧‍👦"sv, "👩‍❤️‍💋‍👨"sv, "👩🏻‍❤️‍💋‍👨🏿"sv,
        "🧑🏽‍💻"sv, "🏳️‍🌈"sv, "🏴‍☠️"sv, "❤️‍🔥"sv, "👁️‍🗨️"sv,
        "🕵🏽‍♂️"sv, "🐻‍❄️"sv, "🙂‍↔️"sv, "🧑‍🧑‍🧒‍🧒"sv}) {
    EXPECT_TRUE(is_emoji(text)) << text;
  }
  for (const auto text : {"👨‍"sv, "‍👨"sv, "👨‍‍👩"sv, "‍"sv, "👨‍a"sv, "👨‍1"sv})
    EXPECT_FALSE(is_emoji(text)) << text;
}

TEST(Emoji, IsNoText) {
  for (const auto text : {""sv, " "sv, "a"sv, "я"sv, "7"sv, "#"sv, "*"sv, "ok"sv, ":-)"sv, "+1"sv, ":thumbsup:"sv,
                          "漢"sv, "<b>"sv, "👍 "sv, " 👍"sv, "👍\n"sv, "a👍"sv, "👍a"sv, "“"sv}) {
    EXPECT_FALSE(is_emoji(text)) << text;
  }
}

// Symbols that Unicode does not count among the emoji, whatever stands behind them.
TEST(Emoji, IsNoOtherSymbol) {
  for (const std::string text :
       {"★", "☆", "✓", "☐", "☑\uFE0E", "❶", "♔", "♪", "→", "€", "№", "☻", "⚆", "✁", "❢", "\U0001F322"}) {
    EXPECT_FALSE(is_emoji(text)) << text;
    EXPECT_FALSE(is_emoji(text + "\uFE0F")) << text;
  }
}

TEST(Emoji, HasASkinToneOnlyWhereThereIsSkin) {
  for (const auto text : {"🚀🏽"sv, "❤🏽"sv, "😀🏿"sv}) EXPECT_FALSE(is_emoji(text)) << text;
}

TEST(Emoji, MayBeOfALaterVersion) {
  EXPECT_TRUE(is_emoji("\U0001FAFF"));
  EXPECT_TRUE(is_emoji("\U0001FAFF\u200D🔥"));
  EXPECT_FALSE(is_emoji("\U0001FBFF"));
}

TEST(Emoji, IsOne) {
  for (const auto text : {"👍👍"sv, "❤️❤️"sv, "😀👍"sv, "🇷🇺🇺🇸"sv, "🇷🇺👍"sv, "👍🇷🇺"sv, "🏴🏴"sv}) {
    EXPECT_FALSE(is_emoji(text)) << text;
  }
}

TEST(Emoji, IsNoPartOfOne) {
  for (const auto text :
       {"\uFE0F"sv, "\u200D"sv, "🇷"sv, "🇷🇺🇷"sv, "👍🏻🏻"sv, "❤\uFE0F\uFE0F"sv, "\uFE0F👍"sv, "❤\uFE0E"sv}) {
    EXPECT_FALSE(is_emoji(text)) << text;
  }
}

TEST(Emoji, IsNoControlCharacter) {
  for (char c = 0; c < 0x20; ++c) EXPECT_FALSE(is_emoji(std::string_view(&c, 1))) << static_cast<int>(c);
  EXPECT_FALSE(is_emoji("\x7F"));
  EXPECT_FALSE(is_emoji("👍\0"sv));
  EXPECT_FALSE(is_emoji("\u0085"));
  EXPECT_FALSE(is_emoji("\u2028"));
  EXPECT_FALSE(is_emoji("\u202E👍"));
}

TEST(Emoji, IsValidUtf8) {
  const auto thumb = "👍"sv;
  for (std::size_t length = 1; length < thumb.size(); ++length) {
    EXPECT_FALSE(is_emoji(thumb.substr(0, length)));
    EXPECT_FALSE(is_emoji(thumb.substr(length)));
  }
  for (const auto text :
       {"\xFF"sv, "\xF0\x9F\x91"sv, "\xED\xA0\xBD\xED\xB1\x8D"sv, "\xF8\x88\x80\x80\x80"sv, "👍\x80"sv}) {
    EXPECT_FALSE(is_emoji(text));
  }
}

TEST(Emoji, IsShort) {
  const auto joined = [](int count) {
    std::string text = "👨";
    while (--count > 0) text += "\u200D👨";
    return text;
  };
  EXPECT_TRUE(is_emoji(joined(9)));    // 60 bytes
  EXPECT_FALSE(is_emoji(joined(10)));  // 67
  EXPECT_FALSE(is_emoji(joined(200'000)));
}

TEST(Emoji, IsToldFromAnything) {
  EXPECT_TRUE(rc::check("any bytes are judged, and no ASCII text is an emoji", [] {
    const auto bytes = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    const bool emoji = is_emoji(bytes);
    if (emoji) RC_ASSERT(is_valid_utf8(bytes) && bytes.size() <= 64);
    if (std::ranges::all_of(bytes, [](char c) { return c >= 0; })) RC_ASSERT(!emoji);
  }));
  EXPECT_TRUE(rc::check("any pieces of emoji are judged", [] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(
        rc::gen::element<std::string>("👍", "❤", "\uFE0F", "\u200D", "🏻", "🇷", "1", "\u20E3", "🏴", "\U000E0067",
                                      "\U000E007F", "a", "\xF0", "\x9F"));
    std::string text;
    for (const auto& piece : pieces) text += piece;
    if (is_emoji(text)) {
      RC_ASSERT(is_valid_utf8(text));
      // Nothing but a new part joined to it can make a longer one of it.
      RC_ASSERT(!is_emoji(text + "👍"));
      RC_ASSERT(!is_emoji(text + "\u200D"));
      RC_ASSERT(!is_emoji(text + "a"));
    }
  }));
}

// Every spelling that Unicode knows of every emoji, those without some U+FE0F among them, becomes the whole one.
TEST(NormalizedEmoji, IsTheFullyQualifiedOneOfEverySpelling) {
  std::ifstream file(UNICODE_DATA "/emoji/emoji-test.txt");
  ASSERT_TRUE(file) << "apt-get install unicode-data";
  std::string whole;
  int spellings = 0;
  for (std::string line; std::getline(file, line);) {
    const auto status = line.find("; ");
    if (line.starts_with('#') || status == std::string::npos) continue;
    std::string emoji;
    std::istringstream code_points(line.substr(0, status));
    for (std::uint32_t c = 0; code_points >> std::hex >> c;) append_utf8(emoji, c);
    const bool is_whole = line.substr(status).starts_with("; fully") || line.substr(status).starts_with("; component");
    if (is_whole) whole = emoji;  // the others follow the one that they stand for
    EXPECT_EQ(normalized_emoji(emoji), whole) << line;
    EXPECT_EQ(emoji_at_front(emoji + "a"), emoji.size()) << line;
    ++spellings;
  }
  EXPECT_GT(spellings, 4'000);
}

TEST(NormalizedEmoji, IsOneForAllWhoMeanTheSame) {
  for (const auto& [given, kept] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"\u2764", "\u2764\uFE0F"},
           {"\u2764\uFE0F", "\u2764\uFE0F"},
           {"👍", "👍"},
           {"👍\uFE0F", "👍"},
           {"☝🏽", "☝🏽"},
           {"☝\uFE0F🏽", "☝🏽"},
           {"👍\uFE0F🏻", "👍🏻"},
           {"1\u20E3", "1\uFE0F\u20E3"},
           {"\u2764\u200D🔥", "\u2764\uFE0F\u200D🔥"},
           {"\U0001F3F3\u200D🌈", "\U0001F3F3\uFE0F\u200D🌈"},
           {"👩\uFE0F\u200D\u2764\u200D👨", "👩\u200D\u2764\uFE0F\u200D👨"},
           {"👩🏽\u200D\u2695", "👩🏽\u200D\u2695\uFE0F"},
           {"🇷🇺", "🇷🇺"},
       }) {
    EXPECT_EQ(normalized_emoji(given), kept) << given;
  }
}

TEST(NormalizedEmoji, IsTheSameWhateverStylesWereGiven) {
  EXPECT_TRUE(rc::check("with and without U+FE0F, once and twice", [] {
    std::string bare, styled;
    for (int left = *rc::gen::inRange(1, 4); left > 0; --left) {
      const auto part = *rc::gen::element<std::string>("👍", "\u2764", "🔥", "☝🏽", "\u2695", "\U0001F3F3");
      const bool styles = part != "☝🏽" && *rc::gen::arbitrary<bool>();
      const std::string joint = left > 1 ? "\u200D" : "";
      bare += part + joint;
      styled += part + (styles ? "\uFE0F" : "") + joint;
    }
    const auto normalized = normalized_emoji(styled);
    RC_ASSERT(normalized.has_value());
    RC_ASSERT(normalized == normalized_emoji(bare));
    RC_ASSERT(normalized == normalized_emoji(*normalized));
  }));
}

}  // namespace
}  // namespace vestnik::chat
