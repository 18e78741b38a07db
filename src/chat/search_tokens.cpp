#include "chat/search_tokens.hpp"

#include <libstemmer.h>

#include <algorithm>
#include <new>

#include "chat/search_letters.hpp"
#include "chat/unicode.hpp"

namespace vestnik::chat {
namespace {

constexpr std::size_t kCyrillicBytes = 2;  // of a letter in UTF-8

// What may stand inside of what is written without a space.
enum class Joiner : std::uint8_t { kNone, kInSegment, kTail, kBetweenSegments };

Joiner joiner_of(char32_t c) {
  switch (c) {
    case U'+':
    case U'#':
      return Joiner::kTail;  // as in C++ and C#
    case U'.':
    case U'-':
    case U'_':
    case U'\'':
      return Joiner::kInSegment;
    case U'/':
    case U':':
    case U'@':
    case U'?':
    case U'&':
    case U'=':
    case U'%':
    case U'~':
    case U'\\':
      return Joiner::kBetweenSegments;
    default:
      return Joiner::kNone;
  }
}

// Typographic forms of what has a key on keyboards.
char32_t plain(char32_t c) {
  if (c == U'\u2010' || c == U'\u2011') return U'-';  // hyphens
  if (c == U'\u2019') return U'\'';                   // apostrophe
  return c;
}

std::string_view front_of(std::string_view term) {
  if (term.size() <= kSearchTermBytesMax) return term;
  std::size_t size = kSearchTermBytesMax;
  while (size > 1 && (static_cast<unsigned char>(term[size]) & 0xC0) == 0x80) --size;
  return term.substr(0, size);
}

sb_stemmer* make_stemmer(const char* language) {
  auto* stemmer = sb_stemmer_new(language, "UTF_8");
  if (stemmer == nullptr) throw std::bad_alloc();  // both languages are in every build of the library
  return stemmer;
}

}  // namespace

void SearchTokenizer::StemmerDeleter::operator()(sb_stemmer* stemmer) const {
  sb_stemmer_delete(stemmer);
}

SearchTokenizer::SearchTokenizer() : english_(make_stemmer("english")), russian_(make_stemmer("russian")) {}
SearchTokenizer::~SearchTokenizer() = default;

std::span<const SearchToken> SearchTokenizer::tokenize(std::string_view text) {
  position_ = 0;
  terms_.clear();
  term_begins_.clear();
  tokens_.clear();
  for (std::size_t at = 0; at < text.size();) {
    const Letter letter = first_letter(text.substr(at));
    const std::size_t end = at + letter.size;
    const char32_t c = plain(letter.code_point);
    switch (class_of(c)) {
      case LetterClass::kWord:
        add_letter(fold(c), at, end);
        break;
      case LetterClass::kMark:
        add_mark(c, end);
        break;
      case LetterClass::kIdeograph:
        finish_position();
        add_letter(c, at, end);
        finish_position();
        break;
      case LetterClass::kSeparator:
        joiner_of(c) == Joiner::kNone ? finish_position() : add_joiner(c, end);
        break;
    }
    at = end;
  }
  finish_position();
  // Only now the terms stay where they are.
  for (std::size_t i = 0; i < tokens_.size(); ++i)
    tokens_[i].term = std::string_view(terms_).substr(term_begins_[i], tokens_[i].term.size());
  return tokens_;
}

void SearchTokenizer::add_letter(char32_t folded, std::size_t text_begin, std::size_t text_end) {
  const bool is_latin = folded >= U'a' && folded <= U'z';
  const bool is_cyrillic = folded >= 0x400 && folded < 0x530;
  const Script script = is_latin ? Script::kLatin : is_cyrillic ? Script::kCyrillic : Script::kOther;
  if (!in_word_) {
    words_.push_back({.begin = written_.size(),
                      .text_begin = text_begin,
                      .script = script,
                      .begins_segment = words_.empty() || after_segment_joiner_});
    after_segment_joiner_ = false;
    in_word_ = true;
  }
  append_utf8(written_, folded);
  last_letter_ = folded;
  Word& word = words_.back();
  word.end = word.tail_end = written_.size();
  word.text_end = word.text_tail_end = text_end;
  if (word.script != script) word.script = Script::kOther;
}

void SearchTokenizer::add_mark(char32_t mark, std::size_t text_end) {
  if (!in_word_) return;
  Word& word = words_.back();
  if (const char32_t composed = compose(last_letter_, mark); composed != last_letter_) {
    written_.resize(word.end - kCyrillicBytes);  // all that is composed is Cyrillic
    append_utf8(written_, composed);
    last_letter_ = composed;
  }
  word.text_end = word.text_tail_end = text_end;
}

void SearchTokenizer::add_joiner(char32_t joiner, std::size_t text_end) {
  if (words_.empty()) return;
  append_utf8(written_, joiner);
  in_tail_ = (in_word_ || in_tail_) && joiner_of(joiner) == Joiner::kTail;
  in_word_ = false;
  if (in_tail_) {
    words_.back().tail_end = written_.size();
    words_.back().text_tail_end = text_end;
  }
  if (joiner_of(joiner) == Joiner::kBetweenSegments) after_segment_joiner_ = true;
}

void SearchTokenizer::finish_position() {
  if (words_.empty()) return;
  const Words all = words_;
  const Word& last = all.back();
  const bool has_scheme = all.size() > 1 && written(all[0].end, all[1].begin) == "://";
  const Words whole = has_scheme ? all.subspan(1) : all;
  emit(whole, last.tail_end, last.text_tail_end, SearchToken::Kind::kWritten, SearchToken::Kind::kStem);
  if (all.size() > 1 || last.tail_end != last.end) emit_segments(whole);
  ++position_;
  written_.clear();
  words_.clear();
  in_word_ = in_tail_ = after_segment_joiner_ = false;
}

void SearchTokenizer::emit_segments(Words whole) {
  constexpr auto kPart = SearchToken::Kind::kPart;
  for (Words rest = words_; !rest.empty();) {
    const auto next = std::find_if(rest.begin() + 1, rest.end(), [](const Word& word) { return word.begins_segment; });
    const Words segment = rest.first(static_cast<std::size_t>(next - rest.begin()));
    rest = rest.subspan(segment.size());
    const Word& last = segment.back();
    const bool is_whole = segment.data() == whole.data() && segment.size() == whole.size();
    if (!is_whole) emit(segment, last.tail_end, last.text_tail_end, kPart, kPart);
    if (segment.size() == 1 && last.tail_end == last.end) continue;
    for (const Word& word : segment) emit(Words(&word, 1), word.end, word.text_end, kPart, kPart);
  }
}

void SearchTokenizer::emit(Words words, std::size_t end, std::size_t text_end, SearchToken::Kind as_written,
                           SearchToken::Kind as_stem) {
  push(written(words.front().begin, end), words.front().text_begin, text_end, as_written);
  if (end == words.back().end && stem(words)) push(stem_, words.front().text_begin, text_end, as_stem);
}

void SearchTokenizer::push(std::string_view term, std::size_t text_begin, std::size_t text_end,
                           SearchToken::Kind kind) {
  term = front_of(term);
  term_begins_.push_back(terms_.size());
  terms_ += term;
  tokens_.push_back({.term = term, .begin = text_begin, .end = text_end, .position = position_, .kind = kind});
}

bool SearchTokenizer::stem(Words words) {
  stem_.assign(1, kStemMark);
  for (const Word& word : words) {
    if (&word != words.data()) {
      if (written((&word - 1)->end, word.begin) != "-") return false;
      stem_ += '-';
    }
    const std::string_view letters = written(word.begin, word.end);
    if (word.script == Script::kOther || letters.size() > kSearchTermBytesMax) return false;
    auto* stemmer = word.script == Script::kLatin ? english_.get() : russian_.get();
    const auto* bytes =
        sb_stemmer_stem(stemmer, reinterpret_cast<const sb_symbol*>(letters.data()), static_cast<int>(letters.size()));
    if (bytes == nullptr) return false;  // out of memory
    stem_.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(sb_stemmer_length(stemmer)));
  }
  return true;
}

}  // namespace vestnik::chat
