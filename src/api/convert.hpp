// Domain values as contract messages.
#pragma once

#include "chat/types.hpp"
#include "live/resume.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace vestnik::api {

namespace contract = ::vestnik::chat::v1;

void to_contract(const chat::User& user, contract::User& out);
void to_contract(const chat::Room& room, contract::Room& out);
void to_contract(const chat::RoomInfo& room, const chat::Message& message, contract::Message& out);
void to_contract(const chat::RoomInfo& room, const live::ResumePlan& plan, contract::Subscribed& out);
void to_contract(const chat::RoomInfo& room, const live::Gap& gap, contract::Gap& out);

}  // namespace vestnik::api
