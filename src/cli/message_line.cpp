#include "cli/message_line.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <simdjson.h>

#include <ctime>

#include "base/clock.hpp"
#include "base/visible.hpp"

namespace vestnik::cli {
namespace {

constexpr std::string_view kNothing = "-";

std::string seq_of(const Received& message) {
  return message.client_seq ? std::to_string(*message.client_seq) : std::string(kNothing);
}

}  // namespace

Result<Received> parse_message(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  std::string_view pos;
  std::string_view created_at;
  std::string_view content;
  if (parser.parse(simdjson::padded_string(json)).get(object) != simdjson::SUCCESS ||
      object["pos"].get(pos) != simdjson::SUCCESS || object["created_at"].get(created_at) != simdjson::SUCCESS ||
      object["content"].get(content) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInternal, "the server sent something that is not a message");
  }
  Received message{.pos = std::string(pos),
                   .created_at = std::string(created_at),
                   .client_seq = {},
                   .username = {},
                   .content = std::string(content)};
  if (std::int64_t seq = 0; object["client_seq"].get(seq) == simdjson::SUCCESS) message.client_seq = seq;
  if (std::string_view name; object["username"].get(name) == simdjson::SUCCESS) message.username = std::string(name);
  return message;
}

std::string local_time(std::string_view rfc3339) {
  const auto time = parse_rfc3339(rfc3339);
  if (!time) return visible(rfc3339);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(*time);
  const std::time_t since_epoch = seconds.time_since_epoch().count();
  std::tm parts{};
  localtime_r(&since_epoch, &parts);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:03}", parts, (*time - seconds) / std::chrono::milliseconds(1));
}

std::string format_line(const Received& message, LineStyle style) {
  const std::string author = visible(message.username.value_or(std::string(kNothing)));
  const std::string content = visible(message.content);
  if (style == LineStyle::kColumns) {
    return fmt::format("{}\t{}\t{}\t{}", visible(message.created_at), seq_of(message), author, content);
  }
  return fmt::format("{}  {:>6}  {:<12}  {}", local_time(message.created_at), seq_of(message), author, content);
}

std::string format_receipt(const Received& message, LineStyle style) {
  const std::string pos = visible(message.pos);
  if (style == LineStyle::kColumns) {
    return fmt::format("{}\t{}\t{}", visible(message.created_at), pos, seq_of(message));
  }
  return fmt::format("{}  {}  {}", local_time(message.created_at), pos, seq_of(message));
}

}  // namespace vestnik::cli
