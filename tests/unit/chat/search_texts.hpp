// Random texts and queries that have much in common, so that searches find something.
#pragma once

#include <rapidcheck.h>

#include <string>
#include <string_view>
#include <vector>

#include "unit/base/utf8_model.hpp"

namespace vestnik::chat {

// Words, compounds, and what has none, as people write them.
inline std::string any_piece() {
  if (*rc::gen::inRange(0, 2) == 0)
    return *rc::gen::element<std::string>("план", "планы", "C++", "c", "foo.png", "foo");
  return *rc::gen::element<std::string>(
      "план", "планы", "ПЛАНОВ", "Сообщение", "сообщения", "ёлка", "елки", "привет", "run", "running", "Runs", "the",
      "C++", "c", "C#", "C++20", "foo.png", "foo", "png", "node-1", "node", "бизнес-план", "бизнес-планы", "кто-то",
      "https://example.com/a?b=1", "example.com", "http://example.com", "user@example.com", "1.2.3", "v1.2", "1", "2",
      "it's", "café", "cafe\u0301", "за\u0301мок", "мои\u0306", "мой", "中文", "α", "ΑΣ", "ας", "👍", "...", "--", "/",
      "#tag", "@user", "__init__", "C:\\dir\\file.txt", "50%", "a=b&c=d", "12:30", "\xC2\xAD", "o’neil", "::", "://",
      "上海", "docs.example.com", "v1.2.3-rc1", "🚀", "👍🏽", "★", "한국", "\u1112\u1161", "ครับ", "state-of-the-art",
      "ＡＢＣ");
}

inline std::string any_space() {
  return *rc::gen::element<std::string>(" ", " ", " ", " ", "\n", ", ", " (", ") ", "! ", "«", "» ", "—", "\t", "");
}

inline std::string any_text() {
  std::string text;
  for (int left = *rc::gen::inRange(0, 12); left > 0; --left) text += any_space() + any_piece();
  return text;
}

// Characters in no order at all, those with a meaning somewhere among them.
inline std::string any_noise() {
  std::string noise;
  for (int left = *rc::gen::inRange(0, 40); left > 0; --left) {
    noise += *rc::gen::oneOf(
        rc::gen::element<std::string>("\"", "'", "*", "(", ")", "{", "}", ":", "-", "+", "^", "~", "\\", "%", "_", ";",
                                      "«", "”", " AND ", " OR ", " NOT ", " NEAR(", "room : ", "content", "\n", " "),
        rc::gen::exec(any_piece), rc::gen::map(rc::gen::inRange<std::uint32_t>(0, 0xD800), encode));
  }
  return noise;
}

inline std::string any_query() {
  std::string query;
  for (int left = *rc::gen::inRange(1, 3); left > 0; --left) {
    query += any_space();
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        query += "\"" + any_piece() + " " + any_piece() + "\"";
        break;
      case 1: {
        const std::string piece = any_piece();
        std::size_t size = *rc::gen::inRange<std::size_t>(0, piece.size() + 1);
        while (size < piece.size() && (static_cast<unsigned char>(piece[size]) & 0xC0) == 0x80) ++size;
        query += piece.substr(0, size) + "*";
        break;
      }
      default:
        query += any_piece();
    }
  }
  return query;
}

}  // namespace vestnik::chat
