#include "api/rules/formats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/durations.hpp"
#include "base/ids.hpp"
#include "base/text.hpp"
#include "chat/emoji.hpp"
#include "chat/emoji_data.hpp"
#include "chat/names.hpp"
#include "chat/rules.hpp"
#include "chat/types.hpp"
#include "chat/unicode.hpp"
#include "delivery/recipient_rules.hpp"

namespace vestnik::api {
namespace {

using CodePointRange = chat::CodePoints;
using Ranges = std::span<const CodePointRange>;

constexpr std::array kControls = {CodePointRange{0x00, 0x1F}, CodePointRange{0x7F, 0x7F}};
constexpr std::array kMoreControls = {CodePointRange{0x80, 0x9F}};
constexpr std::array kControlsOfText = {CodePointRange{0x00, 0x08}, CodePointRange{0x0B, 0x1F},
                                        CodePointRange{0x7F, 0x7F}};
constexpr std::array kSpace = {CodePointRange{' ', ' '}};
constexpr std::array kAt = {CodePointRange{'@', '@'}};
constexpr std::array kSeparators = {CodePointRange{'#', '#'}, CodePointRange{'/', '/'}, CodePointRange{':', ':'},
                                    CodePointRange{'?', '?'}};

// Beyond the first plane the character itself, since regular expressions do not agree on its escape.
void append_code_point(std::string& out, char32_t c) {
  c > 0xFFFF ? chat::append_utf8(out, c)
             : static_cast<void>(out += fmt::format("\\u{:04X}", static_cast<std::uint32_t>(c)));
}

// All characters of which the domain says so. What is special is in the planes of scripts, of symbols and of special
// purposes.
template <typename Predicate>
std::vector<CodePointRange> characters_that(Predicate are_so) {
  constexpr std::array kPlanes = {CodePointRange{0, 0xD7FF}, CodePointRange{0xE000, 0x1FFFF},
                                  CodePointRange{0xE0000, 0xEFFFF}};
  std::vector<CodePointRange> ranges;
  for (const auto& [first, last] : kPlanes) {
    for (char32_t c = first; c <= last; ++c) {
      if (!are_so(c)) continue;
      if (!ranges.empty() && ranges.back().last + 1 == c) {
        ranges.back().last = c;
      } else {
        ranges.push_back({c, c});
      }
    }
  }
  return ranges;
}

std::string text_of(char32_t c) {
  std::string text;
  chat::append_utf8(text, c);
  return text;
}

const std::vector<CodePointRange>& deceptive() {
  static const auto ranges = characters_that([](char32_t c) { return chat::find_deceptive(text_of(c)).has_value(); });
  return ranges;
}

const std::vector<CodePointRange>& blank() {
  static const auto ranges = characters_that(chat::is_blank);
  return ranges;
}

const std::vector<CodePointRange>& invisible() {
  static const auto ranges = characters_that([](char32_t c) { return !chat::has_visible(text_of(c)); });
  return ranges;
}

// So many digits of any kind.
std::string any_digits(std::size_t count) {
  if (count == 0) return "";
  return count == 1 ? "[0-9]" : fmt::format("[0-9]{{{}}}", count);
}

// The numbers from `least` (0 or 1) to `most`.
std::string natural_pattern(std::uint64_t least, std::uint64_t most) {
  const std::string digits = std::to_string(most);
  std::string pattern = least == 0 ? "0|" : "";
  // Fewer digits than `most` has, then the same digits in front and a smaller one behind them, at last itself.
  if (digits.size() == 2) pattern += "[1-9]|";
  if (digits.size() > 2) pattern += fmt::format("[1-9][0-9]{{0,{}}}|", digits.size() - 2);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const char smallest = i == 0 ? '1' : '0';
    if (digits[i] <= smallest) continue;
    const auto largest = static_cast<char>(digits[i] - 1);
    pattern += digits.substr(0, i);
    pattern += smallest == largest ? std::string(1, smallest) : fmt::format("[{}-{}]", smallest, largest);
    pattern += any_digits(digits.size() - i - 1) + '|';
  }
  return most == 0 ? "0" : pattern + digits;
}

std::string set_of(std::string_view begin, std::initializer_list<Ranges> sets) {
  std::string out(begin);
  for (const Ranges ranges : sets) {
    for (const auto& [first, last] : ranges) {
      append_code_point(out, first);
      if (last == first) continue;
      out += '-';
      append_code_point(out, last);
    }
  }
  return out + ']';
}

// "[...]", and "[^...]": any character but these.
std::string one_of(Ranges ranges) {
  return set_of("[", {ranges});
}
std::string none_of(std::initializer_list<Ranges> sets) {
  return set_of("[^", sets);
}

// Begins and ends with `edge`, and has `inside` between.
std::string framed(std::string_view edge, std::string_view inside) {
  return fmt::format("{0}(?:{1}*{0})?", edge, inside);
}

std::string name_pattern(Ranges besides) {
  const std::string inside = none_of({kControls, kMoreControls, deceptive(), besides});
  const std::string edge = none_of({kControls, kMoreControls, deceptive(), kSpace, blank(), besides});
  return framed(edge, inside);
}

std::string room_name_pattern() {
  constexpr std::string_view kUuid = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}";
  return fmt::format("(?!(?:\\.{{1,2}}|{})$){}", kUuid, name_pattern(kSeparators));
}

std::string line_pattern() {
  const std::string any = none_of({kControls, kMoreControls});
  return fmt::format("{0}*{1}{0}*", any, none_of({kControls, kMoreControls, kSpace}));
}

std::string email_pattern() {
  return fmt::format("{0}+@{0}+", none_of({kControls, kMoreControls, kSpace, kAt}));
}

