// Rooms, and the list of rooms, as live connections follow them.
#pragma once

#include "api/topic_kind.hpp"
#include "chat/history.hpp"

namespace vestnik::api {

class RoomTopics final : public TopicKind {
 public:
  explicit RoomTopics(const chat::History& history) : history_(history) {}

  Result<State> read_state(const live::Topic& topic) const override;
  Result<Page> read_page(const live::Topic& topic, live::Encoding encoding, std::int64_t next_n) const override;
  void append_subscribed(std::string& out, live::Encoding encoding, const live::Topic& topic,
                         const live::ResumePlan& plan) const override;
  void append_gap(std::string& out, live::Encoding encoding, const live::Topic& topic,
                  const live::Gap& gap) const override;
  void fill_subscribed(google::protobuf::Message& answer, const live::Topic& topic,
                       const live::ResumePlan& plan) const override;

 private:
  const chat::History& history_;
};

// The room that is followed; nullptr when it is no room but something else. Not the list of rooms.
const chat::OpenRoom* as_room(const live::Topic& topic);

}  // namespace vestnik::api
