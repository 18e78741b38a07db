// How many calls each caller has under way: one session, or one address, takes no more than its share. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace vestnik::api::grpc {

class Callers {
 public:
  // A call's place, given back when it is destroyed.
  class Place {
   public:
    Place(Place&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)), keys_(other.keys_) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (owner_ != nullptr) owner_->leave(keys_);
    }

   private:
    friend class Callers;
    using Keys = std::array<std::size_t, 2>;  // hashes, 0 for none: no secret is kept
    Place(Callers& owner, Keys keys) : owner_(&owner), keys_(keys) {}
    Callers* owner_;
    Keys keys_;
  };

  // `max`: calls of one caller at a time.
  explicit Callers(std::size_t max) : max_(max) {}

  // `session`: the secret of a session, or empty. `peer`: as gRPC writes it, such as "ipv4:192.0.2.1:4711"; loopback is
  // exempt. nullopt when the session or the address has `max` calls already.
  std::optional<Place> enter(std::string_view session, std::string_view peer);

 private:
  void leave(const Place::Keys& keys);

  const std::size_t max_;
  std::mutex mutex_;
  std::unordered_map<std::size_t, std::size_t> calls_;  // by hash of the session or the address
};

}  // namespace vestnik::api::grpc
