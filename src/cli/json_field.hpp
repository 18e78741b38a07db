// One field of a JSON object that the server sent.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string_view>

namespace vestnik::cli {

// T: std::string_view (valid as long as the parser keeps the document), std::int64_t, bool, simdjson::dom::array or
// simdjson::dom::element. nullopt when it is absent, or of another type.
template <typename T>
std::optional<T> field(simdjson::dom::element object, std::string_view name) {
  T value{};
  if (object[name].get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

}  // namespace vestnik::cli
