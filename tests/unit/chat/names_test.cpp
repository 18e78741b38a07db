#include "chat/names.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

#include "unit/base/utf8_model.hpp"

namespace vestnik::chat {
namespace {

TEST(NameKey, IsOneForWhatPeopleTakeForOneName) {
  const std::vector<std::vector<std::string>> names = {
      {"José", "Jose\u0301", "JOSÉ", "ＪＯＳＥ\u0301"},
      {"admin", "Admin", "\u0430dmin", "ａｄｍｉｎ", "αdmin", "adm\u0131n", "ad\u200Bmin"},
      {"Вера", "вера", "Bepa"},
      {"Straße", "STRASSE", "strasse"},
      {"ΣΟΦΟΣ", "σοφος", "σοφοσ"},
      {"x y", "x\u00A0y", "x\u3000y", "х\u2003у"},
      {"가", "\u1100\u1161"},
      {"ガ", "カ\u3099", "ｶﾞ"},
      {"q\u0323\u0307", "q\u0307\u0323"},
  };
  for (const auto& alike : names) {
    for (const auto& name : alike) EXPECT_EQ(name_key(name), name_key(alike[0])) << name;
  }
}

TEST(NameKey, TellsOtherNamesApart) {
  const std::vector<std::string> names = {"José", "Jose", "anna", "ann", "an na",       "Анна", "Елка", "Ёлка", "мой",
                                          "мои",  "カ",   "ガ",   "👩",  "👩‍💻", "1",    "I",    "l"};
  for (const auto& name : names) {
    for (const auto& other : names) {
      if (name != other) EXPECT_NE(name_key(name), name_key(other)) << name << " " << other;
    }
  }
}

TEST(NameKey, IsItsOwnKeyAndTakesAnyBytes) {
  EXPECT_TRUE(rc::check("a key is its own key", [] {
    std::string text;
    for (int left = *rc::gen::inRange(0, 20); left > 0; --left) {
      text += encode(
          *rc::gen::oneOf(rc::gen::inRange<std::uint32_t>(1, 0x600), rc::gen::inRange<std::uint32_t>(0x600, 0xD800)));
    }
    RC_ASSERT(name_key(name_key(text)) == name_key(text));
  }));
  EXPECT_EQ(name_key("\xFF"), "\xFF");
  EXPECT_EQ(name_key(""), "");
}

TEST(WithoutDeceptive, KeepsWhatShapes) {
  EXPECT_EQ(without_deceptive("a\u200Bb\u202Ec"), "abc");
  EXPECT_EQ(without_deceptive("👩\u200D💻"), "👩\u200D💻");
  EXPECT_EQ(without_deceptive("👩\u200B\u200D💻"), "👩\u200D💻");
  EXPECT_TRUE(rc::check("nothing deceptive is left", [] {
    std::string text;
    for (int left = *rc::gen::inRange(0, 12); left > 0; --left) {
      text += *rc::gen::element<std::string>("a", "👩", "💻", "\u200D", "\uFE0F", "\u200B", "\u20E3", "1", "\U000E0067",
                                             "🏴", "ر");
    }
    RC_ASSERT(!find_deceptive(without_deceptive(text)));
  }));
}

}  // namespace
}  // namespace vestnik::chat
