#include "chat/content_type.hpp"

#include <algorithm>
#include <array>

namespace vestnik::chat {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kBeginningBytes = 64;
constexpr std::string_view kUnknown = "application/octet-stream";
constexpr std::string_view kText = "text/plain; charset=utf-8";

// Bytes that stand at fixed places of a format; `mark` tells formats of one family apart and may be empty.
struct Signature {
  std::string_view type;
  std::size_t at;
  std::string_view bytes;
  std::size_t mark_at = 0;
  std::string_view mark = {};
};

// The first that fits counts.
constexpr std::array kSignatures = {
    Signature{"image/png", 0, "\x89PNG\r\n\x1A\n"sv},
    Signature{"image/jpeg", 0, "\xFF\xD8\xFF"sv},
    Signature{"image/gif", 0, "GIF87a"sv},
    Signature{"image/gif", 0, "GIF89a"sv},
    Signature{"image/webp", 0, "RIFF"sv, 8, "WEBP"sv},
    Signature{"audio/wav", 0, "RIFF"sv, 8, "WAVE"sv},
    Signature{"image/avif", 4, "ftyp"sv, 8, "avif"sv},
    Signature{"image/heic", 4, "ftyp"sv, 8, "heic"sv},
    Signature{"audio/mp4", 4, "ftyp"sv, 8, "M4A "sv},
    Signature{"video/quicktime", 4, "ftyp"sv, 8, "qt  "sv},
    Signature{"video/mp4", 4, "ftyp"sv},
    Signature{"video/webm", 0, "\x1A\x45\xDF\xA3"sv},
    Signature{"audio/ogg", 0, "OggS"sv},
    Signature{"audio/mpeg", 0, "ID3"sv},
    Signature{"application/pdf", 0, "%PDF-"sv},
    Signature{"application/zip", 0, "PK\x03\x04"sv},
    Signature{"application/gzip", 0, "\x1F\x8B"sv},
};

constexpr std::array kSafeImages = {"image/png"sv, "image/jpeg"sv, "image/gif"sv, "image/webp"sv};

bool stands_at(std::string_view content, std::size_t at, std::string_view bytes) {
  return content.size() >= at + bytes.size() && content.substr(at, bytes.size()) == bytes;
}

// Control characters that texts do not have; those of line ends, tabs and pages they do.
bool is_foreign_to_text(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f') || byte == 0x7F;
}

}  // namespace

void ContentSniffer::add(std::string_view bytes) {
  beginning_ += bytes.substr(0, kBeginningBytes - std::min(beginning_.size(), kBeginningBytes));
  if (is_plain_) is_plain_ = utf8_.feed(bytes) && std::ranges::none_of(bytes, is_foreign_to_text);
}

std::string_view ContentSniffer::content_type() const {
  for (const Signature& signature : kSignatures) {
    if (stands_at(beginning_, signature.at, signature.bytes) &&
        stands_at(beginning_, signature.mark_at, signature.mark)) {
      return signature.type;
    }
  }
  return is_plain_ && utf8_.complete() && !beginning_.empty() ? kText : kUnknown;
}

std::string_view known_content_type(std::string_view type) {
  if (type == kText) return kText;
  const auto found = std::ranges::find(kSignatures, type, &Signature::type);
  return found == kSignatures.end() ? kUnknown : found->type;
}

std::vector<std::string_view> known_content_types() {
  std::vector<std::string_view> types = {kText, kUnknown};
  for (const Signature& signature : kSignatures) {
    if (std::ranges::find(types, signature.type) == types.end()) types.push_back(signature.type);
  }
  return types;
}

bool is_safe_image(std::string_view content_type) {
  return std::ranges::find(kSafeImages, content_type) != kSafeImages.end();
}

}  // namespace vestnik::chat
