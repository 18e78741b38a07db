#include "chat/names.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "chat/emoji.hpp"
#include "chat/unicode.hpp"

namespace vestnik::chat {
namespace {

constexpr CodePoints kLineAndParagraphSeparators{0x2028, 0x2029};
constexpr CodePoints kAnnotations{0xFFF9, 0xFFFB};
constexpr CodePoints kJoiners{0x200C, 0x200D};
constexpr CodePoints kStyles{0xFE00, 0xFE0F};
constexpr CodePoints kMoreStyles{0xE0100, 0xE01EF};
constexpr CodePoints kTags{0xE0020, 0xE007F};
constexpr CodePoints kJoiningScripts{0x600, 0x18AF};  // Arabic to Mongolian
constexpr auto kIdeographs = std::to_array<CodePoints>({{0x3400, 0x9FFF}, {0xF900, 0xFAFF}, {0x20000, 0x3FFFF}});
constexpr char32_t kBlackFlag = 0x1F3F4;  // with tags behind it the flag of a part of a country

struct LookAlike {
  char32_t letter;
  char latin;
};

// Small letters that look like a Latin one, or whose capital does. After folding, so without accents.
constexpr auto kLookAlikes = std::to_array<LookAlike>({
    {U'ı', 'i'}, {U'ɑ', 'a'}, {U'ɡ', 'g'},                                         // Latin
    {U'α', 'a'}, {U'β', 'b'}, {U'γ', 'y'}, {U'ε', 'e'}, {U'ζ', 'z'}, {U'η', 'h'},  // Greek
    {U'ι', 'i'}, {U'κ', 'k'}, {U'μ', 'm'}, {U'ν', 'v'}, {U'ο', 'o'}, {U'ρ', 'p'},  //
    {U'τ', 't'}, {U'υ', 'y'}, {U'χ', 'x'}, {U'ω', 'w'},                            //
    {U'а', 'a'}, {U'в', 'b'}, {U'е', 'e'}, {U'з', '3'}, {U'к', 'k'}, {U'м', 'm'},  // Cyrillic
    {U'н', 'h'}, {U'о', 'o'}, {U'р', 'p'}, {U'с', 'c'}, {U'т', 't'}, {U'у', 'y'},  //
    {U'х', 'x'}, {U'ѕ', 's'}, {U'і', 'i'}, {U'ј', 'j'}, {U'ѵ', 'v'}, {U'ү', 'y'},  //
    {U'һ', 'h'}, {U'ӏ', 'l'}, {U'ԁ', 'd'}, {U'ԍ', 'g'}, {U'ԛ', 'q'}, {U'ԝ', 'w'},  //
    {U'զ', 'q'}, {U'հ', 'h'}, {U'ո', 'n'}, {U'ս', 'u'}, {U'ց', 'g'}, {U'օ', 'o'},  // Armenian
});
static_assert(std::ranges::is_sorted(kLookAlikes, {}, &LookAlike::letter));

bool shapes(char32_t before, char32_t c, char32_t after) {
  if (is_in(kJoiners, c)) {
    const bool in_emoji = (is_pictograph(before) || before == kEmojiStyle) && is_pictograph(after);
    return in_emoji || (is_in(kJoiningScripts, before) && is_in(kJoiningScripts, after));
  }
  if (is_in(kTags, c)) return before == kBlackFlag || is_in(kTags, before);
  const bool behind_ideograph =
      std::ranges::any_of(kIdeographs, [before](auto& range) { return is_in(range, before); });
  if (is_in(kStyles, c)) return behind_ideograph || is_pictograph(before) || after == kKeycap;
  return is_in(kMoreStyles, c) && behind_ideograph;
}

bool deceives(char32_t before, char32_t c, char32_t after) {
  if (is_in(kLineAndParagraphSeparators, c) || is_in(kAnnotations, c)) return true;
  return is_ignorable(c) && !shapes(before, c, after);
}

// Calls `on_character(code point, its bytes, whether it deceives)` for each until it returns false. What deceives does
// not count as the neighbour of what follows.
template <typename OnCharacter>
void for_each_character(std::string_view name, OnCharacter on_character) {
  char32_t before = 0;
  while (!name.empty()) {
    const auto [c, size] = first_letter(name);
    const std::string_view bytes = name.substr(0, size);
    name.remove_prefix(size);
    const bool is_deceptive = deceives(before, c, name.empty() ? 0 : first_letter(name).code_point);
    if (!on_character(c, bytes, is_deceptive)) return;
    if (!is_deceptive) before = c;
  }
}

}  // namespace

std::optional<char32_t> find_deceptive(std::string_view name) {
  std::optional<char32_t> found;
  for_each_character(name, [&found](char32_t c, std::string_view, bool is_deceptive) {
    if (is_deceptive) found = c;
    return !found;
  });
  return found;
}

std::string without_deceptive(std::string_view name) {
  std::string kept(name);
  while (find_deceptive(kept)) {  // what shaped a character that is gone deceives now
    std::string rest;
    for_each_character(kept, [&rest](char32_t, std::string_view bytes, bool is_deceptive) {
      if (!is_deceptive) rest += bytes;
      return true;
    });
    kept = std::move(rest);
  }
  return kept;
}

bool has_blank_edge(std::string_view name) {
  if (name.empty()) return false;
  auto last = name.size() - 1;
  while (last > 0 && (static_cast<unsigned char>(name[last]) & 0xC0) == 0x80) --last;
  return is_blank(first_letter(name).code_point) || is_blank(first_letter(name.substr(last)).code_point);
}

std::string name_key(std::string_view name) {
  const std::string folded = fold_and_decompose(name);
  std::string key;
  key.reserve(folded.size());
  for (std::string_view rest = folded; !rest.empty();) {
    const auto [c, size] = first_letter(rest);
    const auto found = std::ranges::lower_bound(kLookAlikes, c, {}, &LookAlike::letter);
    if (found != kLookAlikes.end() && found->letter == c) {
      key += found->latin;
    } else if (is_blank(c)) {
      key += ' ';
    } else {
      key += rest.substr(0, size);
    }
    rest.remove_prefix(size);
  }
  return key;
}

}  // namespace vestnik::chat
