#include "cli/message_line.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <simdjson.h>

#include <ctime>

#include "base/clock.hpp"
#include "base/visible.hpp"
#include "cli/json_field.hpp"

namespace vestnik::cli {
namespace {

std::string seq_of(const Received& message) {
  return message.client_seq ? std::to_string(*message.client_seq) : std::string(kNothing);
}

std::vector<std::string> files_of(simdjson::dom::element message) {
  std::vector<std::string> names;
  const auto attachments = field<simdjson::dom::array>(message, "attachments");
  if (!attachments) return names;
  for (const auto attachment : *attachments)
    names.emplace_back(field<std::string_view>(attachment, "name").value_or(""));
  return names;
}

// For eyes: the text and what belongs to it.
std::string shown(const Received& message) {
  std::string text = visible(message.content);
  for (const std::string& name : message.files) text += fmt::format("{}[{}]", text.empty() ? "" : " ", visible(name));
  if (message.deleted) return text + "(deleted)";
  return message.edited ? text + " (edited)" : text;
}

}  // namespace

Result<Received> parse_message(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element object;
  if (parser.parse(simdjson::padded_string(json)).get(object) == simdjson::SUCCESS) {
    const auto pos = field<std::string_view>(object, "pos");
    const auto created_at = field<std::string_view>(object, "created_at");
    const auto content = field<std::string_view>(object, "content");
    const auto username = field<std::string_view>(object, "username");
    if (pos && created_at && content) {
      return Received{.id = field<std::int64_t>(object, "id").value_or(0),
                      .pos = std::string(*pos),
                      .created_at = std::string(*created_at),
                      .client_seq = field<std::int64_t>(object, "client_seq"),
                      .user_id = field<std::int64_t>(object, "user_id"),
                      .username = username ? std::optional<std::string>(*username) : std::nullopt,
                      .content = std::string(*content),
                      .files = files_of(object),
                      .edited = field<std::string_view>(object, "edited_at").has_value(),
                      .deleted = field<bool>(object, "deleted").value_or(false)};
    }
  }
  return fail(ErrorCode::kInternal, "the server sent something that is not a message");
}

std::string local_second(std::string_view rfc3339) {
  const auto time = parse_rfc3339(rfc3339);
  if (!time) return visible(rfc3339);
  const std::time_t since_epoch = std::chrono::floor<std::chrono::seconds>(*time).time_since_epoch().count();
  std::tm parts{};
  localtime_r(&since_epoch, &parts);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", parts);
}

std::string local_time(std::string_view rfc3339) {
  const auto time = parse_rfc3339(rfc3339);
  if (!time) return visible(rfc3339);
  const auto fraction = *time - std::chrono::floor<std::chrono::seconds>(*time);
  return fmt::format("{}.{:03}", local_second(rfc3339), fraction / std::chrono::milliseconds(1));
}

std::string align(std::string_view time, std::string_view seq, std::string_view author, std::string_view text) {
  return fmt::format("{:23}  {:>6}  {:<12}  {}", time, seq, author, text);
}

std::string format_line(const Received& message, LineStyle style) {
  const std::string author = visible(message.username.value_or(std::string(kNothing)));
  if (style == LineStyle::kColumns) {
    return fmt::format("{}\t{}\t{}\t{}", visible(message.created_at), seq_of(message), author,
                       visible(message.content));
  }
  return align(local_time(message.created_at), seq_of(message), author, shown(message));
}

std::string format_receipt(const Received& message, LineStyle style) {
  const std::string pos = visible(message.pos);
  if (style == LineStyle::kColumns) {
    return fmt::format("{}\t{}\t{}", visible(message.created_at), pos, seq_of(message));
  }
  return fmt::format("{}  {}  {}", local_time(message.created_at), pos, seq_of(message));
}

}  // namespace vestnik::cli
