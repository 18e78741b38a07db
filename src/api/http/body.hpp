// Bodies that are too large to be held: taken piece by piece as they arrive, given piece by piece as they are sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/error.hpp"
#include "runtime/asio.hpp"

namespace vestnik::api::http {

// A body whose end is not known beforehand: that of a request, of which nothing is read from the client before it is
// asked for, or of an answer, of which nothing is made before the client has taken what came before. On the request's
// core.
class BodyStream {
 public:
  virtual ~BodyStream() = default;

  // The next piece, not empty; an empty one at the end of the body. Errors, after which there is nothing more:
  // resource_exhausted with a violation (longer than allowed), invalid_argument (malformed), cancelled (the client has
  // gone, or was cut off since it was too slow).
  virtual Task<Result<std::string>> next() = 0;
};

// The body of an answer. On the request's core.
class BodySource {
 public:
  virtual ~BodySource() = default;

  // How many bytes read() gives in all.
  virtual std::uint64_t size() const = 0;
  // Fills the front of `piece`, which outlives the call; how many bytes, at least one. An error ends the answer.
  virtual Task<Result<std::size_t>> read(std::span<char> piece) = 0;
};

}  // namespace vestnik::api::http
