#include "api/rpc/request.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "api/transcoder/json_codec.hpp"

namespace vestnik::api::rpc {
namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::error_code;

// A batch, a call and 32 levels of params.
constexpr int kRequestDepthMax = 34;
constexpr std::size_t kIdBytesMax = 256;
constexpr std::size_t kMethodBytesMax = 128;

constexpr std::string_view kBlank = " \t\r\n";

std::string_view trimmed(std::string_view token) {
  return token.substr(0, token.find_last_not_of(kBlank) + 1);
}

// RFC 8259, section 6. Ours, because simdjson refuses numbers that fit none of its types.
bool is_number(std::string_view text) {
  const auto skip_digits = [&text] {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(digits);
    return digits;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool zero = text.starts_with('0');
  const std::size_t whole = skip_digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (skip_digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (skip_digits() == 0) return false;
  }
  return text.empty();
}

// Walks through a value, or the document, so that every part of its syntax has been looked at.
template <typename Value>
error_code check_syntax(Value& value, int depth) {
  ondemand::json_type type;
  if (const auto error = value.type().get(type)) return error;
  switch (type) {
    case ondemand::json_type::object: {
      ondemand::object object;
      if (depth == kRequestDepthMax) return simdjson::DEPTH_ERROR;
      if (const auto error = value.get_object().get(object)) return error;
      for (auto member : object) {
        std::string_view name;
        ondemand::value inner;
        if (const auto error = member.unescaped_key().get(name)) return error;
        if (const auto error = member.value().get(inner)) return error;
        if (const auto error = check_syntax(inner, depth + 1)) return error;
      }
      return simdjson::SUCCESS;
    }
    case ondemand::json_type::array: {
      ondemand::array array;
      if (depth == kRequestDepthMax) return simdjson::DEPTH_ERROR;
      if (const auto error = value.get_array().get(array)) return error;
      for (auto element : array) {
        ondemand::value inner;
        if (const auto error = element.get(inner)) return error;
        if (const auto error = check_syntax(inner, depth + 1)) return error;
      }
      return simdjson::SUCCESS;
    }
    case ondemand::json_type::string:
      return value.get_string().error();
    case ondemand::json_type::boolean:
      return value.get_bool().error();
    case ondemand::json_type::null: {
      bool null = false;
      if (const auto error = value.is_null().get(null)) return error;
      return null ? simdjson::SUCCESS : simdjson::N_ATOM_ERROR;
    }
    case ondemand::json_type::number: {
      std::string_view token;
      if (const auto error = simdjson::simdjson_result<std::string_view>(value.raw_json_token()).get(token))
        return error;
      return is_number(trimmed(token)) ? simdjson::SUCCESS : simdjson::NUMBER_ERROR;
    }
  }
  return simdjson::TAPE_ERROR;
}

Refusal invalid_call(std::string field, std::string reason, std::string id = "null") {
  return {Code::kInvalidRequest, invalid(std::move(field), std::move(reason)).error(), std::move(id)};
}

Refusal malformed(error_code code) {
  const std::string_view reason = code == simdjson::DEPTH_ERROR  ? "the nesting is deeper than 32 levels of params"
                                  : code == simdjson::UTF8_ERROR ? "it is not valid UTF-8"
                                  : code == simdjson::EMPTY      ? "it is empty"
                                                                 : "its syntax is wrong";
  return {Code::kParseError,
          {.code = ErrorCode::kInvalidArgument,
           .detail = fmt::format("The text is not JSON that can be read: {}.", reason)}};
}

Refusal no_call() {
  return {Code::kInvalidRequest,
          {.code = ErrorCode::kInvalidArgument, .detail = "The text must be a call or an array of calls."}};
}

// The members of one call, as far as they have been read. Their syntax is known to be right.
class CallReader {
 public:
  Item read(ondemand::value value) {
    ondemand::json_type type;
    ondemand::object object;
    if (value.type().get(type) != simdjson::SUCCESS || type != ondemand::json_type::object ||
        value.get_object().get(object) != simdjson::SUCCESS) {
      return std::unexpected(
          Refusal{Code::kInvalidRequest, {.code = ErrorCode::kInvalidArgument, .detail = "A call must be an object."}});
    }
    return read(object);
  }

  // Reads to the end even after a fault: the id may follow it.
  Item read(ondemand::object& object) {
    for (auto member : object) {
      std::string_view name;
      ondemand::value value;
      ondemand::json_type type{};
      if (member.unescaped_key().get(name) != simdjson::SUCCESS || member.value().get(value) != simdjson::SUCCESS ||
          value.type().get(type) != simdjson::SUCCESS) {
        continue;
      }
      take(name, value, type);
    }
    if (!version_) note("jsonrpc", "missing; give \"2.0\"");
    if (!method_) note("method", "missing; give the name of a method, such as \"chat.SendMessage\"");
    if (!fault_) return Request{id_.value_or(""), *std::move(method_), std::move(params_)};
    fault_->id = id_.value_or("null");
    return std::unexpected(*std::move(fault_));
  }

 private:
  void note(std::string_view field, std::string_view reason, Code code = Code::kInvalidRequest) {
    if (fault_) return;  // the first one is told
    fault_ = invalid_call(std::string(field), std::string(reason));
    fault_->code = code;
  }

  void take(std::string_view name, ondemand::value& value, ondemand::json_type type) {
    if (name == "jsonrpc") {
      std::string_view version;
      if (version_) return note(name, "the name appears twice; give it once");
      version_ = true;
      if (type != ondemand::json_type::string || value.get_string().get(version) != simdjson::SUCCESS ||
          version != "2.0") {
        note(name, "must be the text \"2.0\"");
      }
    } else if (name == "method") {
      take_method(value, type);
    } else if (name == "params") {
      take_params(value, type);
    } else if (name == "id") {
      take_id(value, type);
    } else {
      note(name.size() <= kMethodBytesMax ? name : "...",
           "a call has no such member; it has jsonrpc, method, params and id");
    }
  }

  void take_method(ondemand::value& value, ondemand::json_type type) {
    std::string_view method;
    if (method_) return note("method", "the name appears twice; give it once");
    method_.emplace();
    if (type != ondemand::json_type::string || value.get_string().get(method) != simdjson::SUCCESS) {
      return note("method", "must be a text, such as \"chat.SendMessage\"");
    }
    if (method.size() > kMethodBytesMax) return note("method", "is longer than any method's name");
    method_ = method;
  }

  void take_params(ondemand::value& value, ondemand::json_type type) {
    if (std::exchange(has_params_, true)) return note("params", "the name appears twice; give it once");
    if (type == ondemand::json_type::null) return;  // as everywhere in the API: absent
    ondemand::object object;
    std::string_view json;
    if (type != ondemand::json_type::object || value.get_object().get(object) != simdjson::SUCCESS ||
        object.raw_json().get(json) != simdjson::SUCCESS) {
      return note("params", "must be an object with the fields of the request", Code::kInvalidParams);
    }
    params_ = trimmed(json);
  }

  void take_id(ondemand::value& value, ondemand::json_type type) {
    const std::string_view token = trimmed(value.raw_json_token());
    if (id_) return note("id", "the name appears twice; give it once");
    id_ = "null";
    const bool is_id =
        type == ondemand::json_type::string || type == ondemand::json_type::number || type == ondemand::json_type::null;
    if (!is_id) return note("id", "must be a text, a number or null");
    if (token.size() > kIdBytesMax) return note("id", fmt::format("is longer than {} bytes", kIdBytesMax));
    id_ = token;
  }

  bool version_ = false;
  bool has_params_ = false;
  std::optional<std::string> method_;
  std::optional<std::string> id_;
  std::string params_;
  std::optional<Refusal> fault_;
};

Calls refused(Refusal refusal) {
  Calls calls;
  calls.items.emplace_back(std::unexpected(std::move(refusal)));
  return calls;
}

Calls read_batch(ondemand::array& array, std::size_t batch_max) {
  Calls calls{.items = {}, .batch = true};
  for (auto element : array) {
    ondemand::value value;
    if (const auto error = element.get(value)) return refused(malformed(error));
    if (calls.items.size() == batch_max) {
      return refused({Code::kInvalidRequest,
                      {.code = ErrorCode::kResourceExhausted,
                       .detail = fmt::format("A batch has at most {} calls; send several.", batch_max)}});
    }
    calls.items.push_back(CallReader().read(value));
  }
  if (calls.items.empty()) {
    return refused({Code::kInvalidRequest,
                    {.code = ErrorCode::kInvalidArgument, .detail = "A batch must have at least one call."}});
  }
  return calls;
}

// What a thread keeps from one text to the next; simdjson reads a little past the end.
struct RequestWorkspace {
  ondemand::parser parser;
  std::string padded;
};

}  // namespace

Calls parse_calls(std::string_view text, std::size_t batch_max) {
  text = skip_byte_order_mark(text);
  thread_local RequestWorkspace workspace;
  std::string& padded = workspace.padded;
  padded.assign(text).append(simdjson::SIMDJSON_PADDING, ' ');
  ondemand::document document;
  if (const auto error = workspace.parser.iterate(padded.data(), text.size(), padded.size()).get(document)) {
    return refused(malformed(error));
  }
  // First all of the syntax, since one wrong byte makes the whole text no JSON; then what it says.
  if (is_number(trimmed(text.substr(std::min(text.find_first_not_of(kBlank), text.size()))))) return refused(no_call());
  if (const auto error = check_syntax(document, 0)) return refused(malformed(error));
  const char* rest = nullptr;
  if (document.current_location().get(rest) == simdjson::SUCCESS) return refused(malformed(simdjson::TRAILING_CONTENT));
  document.rewind();

  ondemand::array array;
  ondemand::object object;
  if (document.get_array().get(array) == simdjson::SUCCESS) return read_batch(array, batch_max);
  if (document.get_object().get(object) != simdjson::SUCCESS) {
    return refused(no_call());
  }
  Calls calls;
  calls.items.push_back(CallReader().read(object));
  return calls;
}

}  // namespace vestnik::api::rpc
