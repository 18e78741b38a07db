// Answers that are too long to be made at once, or on a core.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "api/call.hpp"
#include "api/http/body.hpp"
#include "api/transcoder/route_table.hpp"
#include "runtime/blocking_pool.hpp"

namespace vestnik::api::http {

// An array in pieces is held a piece at a time: as the storage gave it, as a message, and as JSON.
inline constexpr std::size_t kPiecesHeld = 4;

// encode_response() on the pool.
Task<Result<void>> encode_on_pool(runtime::BlockingPool& pool, const Route& route,
                                  const google::protobuf::Message& answer, std::string& out);

// What follows the beginning of an array, without its last bracket: `call.rest`, and that bracket. What it is given,
// apart from `call`, must outlive it.
class Pieces final : public BodyStream {
 public:
  Pieces(runtime::BlockingPool& pool, const Route& route, const google::protobuf::Message& prototype, Call& call);

  Task<Result<std::string>> next() override;

 private:
  Task<Result<std::string>> make_piece();

  runtime::BlockingPool& pool_;
  const Route& route_;
  const google::protobuf::Message& prototype_;
  Call call_;
  bool has_ended_ = false;
};

// The client learns no more than the request id.
Error internal_error();

}  // namespace vestnik::api::http
