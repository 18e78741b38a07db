#include "chat/emoji.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "base/text.hpp"
#include "chat/emoji_data.hpp"
#include "chat/unicode.hpp"

namespace vestnik::chat {
namespace {

constexpr std::size_t kBytesMax = 64;
constexpr char32_t kJoiner = 0x200D;
constexpr char32_t kTagEnd = 0xE007F;

constexpr CodePoints kRegional{0x1F1E6, 0x1F1FF};
constexpr CodePoints kSkinTone{0x1F3FB, 0x1F3FF};
constexpr CodePoints kTag{0xE0020, 0xE007E};
constexpr CodePoints kDigits{'0', '9'};
constexpr char32_t kPicturePlanes = 0x1F000;

bool is_among(std::span<const CodePoints> ranges, char32_t c) {
  const auto above = std::ranges::upper_bound(ranges, c, {}, &CodePoints::first);
  return above != ranges.begin() && is_in(*std::prev(above), c);
}

// An emoji of a later version of Unicode: such ones are pictures by themselves.
bool is_kept_for_later(char32_t c) {
  return c >= kPicturePlanes && is_unassigned(c) && is_among(emoji_data::kExtendedPictographic, c);
}

bool is_picture_by_itself(char32_t c) {
  return is_among(emoji_data::kEmojiPresentation, c) || is_kept_for_later(c);
}

// Walks through a text and writes down what it takes.
class Rewriter {
 public:
  explicit Rewriter(std::string_view text) : text_(text) {}

  std::string_view rest() const { return text_; }
  std::string&& written() && { return std::move(written_); }

  std::optional<char32_t> peek() const {
    if (text_.empty()) return std::nullopt;
    return first_letter(text_).code_point;
  }

  bool take(char32_t wanted) { return take(CodePoints{wanted, wanted}); }
  bool take(const CodePoints& range) {
    const auto next = peek();
    if (!next || !is_in(range, *next)) return false;
    take();
    return true;
  }
  void take() {
    const auto [c, size] = first_letter(text_);
    written_ += text_.substr(0, size);
    text_.remove_prefix(size);
  }
  // Takes U+FE0F if it is there, and writes it if it belongs there.
  void settle_style(bool belongs) {
    if (peek() == kEmojiStyle) text_.remove_prefix(first_letter(text_).size);
    if (belongs) written_ += "\uFE0F";
  }

 private:
  std::string_view text_;
  std::string written_;
};

bool take_keycap(Rewriter& text) {
  if (!text.take('#') && !text.take('*') && !text.take(kDigits)) return false;
  text.settle_style(true);
  return text.take(kKeycap);
}

// A skin tone, also behind the U+FE0F that older keyboards put before it (UTS #51, section 2.4).
bool take_skin_tone(Rewriter& text) {
  Rewriter toned = text;
  toned.settle_style(false);
  if (!toned.take(kSkinTone)) return false;
  text = std::move(toned);
  return true;
}

// emoji_zwj_element, with the tags of a subdivision's flag.
bool take_element(Rewriter& text) {
  if (text.take(kRegional)) return text.take(kRegional);
  const auto first = text.peek();
  if (!first || !is_pictograph(*first)) return false;
  text.take();
  const bool is_toned = is_among(emoji_data::kEmojiModifierBase, *first) && take_skin_tone(text);
  if (!is_toned) text.settle_style(!is_picture_by_itself(*first));
  if (!text.take(kTag)) return true;
  while (text.take(kTag)) {
  }
  return text.take(kTagEnd);
}

// The longest emoji at the front.
bool take_emoji(Rewriter& text) {
  if (Rewriter keycap = text; take_keycap(keycap)) {
    text = std::move(keycap);
    return true;
  }
  if (!take_element(text)) return false;
  for (Rewriter longer = text; longer.take(kJoiner) && take_element(longer);) text = longer;
  return true;
}

std::string without(std::string_view text, const CodePoints& range) {
  std::string kept;
  while (!text.empty()) {
    const auto [c, size] = first_letter(text);
    if (!is_in(range, c)) kept += text.substr(0, size);
    text.remove_prefix(size);
  }
  return kept;
}

}  // namespace

bool is_pictograph(char32_t c) {
  // Digits, # and * need a keycap; regional indicators come in pairs.
  if (c < 0x80 || is_in(kRegional, c)) return false;
  return is_among(emoji_data::kEmoji, c) || is_kept_for_later(c);
}

std::optional<std::string> normalized_emoji(std::string_view text) {
  if (text.empty() || text.size() > kBytesMax || !is_valid_utf8(text)) return std::nullopt;
  Rewriter emoji(text);
  if (!take_emoji(emoji) || !emoji.rest().empty()) return std::nullopt;
  std::string normalized = std::move(emoji).written();
  if (normalized.size() > kBytesMax) return std::nullopt;
  return normalized;
}

std::string without_style(std::string_view symbol) {
  return without(symbol, {0xFE0E, kEmojiStyle});
}

std::string without_skin_tone(std::string_view symbol) {
  return without(symbol, kSkinTone);
}

std::size_t emoji_at_front(std::string_view text) {
  Rewriter emoji(text.substr(0, kBytesMax));
  return take_emoji(emoji) ? std::min(text.size(), kBytesMax) - emoji.rest().size() : 0;
}

}  // namespace vestnik::chat
