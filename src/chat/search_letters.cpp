#include "chat/search_letters.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

namespace vestnik::chat {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// What is no letter, no digit and no mark above U+007F (Unicode 14, general categories Z, P, S, C), in the blocks that
// people write in. What is in no range counts as a letter, so that an unknown script can be searched too.
constexpr auto kSeparators = std::to_array<Range>({
    {0x80, 0xA9},       {0xAB, 0xAC},       {0xAE, 0xB1},        {0xB4, 0xB4},     {0xB6, 0xB8},     {0xBB, 0xBB},
    {0xBF, 0xBF},       {0xD7, 0xD7},       {0xF7, 0xF7},        {0x2C2, 0x2C5},   {0x2D2, 0x2DF},   {0x2E5, 0x2EB},
    {0x2ED, 0x2ED},     {0x2EF, 0x2FF},     {0x375, 0x375},      {0x37E, 0x37E},   {0x384, 0x385},   {0x387, 0x387},
    {0x3F6, 0x3F6},     {0x482, 0x482},     {0x55A, 0x55F},      {0x589, 0x58F},   {0x5BE, 0x5BE},   {0x5C0, 0x5C0},
    {0x5C3, 0x5C3},     {0x5F3, 0x60F},     {0x61B, 0x61F},      {0x66A, 0x66D},   {0x6D4, 0x6D4},   {0x6DD, 0x6DE},
    {0x6E9, 0x6E9},     {0x6FD, 0x6FE},     {0x700, 0x70F},      {0x964, 0x965},   {0x970, 0x970},   {0xE3F, 0xE3F},
    {0xE4F, 0xE4F},     {0xE5A, 0xE5B},     {0x104A, 0x104F},    {0x10FB, 0x10FB}, {0x1360, 0x1368}, {0x17D4, 0x17DB},
    {0x1800, 0x180A},   {0x2000, 0x200B},   {0x200E, 0x205F},    {0x2061, 0x206F}, {0x207A, 0x207E}, {0x208A, 0x208E},
    {0x20A0, 0x20C0},   {0x2116, 0x2118},   {0x2120, 0x2123},    {0x2190, 0x2BFF}, {0x2E00, 0x2E7F}, {0x3000, 0x3004},
    {0x3008, 0x3020},   {0x3030, 0x3030},   {0x303D, 0x303F},    {0x309B, 0x309C}, {0x30A0, 0x30A0}, {0x30FB, 0x30FB},
    {0x3200, 0x33FF},   {0x4DC0, 0x4DFF},   {0xA489, 0xA4C6},    {0xD800, 0xF8FF}, {0xFD3E, 0xFD4F}, {0xFE10, 0xFE19},
    {0xFE30, 0xFE6F},   {0xFF00, 0xFF0F},   {0xFF1A, 0xFF20},    {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65}, {0xFFE0, 0xFFFF},
    {0x1D000, 0x1D3FF}, {0x1F000, 0x1FBFF}, {0xE0000, 0x1FFFFF},
});

// Combining accents, the stress mark of Russian among them; the soft hyphen, joiners and variation selectors.
constexpr auto kMarks = std::to_array<Range>({
    {0xAD, 0xAD},
    {0x300, 0x36F},
    {0x483, 0x489},
    {0x200C, 0x200D},
    {0x2060, 0x2060},
    {0xFE00, 0xFE0F},
    {0xFEFF, 0xFEFF},
});

constexpr auto kIdeographs = std::to_array<Range>({
    {0x3005, 0x3007},
    {0x3041, 0x3096},
    {0x30A1, 0x30FA},
    {0x3400, 0x4DBF},
    {0x4E00, 0x9FFF},
    {0xF900, 0xFAFF},
    {0x20000, 0x3FFFF},
});

static_assert(std::ranges::is_sorted(kSeparators, {}, &Range::first));
static_assert(std::ranges::is_sorted(kMarks, {}, &Range::first));
static_assert(std::ranges::is_sorted(kIdeographs, {}, &Range::first));

bool is_in(const auto& ranges, char32_t code_point) {
  const auto above = std::ranges::upper_bound(ranges, code_point, {}, &Range::first);
  return above != ranges.begin() && code_point <= std::prev(above)->last;
}

// What the letters of a block become, one after the other; '?' where Unicode has none.
struct Block {
  char32_t first;
  std::u32string_view folded;

