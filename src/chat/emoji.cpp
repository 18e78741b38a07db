#include "chat/emoji.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

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

// The same, the property Emoji_Presentation: those that are pictures by themselves. All others are text unless U+FE0F
// follows.
constexpr std::array kPictures = {
    Range{0x231A, 0x231B},   Range{0x23E9, 0x23EC},   Range{0x23F0, 0x23F0},   Range{0x23F3, 0x23F3},
    Range{0x25FD, 0x25FE},   Range{0x2614, 0x2615},   Range{0x2648, 0x2653},   Range{0x267F, 0x267F},
    Range{0x2693, 0x2693},   Range{0x26A1, 0x26A1},   Range{0x26AA, 0x26AB},   Range{0x26BD, 0x26BE},
    Range{0x26C4, 0x26C5},   Range{0x26CE, 0x26CE},   Range{0x26D4, 0x26D4},   Range{0x26EA, 0x26EA},
    Range{0x26F2, 0x26F3},   Range{0x26F5, 0x26F5},   Range{0x26FA, 0x26FA},   Range{0x26FD, 0x26FD},
    Range{0x2705, 0x2705},   Range{0x270A, 0x270B},   Range{0x2728, 0x2728},   Range{0x274C, 0x274C},
    Range{0x274E, 0x274E},   Range{0x2753, 0x2755},   Range{0x2757, 0x2757},   Range{0x2795, 0x2797},
    Range{0x27B0, 0x27B0},   Range{0x27BF, 0x27BF},   Range{0x2B1B, 0x2B1C},   Range{0x2B50, 0x2B50},
    Range{0x2B55, 0x2B55},   Range{0x1F004, 0x1F004}, Range{0x1F0CF, 0x1F0CF}, Range{0x1F18E, 0x1F18E},
    Range{0x1F191, 0x1F19A}, Range{0x1F201, 0x1F201}, Range{0x1F21A, 0x1F21A}, Range{0x1F22F, 0x1F22F},
    Range{0x1F232, 0x1F236}, Range{0x1F238, 0x1F23A}, Range{0x1F250, 0x1F251}, Range{0x1F300, 0x1F320},
    Range{0x1F32D, 0x1F335}, Range{0x1F337, 0x1F37C}, Range{0x1F37E, 0x1F393}, Range{0x1F3A0, 0x1F3CA},
    Range{0x1F3CF, 0x1F3D3}, Range{0x1F3E0, 0x1F3F0}, Range{0x1F3F4, 0x1F3F4}, Range{0x1F3F8, 0x1F43E},
    Range{0x1F440, 0x1F440}, Range{0x1F442, 0x1F4FC}, Range{0x1F4FF, 0x1F53D}, Range{0x1F54B, 0x1F54E},
    Range{0x1F550, 0x1F567}, Range{0x1F57A, 0x1F57A}, Range{0x1F595, 0x1F596}, Range{0x1F5A4, 0x1F5A4},
    Range{0x1F5FB, 0x1F64F}, Range{0x1F680, 0x1F6C5}, Range{0x1F6CC, 0x1F6CC}, Range{0x1F6D0, 0x1F6D2},
    Range{0x1F6D5, 0x1F6D7}, Range{0x1F6DC, 0x1F6DF}, Range{0x1F6EB, 0x1F6EC}, Range{0x1F6F4, 0x1F6FC},
    Range{0x1F7E0, 0x1F7EB}, Range{0x1F7F0, 0x1F7F0}, Range{0x1F90C, 0x1F93A}, Range{0x1F93C, 0x1F945},
    Range{0x1F947, 0x1F9FF}, Range{0x1FA70, 0x1FAFF},
};

bool is_among(std::span<const Range> ranges, char32_t c) {
  return std::ranges::any_of(ranges, [c](const Range& range) { return range.has(c); });
}

// Walks through valid UTF-8 and writes down what it takes.
class Rewriter {
 public:
  explicit Rewriter(std::string_view text) : text_(text) {}

  // What was written, when everything was taken and it is short enough to be given again.
  std::optional<std::string> result() && {
    if (!text_.empty() || written_.size() > kBytesMax) return std::nullopt;
    return std::move(written_);
  }

  std::optional<char32_t> peek() const {
    if (text_.empty()) return std::nullopt;
    const auto byte = [this](std::size_t i) { return static_cast<unsigned char>(text_[i]); };
    char32_t c = byte(0);
    const std::size_t length = length_of_first();
    if (length > 1) c &= 0x7Fu >> length;
    for (std::size_t i = 1; i < length; ++i) c = (c << 6) | (byte(i) & 0x3Fu);
    return c;
  }

  bool take(char32_t wanted) { return take(Range{wanted, wanted}); }
  bool take(const Range& range) {
    const auto next = peek();
    if (!next || !range.has(*next)) return false;
    take();
    return true;
  }
  void take() {
    written_ += text_.substr(0, length_of_first());
    text_.remove_prefix(length_of_first());
  }
  // Takes U+FE0F if it is there, and writes it if it belongs there.
  void settle_style(bool belongs) {
    if (peek() == kEmojiStyle) text_.remove_prefix(length_of_first());
    if (belongs) written_ += "\uFE0F";
  }

 private:
  std::size_t length_of_first() const {
    const auto lead = static_cast<unsigned char>(text_.front());
    return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  }

  std::string_view text_;
  std::string written_;
};

bool take_keycap(Rewriter& text) {
  if (!text.take('#') && !text.take('*') && !text.take(Range{'0', '9'})) return false;
  text.settle_style(true);
  return text.take(kKeycap);
}

// emoji_zwj_element, with the tags of a subdivision's flag.
bool take_element(Rewriter& text) {
  if (text.take(kRegional)) return text.take(kRegional);
  const auto first = text.peek();
  if (!first || !is_pictograph(*first)) return false;
  text.take();
  if (!text.take(kSkinTone)) text.settle_style(!is_among(kPictures, *first));
  if (!text.take(kTag)) return true;
  while (text.take(kTag)) {
  }
  return text.take(kTagEnd);
}

}  // namespace

bool is_pictograph(char32_t code_point) {
  return is_among(kPictographs, code_point);
}

std::optional<std::string> normalized_emoji(std::string_view text) {
  if (text.empty() || text.size() > kBytesMax || !is_valid_utf8(text)) return std::nullopt;
  Rewriter keycap(text), joined(text);
  if (take_keycap(keycap)) return std::move(keycap).result();
  do {
    if (!take_element(joined)) return std::nullopt;
  } while (joined.take(kJoiner));
  return std::move(joined).result();
}

}  // namespace vestnik::chat
