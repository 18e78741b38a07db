// The events of rooms as frames, and what one subscriber of a room alone is told.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "chat/committed.hpp"
#include "live/publication.hpp"
#include "live/resume.hpp"

namespace vestnik::api {

// In a WebSocket frame as JSON, a server-sent event, a serialised SubscribeEvent, a JSON-RPC notification "chat.Event".
// On WebSockets and event streams a new message stands for itself, every other event under its name in the contract.
class RoomEvent final : public live::Publication {
 public:
  RoomEvent(const chat::OpenRoom& room, const chat::Event& event, std::string_view request_id = {})
      : Publication(room, event.n, request_id), room_(&room), event_(&event) {}

  void append_frame(std::string& out, live::Encoding encoding) const override;

 private:
  const chat::OpenRoom* room_;
  const chat::Event* event_;
};

std::vector<RoomEvent> room_events(std::span<const chat::Committed> batch);

void append_subscribed(std::string& out, live::Encoding encoding, const chat::RoomInfo& room,
                       const live::ResumePlan& plan);
void append_gap(std::string& out, live::Encoding encoding, const chat::RoomInfo& room, const live::Gap& gap);

}  // namespace vestnik::api
