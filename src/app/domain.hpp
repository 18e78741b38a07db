// What the server is about, without a connection to anybody: the storages, the chat, and deliveries.
#pragma once

#include <memory>
#include <optional>

#include "app/config.hpp"
#include "base/error.hpp"
#include "base/metrics.hpp"
#include "base/server_clock.hpp"
#include "base/store_failures.hpp"
#include "chat/api_keys.hpp"
#include "chat/attachment_service.hpp"
#include "chat/changes.hpp"
#include "chat/chat_service.hpp"
#include "chat/presence.hpp"
#include "chat/rates.hpp"
#include "chat/room_directory.hpp"
#include "chat/sessions.hpp"
#include "delivery/recipients.hpp"
#include "storage/delivery_store.hpp"
#include "storage/files/blob_store.hpp"
#include "storage/store.hpp"

namespace vestnik::app {

// What every part of a server uses: the time, and the numbers for an operator.
struct Ground {
  explicit Ground(const ServerConfig& config) : clock(config.timeouts.clock_settle), store_failures(metrics) {}

  Clock now() {
    return [this] { return clock.now(); };
  }

  Metrics metrics;
  ServerClock clock;
  StoreFailures store_failures;
};

// Members are destroyed in reverse: whatever is used stands above what uses it.
struct Domain {
  // With all rooms, sessions and keys read. Errors: what keeps the server from starting, as a sentence.
  static Result<std::unique_ptr<Domain>> open(Ground& ground, const ServerConfig& config);

  std::unique_ptr<storage::Store> store;
  chat::Access access;
  chat::Limits limits;
  chat::RoomDirectory rooms;
  chat::ApiKeys keys;
  chat::Sessions sessions;
  chat::Presence presence;
  chat::Rates rates;
  chat::ChatService chat;
  chat::Changes changes;
  std::unique_ptr<storage::FileBlobStore> blobs;
  std::optional<chat::AttachmentService> attachments;
  std::unique_ptr<storage::DeliveryStore> delivery_store;
  std::optional<delivery::Recipients> recipients;

 private:
  Domain(Ground& ground, const ServerConfig& config, std::unique_ptr<storage::Store> opened);
  Result<void> read(Ground& ground, const ServerConfig& config);
};

}  // namespace vestnik::app
