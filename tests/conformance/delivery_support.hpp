// The storages of deliveries under test: one line in delivery_storages() brings another one under the whole suite.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "conformance/support.hpp"
#include "storage/open_store.hpp"

namespace vestnik::conformance {

struct DeliveryStorage {
  std::string name;
  std::function<std::string(const TempFolder&)> url_in;
  bool persists = true;  // whether it keeps anything when it is closed

  friend void PrintTo(const DeliveryStorage& storage, std::ostream* out) { *out << storage.name; }
};

inline const std::vector<DeliveryStorage>& delivery_storages() {
  static const std::vector<DeliveryStorage> storages{
      {"memory", [](const TempFolder&) { return std::string("memory:"); }, false},
      {"sqlite", [](const TempFolder& folder) { return "sqlite:" + folder.file("vestnik.db"); }}};
  return storages;
}

// A case of the suite: begins with an empty storage.
class DeliveryStoreTest : public testing::TestWithParam<DeliveryStorage> {
 protected:
  storage::DeliveryStore& store() { return *store_; }
  // As after a restart; a storage that forgets goes on as it is.
  void reopen() {
    if (!GetParam().persists) return;
    store_.reset();
    store_ = open();
  }

 private:
  std::unique_ptr<storage::DeliveryStore> open() const {
    return must(storage::open_delivery(GetParam().url_in(folder_), {}));
  }

  TempFolder folder_;
  std::unique_ptr<storage::DeliveryStore> store_ = open();
};

}  // namespace vestnik::conformance

#define VESTNIK_ON_EVERY_DELIVERY_STORAGE(suite)                                                      \
  INSTANTIATE_TEST_SUITE_P(On, suite, testing::ValuesIn(::vestnik::conformance::delivery_storages()), \
                           [](const auto& info) { return info.param.name; })
