// What /health tells of the storage and of the time.
#pragma once

#include "api/ops_api.hpp"
#include "base/server_clock.hpp"
#include "base/store_failures.hpp"
#include "chat/chat_service.hpp"
#include "storage/delivery_store.hpp"

namespace vestnik::app {

// Blocks. Errors: the storage fails.
Result<api::Component::State> look_at_store(chat::ChatStore& store, const StoreFailures& failures);
// Blocks. Never an error: the chat goes on without them.
Result<api::Component::State> look_at_deliveries(storage::DeliveryStore& store);
Result<api::Component::State> look_at_clock(const ServerClock& clock, const chat::ChatService& chat);

// Logs when messages begin to be dated ahead of the clock, and when the clock has caught up.
class TimeWatch {
 public:
  explicit TimeWatch(const chat::ChatService& chat) : chat_(chat) {}

  void look();

 private:
  const chat::ChatService& chat_;
  bool was_ahead_ = false;
};

}  // namespace vestnik::app
