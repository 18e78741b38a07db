#include "api/http/pieces.hpp"

#include <google/protobuf/arena.h>
#include <google/protobuf/message.h>

#include <exception>

#include "api/transcoder/transcoder.hpp"
#include "base/log.hpp"

namespace vestnik::api::http {

using google::protobuf::Message;

Task<Result<void>> encode_on_pool(runtime::BlockingPool& pool, const Route& route, const Message& answer,
                                  std::string& out) {
  co_return co_await pool.run([&route, &answer, &out]() -> Result<void> {
    encode_response(route, answer, out);
    return {};
  });
}

Pieces::Pieces(runtime::BlockingPool& pool, const Route& route, const Message& prototype, Call& call)
    : pool_(pool),
      route_(route),
      prototype_(prototype),
      call_{.core = call.core,
            .request_id = call.request_id,
            .answer_bytes_max = call.answer_bytes_max,
            .in_pieces = true,
            .rest = std::move(call.rest)} {}

Task<Result<std::string>> Pieces::next() {
  if (has_ended_) co_return std::string();
  if (call_.rest) {
    try {
      auto piece = co_await make_piece();
      if (!piece) {
        log::warn("an answer was cut short", {{"request_id", call_.request_id}, {"detail", piece.error().detail}});
      }
      if (!piece || !piece->empty()) co_return piece;
    } catch (const std::exception& bug) {
      log::error("exception in a method", {{"request_id", call_.request_id}, {"what", bug.what()}});
      co_return std::unexpected(internal_error());
    }
  }
  has_ended_ = true;
  co_return std::string("]");
}

// Empty when nothing is left.
Task<Result<std::string>> Pieces::make_piece() {
  google::protobuf::Arena arena;
  Message& message = *prototype_.New(&arena);
  const Rest rest = std::exchange(call_.rest, {});
  if (auto done = co_await rest(call_, message); !done) co_return std::unexpected(std::move(done.error()));
  std::string piece;
  auto encoded = co_await encode_on_pool(pool_, route_, message, piece);
  if (!encoded) co_return std::unexpected(std::move(encoded.error()));
  piece.pop_back();
  if (piece == "[") co_return std::string();
  piece.front() = ',';
  co_return piece;
}

Error internal_error() {
  return {.code = ErrorCode::kInternal, .detail = "internal error; the log has more under the request id"};
}

}  // namespace vestnik::api::http
