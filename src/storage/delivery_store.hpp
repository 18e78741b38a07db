// A storage of everything that is delivered, and to whom.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "delivery/recipient_store.hpp"

namespace vestnik::storage {

class DeliveryStore : public delivery::RecipientStore {
 public:
  // Whether it works: unavailable with the reason when it does not.
  virtual Result<void> check() = 0;
  // For people: what and where it is.
  virtual std::string_view description() const = 0;
};

}  // namespace vestnik::storage
