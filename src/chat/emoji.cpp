#include "chat/emoji.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "base/text.hpp"

namespace vestnik::chat {
namespace {

constexpr std::size_t kBytesMax = 64;
constexpr char32_t kJoiner = 0x200D;
constexpr char32_t kEmojiStyle = 0xFE0F;
constexpr char32_t kKeycap = 0x20E3;
constexpr char32_t kTagEnd = 0xE007F;

struct Range {
  char32_t first, last;

  bool has(char32_t c) const { return first <= c && c <= last; }
};

constexpr Range kRegional{0x1F1E6, 0x1F1FF};
constexpr Range kSkinTone{0x1F3FB, 0x1F3FF};
constexpr Range kTag{0xE0020, 0xE007E};

// Unicode 15.1, emoji-data.txt: the ranges that hold every character with the property Emoji apart from digits, # and *
// (which need a keycap) and regional indicators (which come in pairs).
constexpr std::array kPictographs = {
    Range{0xA9, 0xA9},       Range{0xAE, 0xAE},       Range{0x203C, 0x203C},   Range{0x2049, 0x2049},
    Range{0x2122, 0x2122},   Range{0x2139, 0x2139},   Range{0x2194, 0x2199},   Range{0x21A9, 0x21AA},
    Range{0x231A, 0x231B},   Range{0x2328, 0x2328},   Range{0x23CF, 0x23CF},   Range{0x23E9, 0x23F3},
    Range{0x23F8, 0x23FA},   Range{0x24C2, 0x24C2},   Range{0x25AA, 0x25AB},   Range{0x25B6, 0x25B6},
    Range{0x25C0, 0x25C0},   Range{0x25FB, 0x25FE},   Range{0x2600, 0x27BF},   Range{0x2934, 0x2935},
    Range{0x2B05, 0x2B07},   Range{0x2B1B, 0x2B1C},   Range{0x2B50, 0x2B50},   Range{0x2B55, 0x2B55},
    Range{0x3030, 0x3030},   Range{0x303D, 0x303D},   Range{0x3297, 0x3297},   Range{0x3299, 0x3299},
    Range{0x1F004, 0x1F004}, Range{0x1F0CF, 0x1F0CF}, Range{0x1F170, 0x1F171}, Range{0x1F17E, 0x1F17F},
    Range{0x1F18E, 0x1F18E}, Range{0x1F191, 0x1F19A}, Range{0x1F201, 0x1F202}, Range{0x1F21A, 0x1F21A},
    Range{0x1F22F, 0x1F22F}, Range{0x1F232, 0x1F23A}, Range{0x1F250, 0x1F251}, Range{0x1F300, 0x1F64F},
    Range{0x1F680, 0x1F6FF}, Range{0x1F7E0, 0x1F7EB}, Range{0x1F7F0, 0x1F7F0}, Range{0x1F90C, 0x1F9FF},
    Range{0x1FA70, 0x1FAFF},
};

bool is_pictograph(char32_t c) {
  return std::ranges::any_of(kPictographs, [c](const Range& range) { return range.has(c); });
}

// Walks through valid UTF-8.
class CodePoints {
 public:
  explicit CodePoints(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }

  std::optional<char32_t> peek() const {
    if (text_.empty()) return std::nullopt;
    const auto byte = [this](std::size_t i) { return static_cast<unsigned char>(text_[i]); };
    char32_t c = byte(0);
    const std::size_t length = length_of(byte(0));
    if (length > 1) c &= 0x7Fu >> length;
    for (std::size_t i = 1; i < length; ++i) c = (c << 6) | (byte(i) & 0x3Fu);
    return c;
  }

  bool take(char32_t wanted) { return take(Range{wanted, wanted}); }
  bool take(const Range& range) {
    const auto next = peek();
    if (!next || !range.has(*next)) return false;
    skip();
    return true;
  }
  void skip() { text_.remove_prefix(length_of(static_cast<unsigned char>(text_.front()))); }

 private:
  static std::size_t length_of(unsigned char lead) { return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4; }

  std::string_view text_;
};

bool take_keycap(CodePoints& text) {
  if (!text.take('#') && !text.take('*') && !text.take(Range{'0', '9'})) return false;
  text.take(kEmojiStyle);
  return text.take(kKeycap);
}

// emoji_zwj_element, with the tags of a subdivision's flag.
bool take_element(CodePoints& text) {
  if (text.take(kRegional)) return text.take(kRegional);
  const auto first = text.peek();
  if (!first || !is_pictograph(*first)) return false;
  text.skip();
  if (!text.take(kSkinTone)) text.take(kEmojiStyle);
  if (!text.take(kTag)) return true;
  while (text.take(kTag)) {
  }
  return text.take(kTagEnd);
}

}  // namespace

bool is_emoji(std::string_view text) {
  if (text.empty() || text.size() > kBytesMax || !is_valid_utf8(text)) return false;
  CodePoints rest(text);
  if (CodePoints keycap = rest; take_keycap(keycap)) return keycap.at_end();
  do {
    if (!take_element(rest)) return false;
  } while (rest.take(kJoiner));
  return rest.at_end();
}

}  // namespace vestnik::chat
