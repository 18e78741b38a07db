// What live connections must know of what they follow.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "live/encoding.hpp"
#include "live/feed.hpp"
#include "live/resume.hpp"
#include "live/topic.hpp"
#include "live/topic_log.hpp"

namespace google::protobuf {
class Message;
}

namespace vestnik::api {

// One for each kind of topic, and lives as long as its topics are followed. Any thread.
class TopicKind {
 public:
  struct State {
    std::int64_t floor_n = 0;  // history is complete after it
    std::int64_t head_n = 0;   // the newest position
  };
  using Page = std::shared_ptr<const live::TopicLog>;

  virtual ~TopicKind() = default;

  // Block, waiting for the storage. Errors: unavailable, deadline_exceeded.
  virtual Result<State> read_state(const live::Topic& topic) const = 0;
  // Some of the frames from position `next_n` on.
  virtual Result<Page> read_page(const live::Topic& topic, live::Encoding encoding, std::int64_t next_n) const = 0;

  // Frames of one subscriber alone: where its stream begins, and what it does not get.
  virtual void append_subscribed(std::string& out, live::Encoding encoding, const live::Topic& topic,
                                 const live::ResumePlan& plan) const = 0;
  virtual void append_gap(std::string& out, live::Encoding encoding, const live::Topic& topic,
                          const live::Gap& gap) const = 0;
  // The same beginning as the answer to the call that asked for it; `answer` is empty, and of the type that
  // Methods::add_stream() was told.
  virtual void fill_subscribed(google::protobuf::Message& answer, const live::Topic& topic,
                               const live::ResumePlan& plan) const = 0;
};

// What is followed.
struct Subject {
  live::TopicPtr topic;
  const TopicKind* kind = nullptr;
};

}  // namespace vestnik::api
