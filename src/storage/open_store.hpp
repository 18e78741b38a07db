// Makes the storage that a URL names.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "storage/delivery_store.hpp"
#include "storage/store.hpp"
#include "storage/store_options.hpp"

namespace vestnik::storage {

// Opens `memory:` or `sqlite:<path>`, creates folders (0700) and files (0600), and applies migrations. Errors are
// sentences for the operator: invalid_argument (not such a URL), not_found (must_exist), failed_precondition (a
// database from a newer version, in use by another process, with several names, changed migration), unavailable (cannot
// be opened or written: which path and why).
Result<std::unique_ptr<Store>> open_store(std::string_view url, const StoreOptions& options);

// The storage of deliveries that goes with that of the URL, and is made with it. Errors: as open_store.
Result<std::unique_ptr<DeliveryStore>> open_delivery(std::string_view url, const StoreOptions& options);

// The API keys of an existing storage, which a server may be using. Errors are sentences for the operator:
// invalid_argument (not such a URL, or a storage that keeps nothing), not_found, failed_precondition (made by an older
// version), unavailable.
Result<std::unique_ptr<chat::KeyStore>> open_keys(std::string_view url);

// The folder beside the storage for the bytes of its attachments, for a storage that exists: beside the file itself,
// whatever links lead to it. Absent: the storage is kept nowhere. Errors: failed_precondition (there is one beside the
// link, where earlier versions made it).
Result<std::optional<std::string>> attachments_folder(std::string_view url);

}  // namespace vestnik::storage
