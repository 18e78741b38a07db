// What time brings about: rooms whose time to live has passed are closed, and those of guests in which nobody writes
// any more; expired sessions end, guests who have gone leave their rooms, and what closed rooms and messages have left
// behind is removed, a piece at a time. What fails is tried
// again; the storage tells of it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "chat/attachment_service.hpp"
#include "chat/chat_store.hpp"
#include "chat/message_writer.hpp"
#include "chat/room_directory.hpp"
#include "chat/sessions.hpp"
#include "runtime/blocking_pool.hpp"
#include "runtime/cores.hpp"

namespace vestnik::chat {

class Housekeeper {
 public:
  // `guest_room_ttl`: after the last message in the room of a guest; 0: it stays.
  Housekeeper(ChatStore& store, const RoomDirectory& rooms, Sessions& sessions, AttachmentService& attachments,
              MessageWriter& writer, runtime::BlockingPool& pool, std::chrono::milliseconds guest_room_ttl, Clock clock,
              Metrics& metrics)
      : store_(store),
        rooms_(rooms),
        sessions_(sessions),
        attachments_(attachments),
        writer_(writer),
        pool_(pool),
        guest_room_ttl_(guest_room_ttl),
        clock_(std::move(clock)),
        expired_(metrics.counter("rooms_expired_total", "Rooms closed because their time to live had passed.")) {}

  // Looks four times a second, for as long as the core runs. While nothing is due, a look costs less than a
  // microsecond.
  Task<void> run(runtime::Core& core);
  // The writer and the pool are about to stop: from now on nothing is begun. Any thread.
  void stop() { stopping_ = true; }

 private:
  void close_expired(runtime::Core& core);
  Task<void> close_idle(runtime::Core& core);
  void close(runtime::Core& core, RoomPtr room);
  Task<void> let_guests_leave(runtime::Core& core);
  Task<void> sweep_closed();
  Task<void> remove_attachments();

  ChatStore& store_;
  const RoomDirectory& rooms_;
  Sessions& sessions_;
  AttachmentService& attachments_;
  MessageWriter& writer_;
  runtime::BlockingPool& pool_;
  std::chrono::milliseconds guest_room_ttl_;
  std::chrono::steady_clock::time_point next_idle_look_;
  Clock clock_;
  Counter& expired_;
  std::atomic<bool> stopping_{false};
  std::set<RoomId> closing_;              // their change is under way
  std::uint64_t swept_for_ = 0;           // RoomDirectory::leftovers() when nothing was left
  bool leftovers_of_earlier_run_ = true;  // perhaps
};

}  // namespace vestnik::chat
