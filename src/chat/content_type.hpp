// What a file is by its own bytes, whatever its name or sender says.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"

namespace vestnik::chat {

// Looks at content that arrives in pieces.
class ContentSniffer {
 public:
  void add(std::string_view bytes);
  // The type that the bytes so far prove: by their beginning, or text when all of them are UTF-8 without control
  // characters; else "application/octet-stream". Of static storage.
  std::string_view content_type() const;

 private:
  std::string beginning_;
  Utf8Checker utf8_;
  bool is_plain_ = true;  // no control characters
};

// The same table by the text form: "image/png" of a stored attachment back as text of static storage;
// "application/octet-stream" for a type that the sniffer does not give.
std::string_view known_content_type(std::string_view type);

// All types that the sniffer gives, each once.
std::vector<std::string_view> known_content_types();

// Whether a browser may show it in its place: images that cannot hold scripts.
bool is_safe_image(std::string_view content_type);

}  // namespace vestnik::chat
