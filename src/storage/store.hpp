// A storage: everything that is kept, but the bytes of attachments.
#pragma once

#include "chat/attachment_store.hpp"
#include "chat/chat_store.hpp"
#include "chat/key_store.hpp"
#include "chat/search_store.hpp"

namespace vestnik::storage {

// One object for all ports, since messages and what they refer to change in the same transactions.
class Store : public chat::ChatStore, public chat::AttachmentStore, public chat::SearchStore, public chat::KeyStore {};

}  // namespace vestnik::storage
