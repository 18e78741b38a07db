// Secrets of users: kept as hashes alone. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace vestnik {

// SHA-256 (FIPS 180-4) in 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace vestnik