// The grammar of UTS #51, section 1.4.9, as chat/emoji.cpp has it.
std::string emoji_pattern() {
  constexpr std::string_view kKeycaps = "[#*0-9]\\uFE0F?\\u20E3";
  const std::string tone = one_of(std::array{CodePointRange{0x1F3FB, 0x1F3FF}});
  const std::string regional = one_of(std::array{CodePointRange{0x1F1E6, 0x1F1FF}});
  const std::string tags = one_of(std::array{CodePointRange{0xE0020, 0xE007E}}) + "+" + text_of(0xE007F);
  const std::string element = fmt::format("(?:{0}{{2}}|(?:{1}\\uFE0F?{2}|{3}\\uFE0F?)(?:{4})?)", regional,
                                          one_of(chat::emoji_data::kEmojiModifierBase), tone,
                                          one_of(characters_that(chat::is_pictograph)), tags);
  return fmt::format("{0}|{1}(?:\\u200D{1})*", kKeycaps, element);
}

std::string position_pattern() {
  return "[0-9a-z]{1,16}:(?:0|[1-9][0-9]{0,17})";
}

// `least` of the smallest unit: 0, or 1 where a duration must not be 0.
std::string duration_pattern(std::int64_t least) {
  std::string pattern = "0*(?:";
  for (const auto& [unit, unit_ms] : kDurationUnits) {
    if (pattern.back() != ':') pattern += '|';
    pattern += fmt::format("(?:{}){}", decimal_pattern(least, kDurationMax.count() / unit_ms), unit);
  }
  return pattern + ')';
}

Result<void> hold(bool right, std::string_view what) {
  return right ? Result<void>() : invalid("", fmt::format("give {}", what));
}

template <typename Value>
Result<void> outcome(Result<Value> parsed) {
  return parsed ? Result<void>() : std::unexpected(std::move(parsed.error()));
}

Result<void> check_uuid(std::string_view text) {
  return hold(looks_like_uuid(text), "a UUID");
}

Result<void> check_visible_ascii(std::string_view text) {
  const bool right = !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
  return hold(right, "visible ASCII characters");
}

Result<void> check_room(std::string_view text) {
  const bool right = std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; });
  return hold(right && !text.empty(), "the UUID or the name of a room, without control characters");
}

Result<void> check_text(std::string_view text) {
  return chat::check_text("", text, false, {}, {});
}

Result<void> check_email(std::string_view text) {
  return chat::check_new_user({.username = "a", .email = std::string(text)});
}

Result<void> check_position(std::string_view text) {
  return outcome(parse_position(text, ""));
}

Result<void> check_moment(std::string_view text) {
  return outcome(chat::parse_time("", text, system_now()));
}

Result<void> check_duration(std::string_view text) {
  return hold(parse_duration(text).has_value(), "a duration such as 90s, 10m, 1h or 7d");
}

Result<void> check_lifetime(std::string_view text) {
  const auto duration = parse_duration(text);
  return hold(duration && duration->count() > 0, "a duration longer than 0, such as 90s, 10m, 1h or 7d");
}

Result<void> check_emoji(std::string_view text) {
  return outcome(chat::check_emoji(text));
}

Result<void> check_time_zone(std::string_view text) {
  return hold(!text.empty() && delivery::check_time_zone(text).has_value(),
              "a time zone; write a name such as Europe/Moscow, or a distance from UTC such as +03:00");
}

const std::vector<Format>& table() {
  static const std::vector<Format> formats = {
      {v1::FORMAT_UUID, "uuid", "", "", check_uuid},
      {v1::FORMAT_NAME, "name", name_pattern({}), "", chat::check_display_name},
      {v1::FORMAT_ROOM_NAME, "room-name", room_name_pattern(), "", chat::check_room_name},
      {v1::FORMAT_LINE, "", line_pattern(), "", chat::check_cursor_name},
      {v1::FORMAT_TEXT, "", none_of({kControlsOfText}) + '+', "", check_text, true},
      {v1::FORMAT_EMAIL, "", email_pattern(), "", check_email},
      {v1::FORMAT_POSITION, "position", position_pattern(), "", check_position},
      {v1::FORMAT_MOMENT, "", '-' + duration_pattern(0), "date-time", check_moment},
      {v1::FORMAT_DURATION, "", duration_pattern(0), "", check_duration},
      {v1::FORMAT_LIFETIME, "", duration_pattern(1), "", check_lifetime},
      {v1::FORMAT_EMOJI, "emoji", emoji_pattern(), "", check_emoji},
      {v1::FORMAT_VISIBLE_ASCII, "", "[!-~]+", "", check_visible_ascii},
      {v1::FORMAT_ROOM, "", none_of({kControls}) + '+', "", check_room},
      {v1::FORMAT_PHONE, "", "7[0-9]{10}", "", delivery::check_phone},
      {v1::FORMAT_OPERATOR_CODE, "", "[0-9]{3}", "", delivery::check_operator_code},
      {v1::FORMAT_TIME_ZONE, "time-zone", "", "", check_time_zone},
  };
  return formats;
}

}  // namespace

const Format* find_format(v1::Format id) {
  const auto found = std::ranges::find(table(), id, &Format::id);
  return found == table().end() ? nullptr : &*found;
}

const std::string& visible_pattern() {
  static const std::string pattern = none_of({invisible()});
  return pattern;
}

std::string decimal_pattern(std::int64_t minimum, std::int64_t maximum) {
  const auto most = static_cast<std::uint64_t>(std::max<std::int64_t>(maximum, 0));
  std::string pattern = natural_pattern(minimum <= 0 ? 0 : 1, most);
  if (minimum < 0) pattern += fmt::format("|-(?:{})", natural_pattern(1, 0 - static_cast<std::uint64_t>(minimum)));
  return pattern;
}

}  // namespace vestnik::api
