// A storage: everything that is kept, but the bytes of attachments.
#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "chat/attachment_store.hpp"
#include "chat/chat_store.hpp"
#include "chat/key_store.hpp"
#include "chat/search_store.hpp"

namespace vestnik::storage {

// One object for all ports, since messages and what they refer to change in the same transactions.
class Store : public chat::ChatStore, public chat::AttachmentStore, public chat::SearchStore, public chat::KeyStore {
 public:
  // After a clock was wrong: everything that is dated after `now` is dated `now`. While nobody else uses the storage;
  // takes as long as reading all of it. How many messages were dated anew. Errors: as those of ChatStore.
  virtual Result<std::int64_t> repair_times(Time now) = 0;
};

}  // namespace vestnik::storage
