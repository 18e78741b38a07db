// UTF-8 that arrives in pieces: any cut gives the same verdict as the whole, and the count of characters fits the
// length.
#include "base/text.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t cut = text.empty() ? 0 : data[0] % (text.size() + 1);

  vestnik::Utf8Checker checker;
  const bool first = checker.feed(text.substr(0, cut));
  const bool second = checker.feed(text.substr(cut));
  require(first || !second);

  const bool valid = vestnik::is_valid_utf8(text);
  require(checker.complete() == valid);
  if (valid) {
    const std::size_t points = vestnik::count_code_points(text);
    require(points <= text.size() && text.size() <= points * 4);
  }
  vestnik::find_control_character(text);
  return 0;
}
