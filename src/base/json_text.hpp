// JSON text (RFC 8259) written by hand: strings with their escapes, and objects and arrays with their commas.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vestnik {

// Appends `valid_utf8` in quotes; quotes, backslashes and control characters are escaped, everything else stays as it
// is.
void append_json_string(std::string& out, std::string_view valid_utf8);

// Writes one JSON document from front to back. Keys and strings are valid UTF-8; the caller keeps begin and end in
// pairs.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view text);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& boolean(bool value);
  // `json` is one complete JSON value.
  JsonWriter& raw(std::string_view json);

  // A key and its value.
  JsonWriter& member(std::string_view name, std::string_view text) { return key(name).string(text); }

 private:
  void separate();

  std::string& out_;
  bool comma_ = false;  // whether the next key or element follows another one
};

}  // namespace vestnik
