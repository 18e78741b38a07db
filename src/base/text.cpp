#include "base/text.hpp"

#include <algorithm>
#include <cstring>

namespace vestnik {
namespace {

constexpr std::uint64_t kNonAsciiBits = 0x8080808080808080;

// Length of the ASCII run at the front, in whole words: text is mostly ASCII, so this is the fast way through it.
std::size_t ascii_words(const char* data, std::size_t size) {
  std::size_t i = 0;
  for (; i + sizeof(std::uint64_t) <= size; i += sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, data + i, sizeof(word));
    if ((word & kNonAsciiBits) != 0) break;
  }
  return i;
}

}  // namespace

bool Utf8Checker::feed(std::string_view bytes) {
  std::size_t i = 0;
  while (valid_ && i < bytes.size()) {
    if (continuations_ == 0) {
      i += ascii_words(bytes.data() + i, bytes.size() - i);
      if (i == bytes.size()) break;
    }
    const auto byte = static_cast<std::uint8_t>(bytes[i++]);
    if (continuations_ > 0) {
      valid_ = byte >= next_min_ && byte <= next_max_;
      next_min_ = 0x80;
      next_max_ = 0xBF;
      --continuations_;
    } else if (byte >= 0x80) {  // RFC 3629, section 4: the second byte's range depends on the first
      if (byte >= 0xC2 && byte <= 0xDF) {
        continuations_ = 1;
      } else if ((byte & 0xF0) == 0xE0) {
        continuations_ = 2;
        if (byte == 0xE0) next_min_ = 0xA0;
        if (byte == 0xED) next_max_ = 0x9F;
      } else if (byte >= 0xF0 && byte <= 0xF4) {
        continuations_ = 3;
        if (byte == 0xF0) next_min_ = 0x90;
        if (byte == 0xF4) next_max_ = 0x8F;
      } else {
        valid_ = false;
      }
    }
  }
  return valid_;
}

bool is_valid_utf8(std::string_view text) {
  Utf8Checker checker;
  return checker.feed(text) && checker.complete();
}

std::size_t count_code_points(std::string_view valid_utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(valid_utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::optional<unsigned char> find_control_character(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F) return byte;
  }
  return std::nullopt;
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = to_lower(c);
  return lower;
}

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace vestnik
