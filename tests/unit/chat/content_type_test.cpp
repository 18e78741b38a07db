#include "chat/content_type.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace vestnik::chat {
namespace {

using namespace std::string_literals;

std::string_view type_of(std::string_view content) {
  ContentSniffer sniffer;
  sniffer.add(content);
  return sniffer.content_type();
}

const std::vector<std::pair<std::string, std::string>>& samples() {
  static const std::vector<std::pair<std::string, std::string>> samples = {
      {"\x89PNG\r\n\x1A\n\0\0\0\rIHDR"s, "image/png"},
      {"\xFF\xD8\xFF\xE0\0\x10JFIF"s, "image/jpeg"},
      {"GIF89a\1\0\1\0"s, "image/gif"},
      {"GIF87a\1\0\1\0"s, "image/gif"},
      {"RIFF\x24\0\0\0WEBPVP8 "s, "image/webp"},
      {"RIFF\x24\0\0\0WAVEfmt "s, "audio/wav"},
      {"RIFF\x24\0\0\0AVI LIST"s, "application/octet-stream"},
      {"\0\0\0\x20"
       "ftypisom\0\0\2\0"s,
       "video/mp4"},
      {"\0\0\0\x20"
       "ftypavif\0\0\0\0"s,
       "image/avif"},
      {"%PDF-1.7\n\xE2\xE3"s, "application/pdf"},
      {"PK\3\4\x14\0"s, "application/zip"},
      {"\x1F\x8B\x08\0"s, "application/gzip"},
      {"Привет, мир!\r\n", "text/plain; charset=utf-8"},
      {"<!doctype html><script>alert(1)</script>", "text/plain; charset=utf-8"},
      {"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>", "text/plain; charset=utf-8"},
      {"text with a NUL\0"s, "application/octet-stream"},
      {"\xCF\xF0\xE8\xE2\xE5\xF2 in another encoding", "application/octet-stream"},
      {"cut in a character \xD0", "application/octet-stream"},
      {"\x89PNG\r\n\x1A", "application/octet-stream"},
      {"", "application/octet-stream"},
  };
  return samples;
}

TEST(ContentSniffer, BelievesTheBytesAlone) {
  for (const auto& [content, type] : samples()) EXPECT_EQ(type_of(content), type) << content;
}

TEST(ContentSniffer, PiecesMakeNoDifference) {
  for (const auto& [content, type] : samples()) {
    ContentSniffer sniffer;
    for (const char c : content) sniffer.add(std::string_view(&c, 1));
    EXPECT_EQ(sniffer.content_type(), type) << content;
  }
}

TEST(ContentSniffer, TextIsReadToItsEnd) {
  EXPECT_EQ(type_of(std::string(100'000, 'a')), "text/plain; charset=utf-8");
  EXPECT_EQ(type_of(std::string(100'000, 'a') + '\x01'), "application/octet-stream");
}

TEST(ContentType, OnlySafeImagesAreShownInPlace) {
  for (const auto& [content, type] : samples()) {
    const bool safe = type == "image/png" || type == "image/jpeg" || type == "image/gif" || type == "image/webp";
    EXPECT_EQ(is_safe_image(type), safe) << type;
  }
}

TEST(ContentType, EveryTypeIsKnownAgain) {
  for (const auto& [content, type] : samples()) EXPECT_EQ(known_content_type(type), type);
  EXPECT_EQ(known_content_type("text/html"), "application/octet-stream");
  EXPECT_EQ(known_content_type(""), "application/octet-stream");
}

}  // namespace
}  // namespace vestnik::chat
