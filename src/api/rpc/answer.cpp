#include "api/rpc/answer.hpp"

#include <utility>

#include "api/frames.hpp"
#include "api/transcoder/json_codec.hpp"
#include "api/transcoder/problem.hpp"
#include "base/json_text.hpp"

namespace vestnik::api::rpc {
namespace {

void begin_answer(std::string& out, std::string_view id) {
  out.append(R"({"jsonrpc":"2.0","id":)").append(id);
}

}  // namespace

void append_result(std::string& out, std::string_view id, const google::protobuf::Message& result) {
  begin_answer(out, id);
  out += R"(,"result":)";
  append_json(out, result);
  out += '}';
}

void append_error(std::string& out, std::string_view id, Code code, const Error& error, std::string_view request_id) {
  begin_answer(out, id);
  out.append(R"(,"error":{"code":)").append(std::to_string(std::to_underlying(code))).append(R"(,"message":)");
  append_json_string(out, error.detail);
  out += R"(,"data":)";
  append_problem_json(out, error, http_status(error.code), request_id);
  if (error.retry_after.count() > 0) {
    out.pop_back();
    out.append(R"(,"retry_after":)").append(std::to_string(error.retry_after.count())).append("}");
  }
  out += "}}";
}

void append_notification(std::string& out, std::string_view method, const google::protobuf::Message& params) {
  std::string json = R"({"jsonrpc":"2.0","method":")";
  json.append(method).append(R"(","params":)");
  append_json(json, params);
  json += '}';
  append_websocket_frame(out, Opcode::kText, json);
}

}  // namespace vestnik::api::rpc
