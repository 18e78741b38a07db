#include "delivery/time_zone.hpp"

#include <date/tz.h>

#include <charconv>

namespace vestnik::delivery {
namespace {

using std::chrono::minutes;

constexpr minutes kOffsetMax = std::chrono::hours(14);

std::optional<int> two_digits(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = error == std::errc() && end == text.data() + text.size() && text.front() != '-';
  return text.size() == 2 && is_number ? std::optional(value) : std::nullopt;
}

// "+03:00"
std::optional<minutes> parse_offset(std::string_view text) {
  if (text.size() != 6 || text[3] != ':' || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const auto hours = two_digits(text.substr(1, 2));
  const auto past = two_digits(text.substr(4, 2));
  if (!hours || !past || *past > 59) return std::nullopt;
  const minutes offset = std::chrono::hours(*hours) + minutes(*past);
  if (offset > kOffsetMax) return std::nullopt;
  return text[0] == '-' ? -offset : offset;
}

// The library and the standard have a type each for the same.
date::local_time<std::chrono::microseconds> to_date(TimeZone::Local local) {
  return date::local_time<std::chrono::microseconds>(local.time_since_epoch());
}

}  // namespace

std::optional<TimeZone> TimeZone::parse(std::string_view text) {
  if (const auto offset = parse_offset(text)) return TimeZone(*offset);
  // The database has names such as "Factory" and "posix/…" as well, and its library throws for others.
  if (text.empty() || text.size() > 64) return std::nullopt;
  try {
    return TimeZone(date::locate_zone(std::string(text)));
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

TimeZone::Local TimeZone::to_local(Time time) const {
  if (zone_ == nullptr) return Local(time.time_since_epoch() + offset_);
  return Local(zone_->to_local(time).time_since_epoch());
}

Time TimeZone::to_time(Local local) const {
  if (zone_ == nullptr) return Time(local.time_since_epoch() - offset_);
  const auto info = zone_->get_info(to_date(local));
  if (info.result == date::local_info::nonexistent) return Time(info.second.begin);
  return Time(local.time_since_epoch() - info.first.offset);
}

}  // namespace vestnik::delivery
