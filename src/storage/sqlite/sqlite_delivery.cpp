#include "storage/sqlite/sqlite_delivery.hpp"

#include <utility>

#include "storage/delivery_answers.hpp"
#include "storage/sqlite/database_file.hpp"

namespace vestnik::storage {
namespace {

using sqlite::answer_of;
using sqlite::RecipientReader;
using sqlite::RecipientWriter;

constexpr const char* kSuffix = "-delivery";

}  // namespace

Result<std::unique_ptr<DeliveryStore>> SqliteDelivery::open(const std::string& path, const StoreOptions& options) {
  auto chat = sqlite::path_of_file(path);  // beside the file itself, whatever links lead to it
  if (!chat) return error_of(chat);
  const std::string own = *chat + kSuffix;
  auto database = sqlite::Database::open(own, embedded::sqlite_delivery_migrations());
  if (!database) return error_of(database);
  auto opened = Transactions::open(std::move(*database));
  if (!opened) return error_of(opened);
  return std::unique_ptr<DeliveryStore>(new SqliteDelivery("sqlite:" + path + kSuffix, options, std::move(*opened)));
}

Result<delivery::Recipient> SqliteDelivery::create_recipient(const delivery::NewRecipient& recipient, Time now) {
  return answer_of(
      transactions_.write([&](RecipientWriter& writer) { return writer.create_recipient(recipient, now); }));
}

Result<delivery::Recipient> SqliteDelivery::get_recipient(delivery::RecipientId id) {
  auto found = transactions_.read([id](RecipientReader& reader) { return reader.get_recipient(id); });
  if (!found) return error_of(found);
  if (!*found) return answers::no_recipient(id);
  return **std::move(found);
}

Result<delivery::Recipient> SqliteDelivery::update_recipient(delivery::RecipientId id,
                                                             const delivery::RecipientPatch& patch) {
  return answer_of(transactions_.write([&](RecipientWriter& writer) { return writer.update_recipient(id, patch); }));
}

Result<void> SqliteDelivery::remove_recipient(delivery::RecipientId id) {
  return answer_of(transactions_.write([id](RecipientWriter& writer) { return writer.remove_recipient(id); }));
}

Result<std::vector<delivery::Recipient>> SqliteDelivery::list_recipients(const delivery::RecipientFilter& filter,
                                                                         delivery::RecipientId after,
                                                                         std::int32_t limit) {
  return transactions_.read([&](RecipientReader& reader) { return reader.list_recipients(filter, after, limit); });
}

Result<std::int64_t> SqliteDelivery::count_recipients(const delivery::RecipientFilter& filter) {
  auto count = transactions_.read([&](RecipientReader& reader) { return reader.count_recipients(filter); });
  if (!count) return error_of(count);
  return count->value_or(0);
}

Result<delivery::Imported> SqliteDelivery::import_recipients(std::span<const delivery::NewRecipient> recipients,
                                                             Time now) {
  return transactions_.write([&](RecipientWriter& writer) { return writer.import_recipients(recipients, now); });
}

Result<void> SqliteDelivery::check() {
  return transactions_.check([](auto& any) { return any.probe(); });
}

}  // namespace vestnik::storage
