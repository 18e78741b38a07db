#include "chat/search_tokens.hpp"

#include <libstemmer.h>

#include <functional>
#include <new>

#include "chat/emoji.hpp"
#include "chat/search_letters.hpp"
#include "chat/unicode.hpp"

namespace vestnik::chat {
namespace {

constexpr int kOwnVersion = 2;
constexpr std::size_t kJoinersKept = 4;

// What may stand inside of a name.
bool is_joiner(char32_t c) {
  switch (c) {
    case U'+':
    case U'#':
    case U'.':
    case U'-':
    case U'_':
    case U'\'':
    case U'/':
    case U':':
    case U'@':
    case U'?':
    case U'&':
    case U'=':
    case U'%':
    case U'~':
    case U'\\':
      return true;
    default:
      return false;
  }
}

bool is_tail(char32_t c) {
  return c == U'+' || c == U'#';  // as in C++ and C#
}

SearchToken::Joint joint_of(std::string_view joiners) {
  std::uint32_t packed = 0;
  for (std::size_t i = 0; i < joiners.size(); ++i)
    packed |= std::uint32_t{static_cast<unsigned char>(joiners[i])} << 8 * i;
  return SearchToken::Joint{packed};
}

// Whether a digit, `#` or `*` is the beginning of a keycap.
bool may_be_keycap(std::string_view text) {
  const char behind = text.size() > 1 ? text[1] : '\0';
  if (behind != '\xEF' && behind != '\xE2') return false;
  return (text[0] >= '0' && text[0] <= '9') || text[0] == '#' || text[0] == '*';
}

std::string_view front_of(std::string_view term) {
  if (term.size() <= kSearchTermBytesMax) return term;
  std::size_t size = kSearchTermBytesMax;
  while (size > 1 && (static_cast<unsigned char>(term[size]) & 0xC0) == 0x80) --size;
  return term.substr(0, size);
}

// Of `v1`; empty when the word is another one.
std::string_view number_of_version(std::string_view word) {
  if (word.size() < 2 || word[0] != 'v') return {};
  word.remove_prefix(1);
  return word.find_first_not_of("0123456789") == std::string_view::npos ? word : std::string_view();
}

sb_stemmer* make_stemmer(const char* language) {
  auto* stemmer = sb_stemmer_new(language, "UTF_8");
  if (stemmer == nullptr) throw std::bad_alloc();  // both languages are in every build of the library
  return stemmer;
}

}  // namespace

int search_tokens_version() {
  return kOwnVersion * 10'000 + unicode_version();
}

std::vector<std::span<const SearchToken>> by_position(std::span<const SearchToken> tokens) {
  std::vector<std::span<const SearchToken>> positions;
  for (std::size_t first = 0; first < tokens.size();) {
    std::size_t end = first + 1;
    while (end < tokens.size() && tokens[end].position == tokens[first].position) ++end;
    positions.push_back(tokens.subspan(first, end - first));
    first = end;
  }
  return positions;
}

void SearchTokenizer::StemmerDeleter::operator()(sb_stemmer* stemmer) const {
  sb_stemmer_delete(stemmer);
}

SearchTokenizer::SearchTokenizer()
    : english_(make_stemmer("english")), russian_(make_stemmer("russian")), known_stems_(kKnownStems) {}
SearchTokenizer::~SearchTokenizer() = default;

std::span<const SearchToken> SearchTokenizer::tokenize(std::string_view text) {
  position_ = 0;
  terms_.clear();
  term_begins_.clear();
  tokens_.clear();
  for (std::size_t at = 0; at < text.size();) at += add_first(text.substr(at), at);
  finish_name();
  // Only now the terms stay where they are.
  for (std::size_t i = 0; i < tokens_.size(); ++i)
    tokens_[i].term = std::string_view(terms_).substr(term_begins_[i], tokens_[i].term.size());
  return tokens_;
}

std::size_t SearchTokenizer::add_first(std::string_view text, std::size_t at) {
  const Letter letter = first_letter(text);
  const auto [letters, letter_class] = fold(letter.code_point);
  if (letter_class == LetterClass::kSymbol || may_be_keycap(text)) {
    if (const std::size_t size = emoji_at_front(text); size > 0) {
      add_symbol(text.substr(0, size), at);
      return size;
    }
  }
  const std::size_t end = at + letter.size;
  switch (letter_class) {
    case LetterClass::kWord:
      for (const char32_t c : letters) add_letter(c, at, end);
      break;
    case LetterClass::kAlone:
      for (const char32_t c : letters) {
        in_word_ = false;
        add_letter(c, at, end);
      }
      in_word_ = false;
      break;
    case LetterClass::kAccent:
      add_accent(letters[0], end);
      break;
    case LetterClass::kNothing:
      break;
    case LetterClass::kSymbol:
      add_symbol(text.substr(0, letter.size), at);
      break;
    case LetterClass::kSeparator:
      add_separator(letters[0], end);
      break;
  }
  return letter.size;
}

void SearchTokenizer::add_letter(char32_t folded, std::size_t text_begin, std::size_t text_end) {
  if (in_word_ && continues_syllable(folded) && compose(last_letter_, folded) != last_letter_) {
    return add_accent(folded, text_end);
  }
  const bool is_latin = folded >= U'a' && folded <= U'z';
  const bool is_cyrillic = folded >= 0x400 && folded < 0x530;
  const Script script = is_latin ? Script::kLatin : is_cyrillic ? Script::kCyrillic : Script::kOther;
  if (!in_word_) {
    begin_word(text_begin);
    word_->script = script;
  }
  append_utf8(written_, folded);
  last_letter_ = folded;
  word_->end = word_->tail_end = written_.size();
  word_->text_end = word_->text_tail_end = text_end;
  if (word_->script != script) word_->script = Script::kOther;
}

void SearchTokenizer::add_accent(char32_t folded, std::size_t text_end) {
  if (!word_ || !joiners_.empty()) return;
  if (const char32_t composed = compose(last_letter_, folded); composed != last_letter_) {
    std::string last;
    append_utf8(last, last_letter_);
    written_.resize(written_.size() - last.size());
    append_utf8(written_, composed);
    last_letter_ = composed;
    word_->end = word_->tail_end = written_.size();
  }
  word_->text_end = word_->text_tail_end = text_end;
}

void SearchTokenizer::add_separator(char32_t c, std::size_t text_end) {
  if (!is_joiner(c)) return finish_name();
  if (!word_) return;
  in_tail_ = (in_word_ || in_tail_) && is_tail(c);
  in_word_ = false;
  if (in_tail_) {
    append_utf8(written_, c);
    word_->tail_end = written_.size();
    word_->text_tail_end = text_end;
  }
  if (joiners_.size() < kJoinersKept) append_utf8(joiners_, c);
}

void SearchTokenizer::add_symbol(std::string_view symbol, std::size_t text_begin) {
  finish_name();
  const Word from{.text_begin = text_begin};
  const std::size_t text_end = text_begin + symbol.size();
  const std::string picture = without_style(symbol);
  push(picture, from, text_end, Kind::kWritten);
  if (const std::string toneless = without_skin_tone(picture); toneless != picture && !toneless.empty())
    push(toneless, from, text_end, Kind::kPart);
  ++position_;
}

void SearchTokenizer::begin_word(std::size_t text_begin) {
  Joint joint = in_name_ ? joint_of(joiners_) : Joint::kApart;
  if (word_ && joiners_ == "://" && word_->joint == Joint::kApart && !scheme_) {
    scheme_ = word_;
    joint = Joint::kApart;
  } else if (word_) {
    emit_word();
  }
  word_ = Word{.begin = written_.size(), .text_begin = text_begin, .joint = joint};
  in_word_ = in_name_ = true;
  in_tail_ = false;
  joiners_.clear();
}

void SearchTokenizer::finish_name() {
  if (word_) emit_word();
  in_word_ = in_tail_ = in_name_ = false;
  joiners_.clear();
}

void SearchTokenizer::emit_word() {
  const bool has_tail = word_->tail_end != word_->end;
  push(written(word_->begin, word_->tail_end), *word_, word_->text_tail_end, Kind::kWritten);
  if (has_tail) push(written(word_->begin, word_->end), *word_, word_->text_end, Kind::kPart);
  emit_stem(*word_, has_tail ? Kind::kPart : Kind::kStem);
  if (const auto number = number_of_version(written(word_->begin, word_->end)); !number.empty())
    push(number, *word_, word_->text_end, Kind::kPart);
  if (scheme_) {
    push(written(scheme_->begin, scheme_->end), *scheme_, scheme_->text_end, Kind::kPart);
    emit_stem(*scheme_, Kind::kPart);
  }
  scheme_.reset();
  word_.reset();
  written_.clear();
  ++position_;
}

void SearchTokenizer::emit_stem(const Word& word, Kind kind) {
  const std::string_view letters = written(word.begin, word.end);
  if (word.script == Script::kOther || letters.size() > kSearchTermBytesMax) return;
  KnownStem& known = known_stems_[std::hash<std::string_view>()(letters) % known_stems_.size()];
  if (known.word != letters) {
    auto* stemmer = word.script == Script::kLatin ? english_.get() : russian_.get();
    const auto* bytes =
        sb_stemmer_stem(stemmer, reinterpret_cast<const sb_symbol*>(letters.data()), static_cast<int>(letters.size()));
    if (bytes == nullptr) return;  // out of memory
    known.word = letters;
    known.stem.assign(1, kStemMark);
    known.stem.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(sb_stemmer_length(stemmer)));
  }
  push(known.stem, word, word.text_end, kind);
}

void SearchTokenizer::push(std::string_view term, const Word& from, std::size_t text_end, Kind kind) {
  term = front_of(term);
  term_begins_.push_back(terms_.size());
  terms_ += term;
  tokens_.push_back({.term = term,
                     .begin = from.text_begin,
                     .end = text_end,
                     .position = position_,
                     .kind = kind,
                     .joint = word_ ? word_->joint : Joint::kApart});
}

}  // namespace vestnik::chat
