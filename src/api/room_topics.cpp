#include "api/room_topics.hpp"

#include <utility>

#include "api/convert.hpp"
#include "api/room_events.hpp"

namespace vestnik::api {
namespace {

constexpr std::int32_t kPage = 500;
constexpr std::int64_t kPageBytes = 256 * 1024;  // a page stays in memory until its readers have taken it

// Whatever is followed as this kind is a room or stands for the list.
const chat::OpenRoom& room_of(const live::Topic& topic) {
  return static_cast<const chat::OpenRoom&>(topic);
}

}  // namespace

Result<TopicKind::State> RoomTopics::read_state(const live::Topic& topic) const {
  auto read = history_.read_room(room_of(topic));
  if (!read) return error_of(read);
  return State{.floor_n = read->floor, .head_n = read->counter};
}

Result<TopicKind::Page> RoomTopics::read_page(const live::Topic& topic, live::Encoding encoding,
                                              std::int64_t next_n) const {
  const chat::OpenRoom& room = room_of(topic);
  auto events = history_.read_events(room, next_n - 1, kPage, kPageBytes);
  if (!events) return error_of(events);
  auto page = std::make_shared<live::TopicLog>();
  std::string frame;
  for (const chat::Event& event : *events) {
    frame.clear();
    RoomEvent(room, event).append_frame(frame, encoding);
    page->append(event.n, frame);
    if (std::cmp_greater_equal(page->bytes(), kPageBytes)) break;
  }
  return page;
}

void RoomTopics::append_subscribed(std::string& out, live::Encoding encoding, const live::Topic& topic,
                                   const live::ResumePlan& plan) const {
  api::append_subscribed(out, encoding, room_of(topic), plan);
}

void RoomTopics::append_gap(std::string& out, live::Encoding encoding, const live::Topic& topic,
                            const live::Gap& gap) const {
  api::append_gap(out, encoding, room_of(topic), gap);
}

void RoomTopics::fill_subscribed(google::protobuf::Message& answer, const live::Topic& topic,
                                 const live::ResumePlan& plan) const {
  to_contract(room_of(topic), plan, static_cast<contract::Subscribed&>(answer));
}

const chat::OpenRoom* as_room(const live::Topic& topic) {
  return topic.topic_id() == chat::kRoomsLog ? nullptr : dynamic_cast<const chat::OpenRoom*>(&topic);
}

}  // namespace vestnik::api
