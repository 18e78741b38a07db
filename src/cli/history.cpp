#include "cli/history.hpp"

#include <fmt/format.h>
#include <simdjson.h>
#include <unistd.h>

#include <cstddef>
#include <optional>
#include <utility>

#include "base/position.hpp"
#include "base/visible.hpp"
#include "cli/http_client.hpp"
#include "cli/interrupt.hpp"
#include "cli/terminal.hpp"

namespace vestnik::cli {
namespace {

constexpr std::size_t kMessagesPage = 500;
constexpr int kDone = 0;
constexpr int kFailed = 1;

class HistoryReader {
 public:
  explicit HistoryReader(const HistoryOptions& options) : options_(options), client_(1) {}

  int run() {
    // Where the room ends now is where the reading ends, so that a busy room does not keep it going forever.
    const HttpAnswer room = get(options_.server.room_url());
    if (!room.accepted()) return refuse(room);
    std::string_view head;
    if (parser_.parse(room.body)["pos"].get(head) != simdjson::SUCCESS) return refuse_nonsense();
    const auto head_position = parse_position(head, "pos");
    if (!head_position) return refuse_nonsense();
    head_ = head_position->n;

    while (true) {
      const HttpAnswer page = get(page_url());
      if (!page_limit_.empty() && complains_about(page, "limit")) {
        page_limit_.clear();  // a server with a lower --max-page: its own default will do
        continue;
      }
      if (!page.accepted()) return refuse(page);
      simdjson::dom::array messages;
      if (parser_.parse(page.body).get(messages) != simdjson::SUCCESS) return refuse_nonsense();
      bool any = false;
      for (const simdjson::dom::element message : messages) {
        any = true;
        if (options_.limit != 0 && printed_ == options_.limit) return finish();
        if (!take(message)) return finish();
      }
      if (!any || !flush_output()) return finish();
    }
  }

 private:
  HttpAnswer get(std::string url) {
    return client_.fetch({.url = std::move(url), .body = {}, .headers = options_.server.headers()});
  }

  std::string page_url() const {
    std::string url = options_.server.messages_url() + "?order=asc" + page_limit_;
    const auto add = [&url](std::string_view name, const std::string& value) {
      if (!value.empty()) url += fmt::format("&{}={}", name, escape_for_url(value));
    };
    add("after", after_);
    if (after_.empty()) add("from", options_.from);
    add("to", options_.to);
    return url;
  }

  // Prints the message. False when it was the last one, or nobody reads any more.
  bool take(simdjson::dom::element message) {
    const std::string json = simdjson::minify(message);
    const auto received = parse_message(json);
    const auto position = parse_position(received ? received->pos : "", "pos");
    if (!position) {
      failure_ = "the server sent something that is not a message";
      return false;
    }
    if (position->n > head_) return false;
    after_ = received->pos;
    ++printed_;
    const std::string line =
        options_.json ? (style_ == LineStyle::kAligned ? visible(json) : json) : format_line(*received, style_);
    return print_line(line) && position->n < head_;
  }

  int finish() {
    flush_output();
    if (failure_.empty()) return kDone;
    tell(failure_);
    return kFailed;
  }

  int refuse(const HttpAnswer& answer) {
    flush_output();
    tell(fmt::format("cannot read {}: {}", visible(options_.server.room_url()), describe(answer)));
    return kFailed;
  }

  int refuse_nonsense() {
    tell(fmt::format("what answers at {} is not a Vestnik server", visible(options_.server.url)));
    return kFailed;
  }

  const HistoryOptions& options_;
  HttpClient client_;
  simdjson::dom::parser parser_;
  const LineStyle style_ = output_style();
  std::string page_limit_ = fmt::format("&limit={}", kMessagesPage);
  std::string after_;  // position of the last printed message
  std::int64_t head_ = 0;
  std::uint64_t printed_ = 0;
  std::string failure_;
};

}  // namespace

int run_history(const HistoryOptions& options) {
  const InterruptGuard guard;
  return HistoryReader(options).run();
}

}  // namespace vestnik::cli
