#include "chat/file_name.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "base/text.hpp"

namespace vestnik::chat {
namespace {

using namespace std::string_literals;

TEST(CleanFileName, KeepsOrdinaryNames) {
  for (const std::string name : {"a.txt", "отчёт за май.pdf", "C++20.tar.gz", ".profile", "日本語.png", "a'b\"c.txt"}) {
    EXPECT_EQ(clean_file_name(name), name);
  }
}

TEST(CleanFileName, HasNoPath) {
  EXPECT_EQ(clean_file_name("/etc/passwd"), "passwd");
  EXPECT_EQ(clean_file_name("..\\..\\windows\\system.ini"), "system.ini");
  EXPECT_EQ(clean_file_name("C:\\dir/mixed\\a.txt"), "a.txt");
  EXPECT_EQ(clean_file_name("../.."), "file");
  EXPECT_EQ(clean_file_name("dir/"), "file");
  EXPECT_EQ(clean_file_name("."), "file");
  EXPECT_EQ(clean_file_name(""), "file");
  EXPECT_EQ(clean_file_name("   "), "file");
}

TEST(CleanFileName, HasNothingThatDeceives) {
  EXPECT_EQ(clean_file_name("a\r\nX-Evil: 1.txt"), "aX-Evil: 1.txt");
  EXPECT_EQ(clean_file_name("a\0b\x7F\x1B[31m.txt"s), "ab[31m.txt");
  EXPECT_EQ(clean_file_name("photo\xE2\x80\xAEgpj.exe"), "photogpj.exe");  // U+202E
  EXPECT_EQ(clean_file_name("a\xE2\x80\xA8"
                            "b\xC2\x85"
                            "c\xE2\x81\xA6"
                            "d\xE2\x80\x8F"),
            "abcd");
  EXPECT_EQ(clean_file_name("  a.txt  "), "a.txt");
}

TEST(CleanFileName, HasNothingThatCannotBeSeen) {
  EXPECT_EQ(clean_file_name("\u200B"), "file");
  EXPECT_EQ(clean_file_name("\u3164\u2800\u00A0"), "file");
  EXPECT_EQ(clean_file_name("\u200B.\uFEFF."), "file");
  EXPECT_EQ(clean_file_name("a\u061Cb\u200Bc\u00AD.txt"), "abc.txt");
  EXPECT_EQ(clean_file_name("\u3000отчёт.pdf\u00A0"), "отчёт.pdf");
  for (const std::string shaped : {"👩‍💻.png", "❤️.txt", "علی\u200Cرضا.doc"})
    EXPECT_EQ(clean_file_name(shaped), shaped);
}

TEST(CleanFileName, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(clean_file_name("a\xFF"
                            "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(clean_file_name("\xD0"), "\xEF\xBF\xBD");
}

TEST(CleanFileName, KeepsTheExtensionOfALongName) {
  std::string letters;
  for (int i = 0; i < 300; ++i) letters += "я";
  const std::string name = clean_file_name(letters + ".docx");
  EXPECT_EQ(name.size(), 255U);
  EXPECT_TRUE(name.ends_with("я.docx"));
  EXPECT_LE(clean_file_name(std::string(300, 'a')).size(), 255U);
  EXPECT_LE(clean_file_name("a." + std::string(300, 'b')).size(), 255U);
}

RC_GTEST_PROP(CleanFileName, IsAlwaysFitToBeShown, (const std::string& name)) {
  const std::string clean = clean_file_name(name);
  RC_ASSERT(is_valid_utf8(clean));
  RC_ASSERT(!clean.empty() && clean.size() <= kFileNameBytesMax);
  RC_ASSERT(clean.find_first_of("/\\\r\n"s + '\0') == std::string::npos);
  RC_ASSERT(!find_control_character(clean));
  RC_ASSERT(clean_file_name(clean) == clean);
}

}  // namespace
}  // namespace vestnik::chat
