#include "options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>
#include <string_view>

namespace vestnik::bench {

Options::Options(int count, char** arguments) {
  for (int i = 0; i < count; i += 2) {
    const std::string_view name = arguments[i];
    if (!name.starts_with("--"))
      throw std::invalid_argument(fmt::format("expected an option such as --port, got \"{}\"", name));
    if (i + 1 == count) throw std::invalid_argument(fmt::format("{} needs a value", name));
    given_[std::string(name.substr(2))] = arguments[i + 1];
  }
}

std::int64_t Options::number(const std::string& name, std::int64_t fallback, std::int64_t least, std::int64_t most) {
  known_.insert(name);
  const auto found = given_.find(name);
  if (found == given_.end()) return fallback;
  const std::string& value = found->second;
  std::int64_t result = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), result);
  if (error != std::errc() || end != value.data() + value.size() || result < least || result > most) {
    throw std::invalid_argument(
        fmt::format("--{} must be a number from {} to {}, got \"{}\"", name, least, most, value));
  }
  return result;
}

std::string Options::text(const std::string& name, const std::string& fallback) {
  known_.insert(name);
  const auto found = given_.find(name);
  return found == given_.end() ? fallback : found->second;
}

std::uint16_t Options::port() {
  const auto result = number("port", 0, 1, 65535);
  if (result == 0) throw std::invalid_argument("--port is missing");
  return static_cast<std::uint16_t>(result);
}

double Options::seconds(const std::string& name, double fallback) {
  const std::string value = text(name, fmt::to_string(fallback));
  double result = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), result);
  if (error != std::errc() || end != value.data() + value.size() || result < 0 || result > 3600) {
    throw std::invalid_argument(fmt::format("--{} must be seconds from 0 to 3600, got \"{}\"", name, value));
  }
  return result;
}

void Options::reject_unknown() const {
  for (const auto& [name, value] : given_) {
    if (!known_.contains(name)) throw std::invalid_argument(fmt::format("there is no option --{} here", name));
  }
}

}  // namespace vestnik::bench
