#include "cli/message_source.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <random>
#include <system_error>
#include <utility>

#include "base/text.hpp"

namespace vestnik::cli {
namespace {

constexpr std::size_t kReadBytes = 64u << 10;

class Lines final : public MessageSource {
 public:
  explicit Lines(int fd) : fd_(fd) {}

  std::optional<SourceText> next() override {
    auto line = splitter_.next();
    drained_ = !line;
    return line;
  }
  bool ended() const override { return input_ended_ && drained_; }
  std::string failure() const override { return failure_; }
  int fd() const override { return input_ended_ ? -1 : fd_; }

  void read() override {
    pollfd input{.fd = fd_, .events = POLLIN, .revents = 0};
    if (::poll(&input, 1, 0) != 1) return;
    std::array<char, kReadBytes> bytes;
    const ssize_t size = ::read(fd_, bytes.data(), bytes.size());
    if (size > 0) {
      splitter_.feed({bytes.data(), static_cast<std::size_t>(size)});
    } else if (size == 0 || (errno != EINTR && errno != EAGAIN)) {
      if (size < 0) failure_ = std::generic_category().message(errno);
      splitter_.finish();
      input_ended_ = true;
    }
    drained_ = false;
  }

 private:
  int fd_;
  LineSplitter splitter_;
  std::string failure_;
  bool input_ended_ = false;
  bool drained_ = false;
};

class ArbitraryTexts final : public MessageSource {
 public:
  explicit ArbitraryTexts(std::uint32_t seed) : random_(seed) {}

  std::optional<SourceText> next() override {
    constexpr std::array kWords = {"wind", "ветер",  "river", "река",  "light", "свет", "over",    "над",
                                   "old",  "старый", "city",  "город", "and",   "и",    "quietly", "тихо"};
    constexpr int kWordsMax = 12;  // of at most 7 letters and a space: fewer than 128 characters
    std::uniform_int_distribution<int> count(1, kWordsMax);
    std::uniform_int_distribution<std::size_t> pick(0, kWords.size() - 1);
    SourceText text{.line = ++line_, .text = kWords[pick(random_)]};
    for (int i = count(random_); i > 1; --i)
      fmt::format_to(std::back_inserter(text.text), " {}", kWords[pick(random_)]);
    return text;
  }
  bool ended() const override { return false; }
  std::string failure() const override { return {}; }
  int fd() const override { return -1; }
  void read() override {}

 private:
  std::minstd_rand random_;
  std::uint64_t line_ = 0;
};

}  // namespace

void LineSplitter::feed(std::string_view bytes) {
  buffer_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
  buffer_ += bytes;
}

void LineSplitter::finish() {
  finished_ = true;
}

std::optional<SourceText> LineSplitter::next() {
  std::size_t end = buffer_.find('\n', scanned_);
  scanned_ = std::min(end, buffer_.size());
  if (end == buffer_.npos) {
    if (buffer_.size() - begin_ > kLineBytesMax) {
      too_long_ = true;
      begin_ = buffer_.size();
    }
    const bool last_line = finished_ && (begin_ < buffer_.size() || too_long_);
    if (!last_line) return std::nullopt;
    end = buffer_.size();
  }
  SourceText line{.line = ++line_, .text = buffer_.substr(begin_, end - begin_)};
  begin_ = std::min(end + 1, buffer_.size());
  scanned_ = begin_;
  if (line.text.ends_with('\r')) line.text.pop_back();
  if (std::exchange(too_long_, false) || line.text.size() > kLineBytesMax) {
    line.text.clear();
    line.problem = "longer than 1 MiB";
  } else if (!is_valid_utf8(line.text)) {
    line.problem = "not valid UTF-8";
  }
  return line;
}

std::unique_ptr<MessageSource> lines_of(int fd) {
  return std::make_unique<Lines>(fd);
}

std::unique_ptr<MessageSource> arbitrary_texts(std::uint32_t seed) {
  return std::make_unique<ArbitraryTexts>(seed);
}

}  // namespace vestnik::cli
