// One WebSocket of `/rpc`: JSON-RPC 2.0 calls of every method of the contract, and the events of many topics.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/call.hpp"
#include "api/rpc/method_table.hpp"
#include "api/rpc/request.hpp"
#include "api/websocket/socket.hpp"
#include "chat/changes.hpp"
#include "chat/message_writer.hpp"
#include "chat/sessions.hpp"
#include "live/hub.hpp"
#include "runtime/blocking_pool.hpp"
#include "vestnik/chat/v1/chat.pb.h"

namespace vestnik::api::rpc {

struct SessionContext {
  LiveContext& live;
  const MethodTable& methods;
  const chat::Sessions& sessions;
  const chat::Changes& changes;
  runtime::BlockingPool& pool;
  chat::MessageWriter& writer;
  live::Hub& hub;
  websocket::FrameReader::Limits limits;
  std::size_t rooms_max;         // followed by one socket
  std::size_t answer_bytes_max;  // of one call
};

class Session final : public websocket::Socket, private live::Gatherer {
 public:
  // Calls in one batch.
  static constexpr std::size_t kBatchMax = 100;

  // `credentials`: of the handshake; empty when none were given.
  Session(SessionContext& context, Admission admission, runtime::Core& core, runtime::Socket socket,
          std::string request_id, std::string credentials);
  ~Session() override;

  // Sends `greeting`, the answer to the request, and takes calls.
  void start(std::string_view greeting);
  // Calls under way are answered first; those that come now are refused.
  void shut_down(std::chrono::milliseconds come_back_after) override;

 private:
  // Answers that leave together.
  struct Batch {
    std::size_t left;  // calls that have not been answered
    std::string answers;
    std::size_t bytes = 0;  // of the answers
    std::vector<Followed::Alive> begun;
  };
  struct Job {
    Item item;
    std::shared_ptr<Batch> batch;  // null for a single call
    std::size_t bytes = 0;
    std::uint64_t number = 0;
    std::size_t answer_bytes_max = 0;  // once it has been started

    // Whether nobody waits for an answer.
    bool is_notification() const { return item && item->id.empty(); }
  };

  void on_text(std::string_view text) override;
  void on_read() override { start_waiting(); }
  bool should_pause() const override;
  bool may_resume() const override;
  void on_drained() override;
  void wake() override;
  void on_batch_told() override { flush(); }
  void append_too_slow(std::string& out, const Followed& followed) override;
  bool append_ended(std::string& out, Followed& followed) override;

  // Starts the calls whose turn has come, in the order of their arrival.
  void start_waiting();
  bool may_start(const Job& job, const MethodTable::Target* target) const;
  // How long the next answer may become.
  std::size_t answer_bytes_left() const;
  void start(Job job, const MethodTable::Target* target);
  Task<void> serve(Job job, const MethodTable::Target& target);
  // What may be thrown in a method ends the call only.
  Task<Result<void>> call_safely(const MethodTable::Target& target, Call& call,
                                 const google::protobuf::Message& request, google::protobuf::Message& response,
                                 Followed::Alive& begun);
  Task<Result<void>> subscribe(const MethodTable::Target& target, const google::protobuf::Message& request,
                               google::protobuf::Message& response, Followed::Alive& begun);
  // By UUID or name; empty means the lobby. nullptr when this socket does not follow it.
  const Followed* find_followed(const std::string& id_or_name);
  Result<void> unsubscribe(const chat::v1::UnsubscribeRequest& request);
  Result<void> send_typing(const chat::v1::SendTypingRequest& request);

  // Sends the text, or keeps it until its batch is complete. `begun`: a subscription whose events follow the answer.
  void answer(const Job& job, const std::string& text, Followed::Alive begun = nullptr);
  void refuse(const Job& job, Code code, const Error& error);
  void release(const Followed::Alive& begun);

  std::shared_ptr<Session> self() { return std::static_pointer_cast<Session>(shared_from_this()); }

  SessionContext& context_;
  std::string credentials_;
  std::unordered_map<std::string, Followed> followed_;              // by the id of its topic
  std::unordered_map<chat::RoomId, runtime::SteadyTime> typed_at_;  // a moment ago; whether the room is followed or not
  std::list<Job> waiting_;                                          // calls that have been read and not started
  std::uint64_t calls_ = 0;                                         // so far, for request ids
  std::size_t sending_ = 0;                                         // messages that wait for their commit
  std::size_t running_ = 0;                                         // other calls under way
  std::size_t running_bytes_ = 0;
  std::size_t owed_bytes_ = 0;  // that answers may have: those of lists under way, and those of batches so far
  bool waking_ = false;
  std::optional<std::chrono::milliseconds> leaving_;  // the server stops
};

}  // namespace vestnik::api::rpc
