// What the strings of the contract are (vestnik.api.v1.Format): the pattern that /openapi.json shows, and the function
// of the server that decides. A test holds one against the other. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "vestnik/api/v1/options.pb.h"

namespace vestnik::api {

struct Format {
  v1::Format id;
  std::string_view name;  // "format" of JSON Schema; those it does not know are only a hint; empty: none
  std::string pattern;    // ECMA 262 with the flag u, of the whole string, without anchors; empty: the name says it all
  std::string other_than_pattern;  // "format" of JSON Schema that is right beside the pattern; empty: none
  // Of valid UTF-8, whatever its length. Errors: what is wrong and what would be right, as the only violation.
  Result<void> (*check)(std::string_view);
  // Whether the domain checks it by itself, since it has to go through the whole of it anyway.
  bool left_to_domain = false;
};

// nullptr when any text will do.
const Format* find_format(v1::Format id);

// Finds a character that can be seen, anywhere in a text.
const std::string& visible_pattern();

// A pattern of the decimal numbers from `minimum` to `maximum`, without zeros in front: "-" only before 1 and more.
std::string decimal_pattern(std::int64_t minimum, std::int64_t maximum);

}  // namespace vestnik::api
