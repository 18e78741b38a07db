#include "base/ids.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/text.hpp"

namespace vestnik {
namespace {

template <std::size_t Size>
std::array<unsigned char, Size> random_bytes() {
  std::array<unsigned char, Size> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw std::runtime_error("the system's random generator failed");
  }
  return bytes;
}

constexpr std::string_view kTokenAlphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

bool is_hyphen_place(std::size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

}  // namespace

std::string make_uuid() {
  auto bytes = random_bytes<16>();
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);
  std::string out;
  out.reserve(36);
  for (const unsigned char byte : bytes) {
    if (is_hyphen_place(out.size())) out += '-';
    out += kHexDigits[byte >> 4];
    out += kHexDigits[byte & 0x0F];
  }
  return out;
}

std::string make_token(std::size_t length) {
  // Bytes of 252 and more are thrown away, since 252 = 7 * 36: every character is equally likely.
  constexpr unsigned kFair = 252;
  std::string out;
  while (out.size() < length) {
    for (const unsigned char byte : random_bytes<16>()) {
      if (byte < kFair && out.size() < length) out += kTokenAlphabet[byte % kTokenAlphabet.size()];
    }
  }
  return out;
}

bool looks_like_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool fits =
        is_hyphen_place(i) ? text[i] == '-' : kHexDigits.find(to_lower(text[i])) != std::string_view::npos;
    if (!fits) return false;
  }
  return true;
}

bool is_request_id(std::string_view text) {
  constexpr std::size_t kMax = 64;
  return !text.empty() && text.size() <= kMax && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
           c == '.';
  });
}

}  // namespace vestnik
