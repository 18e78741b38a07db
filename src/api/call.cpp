#include "api/call.hpp"

#include <fmt/format.h>

namespace vestnik::api {

Result<void> check_answer(std::size_t bytes, std::size_t answer_bytes_max) {
  if (bytes <= answer_bytes_max) return {};
  return over_limit(
      "max-answer-bytes",
      fmt::format("the answer has {} bytes, more than --max-answer-bytes allows; ask for less with limit", bytes));
}

}  // namespace vestnik::api
