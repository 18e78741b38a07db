// Positions: the text form of whatever is accepted is the text itself.
#include "base/position.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto position = vestnik::parse_position(text, "after")) {
    require(position->n >= 0);
    require(!position->epoch.empty() && position->epoch.size() <= 16);
    const auto again = vestnik::parse_position(vestnik::to_string(*position), "after");
    require(again.has_value() && *again == *position);
  }
  return 0;
}
