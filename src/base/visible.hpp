// Texts of strangers for a terminal: what could move the cursor or reorder the line is made visible.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vestnik {

// Control characters become their pictures (U+2400 block), C1 controls, line separators and bidirectional controls
// their code point such as "<U+202E>", bytes that are not UTF-8 U+FFFD. The answer is one line of valid UTF-8.
std::string visible(std::string_view text);

// The first `max` code points of valid UTF-8, with "..." behind them when something was cut.
std::string shorten(std::string_view valid_utf8, std::size_t max);

}  // namespace vestnik
