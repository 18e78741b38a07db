#include "api/frames.hpp"

#include "api/convert.hpp"
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

// The scratch messages of a thread: their strings keep their memory from one message to the next.
contract::Message& scratch_message() {
  thread_local contract::Message message;
  message.Clear();
  return message;
}

void encode_websocket(std::string& out, const chat::RoomInfo& room, const chat::Message& message) {
  thread_local std::string json;
  contract::Message& scratch = scratch_message();
  to_contract(room, message, scratch);
  json.clear();
  append_json(json, scratch);
  append_websocket_frame(out, Opcode::kText, json);
}

void encode_event(std::string& out, const chat::RoomInfo& room, const chat::Message& message) {
  contract::Message& scratch = scratch_message();
  to_contract(room, message, scratch);
  out += "id: ";
  out += scratch.pos();
  out += "\ndata: ";
  append_json(out, scratch);
  out += "\n\n";
}

void encode_protobuf(std::string& out, const chat::RoomInfo& room, const chat::Message& message) {
  contract::SubscribeEvent event;
  to_contract(room, message, *event.mutable_message());
  event.AppendToString(&out);
}

// A control frame in the three encodings: {"name":{...}} in a WebSocket frame, an event of that name, a SubscribeEvent.
template <typename Body>
void append_control(std::string& out, live::Encoding encoding, std::string_view name, std::string_view id,
                    const Body& body, const contract::SubscribeEvent& event) {
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
  }
}

}  // namespace

live::Encoders message_encoders() {
  return {encode_websocket, encode_event, encode_protobuf};
}

void append_subscribed(std::string& out, live::Encoding encoding, const chat::RoomInfo& room,
                       const live::ResumePlan& plan) {
  contract::SubscribeEvent event;
  auto& subscribed = *event.mutable_subscribed();
  to_contract(room, plan, subscribed);
  append_control(out, encoding, "subscribed", subscribed.pos(), subscribed, event);
}

void append_gap(std::string& out, live::Encoding encoding, const chat::RoomInfo& room, const live::Gap& gap) {
  contract::SubscribeEvent event;
  auto& told = *event.mutable_gap();
  to_contract(room, gap, told);
  append_control(out, encoding, "gap", told.to(), told, event);
}

void append_websocket_frame(std::string& out, Opcode opcode, std::string_view payload) {
  char header[kHeaderMax];
  out.append(header, put_header(header, opcode, payload.size()));
  out += payload;
}

}  // namespace vestnik::api