  bool contains(char32_t code_point) const { return code_point - first < folded.size(); }
};

// U+00C0 to U+024F, U+0370 to U+03FF and U+1E00 to U+1EFF.
constexpr Block kLatin{
    0xC0,
    U"aaaaaaæceeeeiiiiðnooooo×øuuuuyþßaaaaaaæceeeeiiiiðnooooo÷øuuuuyþyaaaaaaccccccccddđđeeeeeeeeeegggg"
    U"gggghhħħiiiiiiiiiıĳĳjjkkĸllllllŀŀłłnnnnnnŉŋŋooooooœœrrrrrrssssssssttttŧŧuuuuuuuuuuuuwwyyyzzzzzzs"
    U"ƀɓƃƃƅƅɔƈƈɖɗƌƌƍǝəɛƒƒɠɣƕɩɨƙƙƚƛɯɲƞɵooƣƣƥƥʀƨƨʃƪƫƭƭʈuuʊʋƴƴƶƶʒƹƹƺƻƽƽƾƿǀǁǂǃǆǆǆǉǉǉǌǌǌaaiioouuuuuuuuuuǝaa"
    U"aaææǥǥggkkooooʒʒjǳǳǳggƕƿnnaaææøøaaaaeeeeiiiioooorrrruuuussttȝȝhhƞȡȣȣȥȥaaeeooooooooyyȴȵȶȷȸȹⱥȼȼƚⱦȿ"
    U"ɀɂɂƀʉʌɇɇɉɉɋɋɍɍɏɏ"};
constexpr Block kGreek{
    0x370,
    U"ͱͱͳͳʹ͵ͷͷ??ͺͻͼͽ;ϳ????΄΅α·εηι?ο?υωιαβγδεζηθικλμνξοπρ?στυφχψωιυαεηιυαβγδεζηθικλμνξοπρσστυφχψωιυουωϗ"
    U"βθϒϒϒφπϗϙϙϛϛϝϝϟϟϡϡϣϣϥϥϧϧϩϩϫϫϭϭϯϯκρϲϳθε϶ϸϸϲϻϻϼͻͼͽ"};
constexpr Block kMoreLatin{
    0x1E00,
    U"aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrr"
    U"ssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwyẚsẜẝßẟaaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
    U"eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyyỻỻỽỽỿỿ"};
static_assert(kLatin.first + kLatin.folded.size() == 0x250);
static_assert(kGreek.first + kGreek.folded.size() == 0x400);
static_assert(kMoreLatin.first + kMoreLatin.folded.size() == 0x1F00);

char32_t fold_in(const Block& block, char32_t code_point) {
  const char32_t folded = block.folded[code_point - block.first];
  return folded == U'?' ? code_point : folded;
}

char32_t fold_cyrillic(char32_t c) {
  if (c == U'Ё' || c == U'ё') return U'е';
  if (c < 0x410) return c + 0x50;
  if (c < 0x430) return c + 0x20;
  if (c == 0x4C0) return 0x4CF;  // the palochka, which stands apart from its small letter
  const bool is_odd_pair = c >= 0x4C1 && c <= 0x4CE;
  const bool is_pair = (c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || c >= 0x4D0;
  if (is_odd_pair) return c + (c & 1);
  return is_pair ? c | 1 : c;
}

}  // namespace

LetterClass class_of(char32_t c) {
  if (c < 0x80) {
    const bool is_word = (c >= U'0' && c <= U'9') || (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z');
    return is_word ? LetterClass::kWord : LetterClass::kSeparator;
  }
  if (c >= 0x400 && c <= 0x481) return LetterClass::kWord;  // most of Russian, without a search in the tables
  if (is_in(kMarks, c)) return LetterClass::kMark;
  if (is_in(kSeparators, c)) return LetterClass::kSeparator;
  return is_in(kIdeographs, c) ? LetterClass::kIdeograph : LetterClass::kWord;
}

char32_t fold(char32_t c) {
  if (c < 0x80) return c >= U'A' && c <= U'Z' ? c + 0x20 : c;
  if (c >= 0x400 && c < 0x530) return fold_cyrillic(c);
  for (const Block& block : {kLatin, kGreek, kMoreLatin})
    if (block.contains(c)) return fold_in(block, c);
  if (c >= 0x531 && c <= 0x556) return c + 0x30;  // Armenian
  return c;
}

char32_t compose(char32_t folded, char32_t mark) {
  constexpr char32_t kBreve = 0x306;
  constexpr char32_t kDiaeresis = 0x308;
  if (folded == U'и' && mark == kBreve) return U'й';
  if (folded == U'у' && mark == kBreve) return U'ў';
  if (folded == U'і' && mark == kDiaeresis) return U'ї';
  return folded;
}

}  // namespace vestnik::chat
