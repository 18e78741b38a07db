#include "api/room_events.hpp"

#include <google/protobuf/descriptor.h>

#include <variant>

#include "api/convert.hpp"
#include "api/frames.hpp"
#include "api/transcoder/json_codec.hpp"
#include "base/json_text.hpp"

namespace vestnik::api {
namespace {

// The field of the oneof that is set.
const google::protobuf::FieldDescriptor* field_of(const contract::SubscribeEvent& event) {
  return event.GetReflection()->GetOneofFieldDescriptor(event, event.GetDescriptor()->oneof_decl(0));
}

// The scratch event of a thread: its strings keep their memory from one event to the next.
const contract::SubscribeEvent& filled(const chat::RoomInfo& room, const chat::Event& event) {
  thread_local contract::SubscribeEvent scratch;
  // Clear() would drop the message inside a oneof; most events are messages, and theirs is filled again in place.
  if (scratch.event_case() == contract::SubscribeEvent::kMessage &&
      std::holds_alternative<chat::MessageSent>(event.what)) {
    scratch.mutable_message()->Clear();
  } else {
    scratch.Clear();
  }
  to_contract(room, event, scratch);
  return scratch;
}

// A message bare, anything else as {"edited":{...}}.
void append_event_json(std::string& out, const contract::SubscribeEvent& event) {
  event.has_message() ? append_json(out, event.message()) : append_json(out, event);
}

void append_websocket(std::string& out, const contract::SubscribeEvent& event) {
  thread_local std::string json;
  json.clear();
  append_event_json(json, event);
  append_websocket_frame(out, Opcode::kText, json);
}

void append_server_sent(std::string& out, const chat::RoomInfo& room, const chat::Event& event,
                        const contract::SubscribeEvent& told) {
  if (told.has_message()) {
    out.append("id: ").append(told.message().pos()).append("\ndata: ");
    append_json(out, told.message());
  } else {
    out.append("event: ").append(chat::kind_of(event)).append("\nid: ");
    append_position(out, room.epoch, event.n);
    out += "\ndata: ";
    append_json_field(out, told, *field_of(told));
  }
  out += "\n\n";
}

// A "chat.Event" with the name and the id of its room.
void append_rpc(std::string& out, const chat::RoomInfo& room, const contract::SubscribeEvent& event) {
  thread_local std::string json;
  json.clear();
  json += R"({"jsonrpc":"2.0","method":"chat.Event","params":{"room":)";
  append_json_string(json, room.name);
  json += R"(,"room_id":)";
  append_json_string(json, room.id);
  const std::size_t brace = json.size();
  append_json(json, event);
  json[brace] = ',';  // the members of the event go on in the same object
  json += "}";
  append_websocket_frame(out, Opcode::kText, json);
}

// A control frame in each encoding: {"name":{...}} in a WebSocket frame, an event of that name, a SubscribeEvent, a
// notification.
template <typename Body>
void append_control(std::string& out, live::Encoding encoding, const chat::RoomInfo& room, std::string_view name,
                    std::string_view id, const Body& body, const contract::SubscribeEvent& event) {
  std::string json;
  append_json(json, body);
  switch (encoding) {
    case live::Encoding::kWebSocket: {
      std::string object = "{\"";
      object.append(name).append("\":").append(json).append("}");
      append_websocket_frame(out, Opcode::kText, object);
      break;
    }
    case live::Encoding::kServerSentEvents:
      out.append("event: ").append(name).append("\nid: ").append(id).append("\ndata: ").append(json).append("\n\n");
      break;
    case live::Encoding::kProtobuf:
      event.AppendToString(&out);
      break;
    case live::Encoding::kJsonRpc:
      append_rpc(out, room, event);
      break;
  }
}

}  // namespace

void RoomEvent::append_frame(std::string& out, live::Encoding encoding) const {
  const contract::SubscribeEvent& event = filled(*room_, *event_);
  switch (encoding) {
    case live::Encoding::kWebSocket:
      return append_websocket(out, event);
    case live::Encoding::kServerSentEvents:
      return append_server_sent(out, *room_, *event_, event);
    case live::Encoding::kProtobuf:
      event.AppendToString(&out);
      return;
    case live::Encoding::kJsonRpc:
      return append_rpc(out, *room_, event);
  }
}

std::vector<RoomEvent> room_events(std::span<const chat::Committed> batch) {
  std::vector<RoomEvent> events;
  events.reserve(batch.size());
  for (const auto& [room, event, request_id] : batch) events.emplace_back(*room, *event, *request_id);
  return events;
}

void append_subscribed(std::string& out, live::Encoding encoding, const chat::RoomInfo& room,
                       const live::ResumePlan& plan) {
  contract::SubscribeEvent event;
  auto& subscribed = *event.mutable_subscribed();
  to_contract(room, plan, subscribed);
  append_control(out, encoding, room, "subscribed", subscribed.pos(), subscribed, event);
}

void append_gap(std::string& out, live::Encoding encoding, const chat::RoomInfo& room, const live::Gap& gap) {
  contract::SubscribeEvent event;
  auto& told = *event.mutable_gap();
  to_contract(room, gap, told);
  append_control(out, encoding, room, "gap", told.to(), told, event);
}

}  // namespace vestnik::api
