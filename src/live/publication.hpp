// An event that was committed, on its way to those who follow its topic.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "live/encoding.hpp"
#include "live/topic.hpp"

namespace vestnik::live {

// Each kind of topic has its own, which knows what its events look like. Refers to what belongs to its publisher.
class Publication {
 public:
  // `n`: its position. `request_id`: of the call that made it, for the log; empty when there was none.
  Publication(const Topic& topic, std::int64_t n, std::string_view request_id)
      : topic_(&topic), n_(n), request_id_(request_id) {}
  virtual ~Publication() = default;

  const Topic& topic() const { return *topic_; }
  std::int64_t n() const { return n_; }
  std::string_view request_id() const { return request_id_; }

  // Appends the event as a frame.
  virtual void append_frame(std::string& out, Encoding encoding) const = 0;

 protected:
  Publication(const Publication&) = default;
  Publication& operator=(const Publication&) = default;

 private:
  const Topic* topic_;
  std::int64_t n_;
  std::string_view request_id_;
};

}  // namespace vestnik::live
