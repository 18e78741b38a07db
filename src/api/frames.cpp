#include "api/frames.hpp"

#include <google/protobuf/descriptor.h>

#include <variant>

#include "api/convert.hpp"
#include "api/rpc/answer.hpp"
#include "api/transcoder/json_codec.hpp"

namespace vestnik::api {
namespace {

constexpr std::size_t kHeaderMax = 10;

// Writes the header of an unmasked frame and returns its length.
std::size_t put_header(char* header, Opcode opcode, std::size_t length) {
  header[0] = static_cast<char>(0x80 | static_cast<unsigned char>(opcode));
  if (length < 126) {
    header[1] = static_cast<char>(length);
    return 2;
  }
  const std::size_t bytes = length <= 0xFFFF ? 2 : 8;
  header[1] = static_cast<char>(bytes == 2 ? 126 : 127);
  for (std::size_t i = 0; i < bytes; ++i) header[2 + i] = static_cast<char>(length >> (8 * (bytes - 1 - i)));
  return 2 + bytes;
}

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

void encode_websocket(std::string& out, const chat::RoomInfo& room, const chat::Event& event) {
  thread_local std::string json;
  json.clear();
  append_event_json(json, filled(room, event));
  append_websocket_frame(out, Opcode::kText, json);
}

void encode_server_sent(std::string& out, const chat::RoomInfo& room, const chat::Event& event) {
  const contract::SubscribeEvent& told = filled(room, event);
  if (told.has_message()) {
    out.append("id: ").append(told.message().pos()).append("\ndata: ");
    append_json(out, told.message());
  } else {
    out.append("event: ").append(chat::kind_of(event)).append("\nid: ");
    chat::append_position(out, room.epoch, event.n);
    out += "\ndata: ";
    append_json_field(out, told, *field_of(told));
  }
  out += "\n\n";
}

void encode_protobuf(std::string& out, const chat::RoomInfo& room, const chat::Event& event) {
  filled(room, event).AppendToString(&out);
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
      rpc::append_event(out, room, event);
      break;
  }
}

}  // namespace

live::Encoders event_encoders() {
  return {encode_websocket, encode_server_sent, encode_protobuf, rpc::encode_event};
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

void append_websocket_frame(std::string& out, Opcode opcode, std::string_view payload) {
  char header[kHeaderMax];
  out.append(header, put_header(header, opcode, payload.size()));
  out += payload;
}

}  // namespace vestnik::api
