// Domain values as contract messages.
#pragma once

#include "base/clock.hpp"
#include "chat/chat_service.hpp"
#include "chat/types.hpp"
#include "live/resume.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace vestnik::api {

namespace contract = ::vestnik::chat::v1;

void to_contract(Time time, google::protobuf::Timestamp& out);
void to_contract(const chat::User& user, contract::User& out);
void to_contract(const chat::RoomView& view, Time now, contract::Room& out);
void to_contract(const chat::OpenedSession& session, contract::Session& out);
void to_contract(const chat::Member& member, contract::Member& out);
void to_contract(const chat::RoomInfo& room, const chat::Message& message, contract::Message& out);
void to_contract(const chat::RoomInfo& room, const chat::Event& event, contract::SubscribeEvent& out);
void to_contract(const chat::RoomInfo& room, const live::ResumePlan& plan, contract::Subscribed& out);
void to_contract(const chat::RoomInfo& room, const live::Gap& gap, contract::Gap& out);

}  // namespace vestnik::api
