// Awaiting a commit.
#pragma once

#include "api/call.hpp"
#include "chat/changes.hpp"
#include "chat/message_writer.hpp"

namespace vestnik::api {

// Suspends until the writer has committed the change, and resumes on the call's core. Errors: as ChatStore::append.
Task<Result<chat::Appended>> commit(chat::MessageWriter& writer, Call& call, chat::Prepared prepared);

}  // namespace vestnik::api
