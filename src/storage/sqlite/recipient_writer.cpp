#include "storage/sqlite/recipient_writer.hpp"

#include <utility>

#include "delivery/recipient_rules.hpp"
#include "storage/delivery_answers.hpp"
#include "storage/sqlite/recipient_rows.hpp"
#include "storage/sqlite/rows.hpp"
#include "storage/sqlite/sql/database.hpp"
#include "storage/sqlite/sql/recipients.hpp"

namespace vestnik::storage::sqlite {

using delivery::Channel;
using delivery::NewRecipient;
using delivery::Recipient;
using delivery::RecipientId;

RecipientWriter::RecipientWriter(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)),
      by_id_(*connection_, sql::kRecipientById),
      by_phone_(*connection_, sql::kRecipientByPhone),
      insert_(*connection_, sql::kInsertRecipient),
      update_(*connection_, sql::kUpdateRecipient),
      delete_(*connection_, sql::kDeleteRecipient),
      write_probe_(*connection_, sql::kWriteProbe) {}

Outcome<std::optional<RecipientId>> RecipientWriter::find_by_phone(const std::string& phone) {
  return by_phone_.first(read_integer, phone);
}

Outcome<RecipientId> RecipientWriter::insert(const NewRecipient& recipient, Time now) {
  const auto id = insert_.first(read_integer, recipient.phone, recipient.operator_code, recipient.tag,
                                recipient.time_zone, address_of(recipient.addresses, Channel::kTelegram),
                                address_of(recipient.addresses, Channel::kViber),
                                address_of(recipient.addresses, Channel::kWhatsapp),
                                attributes_text(recipient.attributes), std::int64_t{recipient.unsubscribed}, now);
  if (!id) return std::unexpected(id.error());
  return id->value_or(0);
}

Outcome<void> RecipientWriter::update(RecipientId id, const NewRecipient& recipient) {
  return update_.run(recipient.phone, recipient.operator_code, recipient.tag, recipient.time_zone,
                     address_of(recipient.addresses, Channel::kTelegram),
                     address_of(recipient.addresses, Channel::kViber),
                     address_of(recipient.addresses, Channel::kWhatsapp), attributes_text(recipient.attributes),
                     std::int64_t{recipient.unsubscribed}, id);
}

Outcome<std::optional<Recipient>> RecipientWriter::read(RecipientId id) {
  return by_id_.first(read_recipient, id);
}

Outcome<Result<Recipient>> RecipientWriter::create_recipient(const NewRecipient& recipient, Time now) {
  const auto taken = find_by_phone(recipient.phone);
  if (!taken) return std::unexpected(taken.error());
  if (*taken) return Result<Recipient>(answers::phone_taken(**taken));
  const auto id = insert(recipient, now);
  if (!id) return std::unexpected(id.error());
  auto made = read(*id);
  if (!made) return std::unexpected(std::move(made.error()));
  return std::move(*made).value_or(Recipient{});
}

Outcome<Result<Recipient>> RecipientWriter::update_recipient(RecipientId id, const delivery::RecipientPatch& patch) {
  auto recipient = read(id);
  if (!recipient) return std::unexpected(std::move(recipient.error()));
  if (!*recipient) return Result<Recipient>(answers::no_recipient(id));
  const auto changed = delivery::change_recipient(**recipient, patch);
  if (!changed) return Result<Recipient>(std::unexpected(changed.error()));
  const auto taken = find_by_phone(changed->phone);
  if (!taken) return std::unexpected(taken.error());
  if (*taken && **taken != id) return Result<Recipient>(answers::phone_taken(**taken));
  if (auto done = update(id, *changed); !done) return std::unexpected(std::move(done.error()));
  auto now_is = read(id);
  if (!now_is) return std::unexpected(std::move(now_is.error()));
  return std::move(*now_is).value_or(Recipient{});
}

Outcome<Result<void>> RecipientWriter::remove_recipient(RecipientId id) {
  if (auto done = delete_.run(id); !done) return std::unexpected(std::move(done.error()));
  if (connection_->changed_rows() == 0) return Result<void>(answers::no_recipient(id));
  return Result<void>();
}

Outcome<delivery::Imported> RecipientWriter::import_recipients(std::span<const NewRecipient> recipients, Time now) {
  delivery::Imported imported;
  for (const NewRecipient& recipient : recipients) {
    const auto known = find_by_phone(recipient.phone);
    if (!known) return std::unexpected(known.error());
    if (*known) {
      if (auto done = update(**known, recipient); !done) return std::unexpected(std::move(done.error()));
      ++imported.updated;
    } else {
      if (auto id = insert(recipient, now); !id) return std::unexpected(std::move(id.error()));
      ++imported.created;
    }
  }
  return imported;
}

Outcome<std::optional<std::int64_t>> RecipientWriter::probe() {
  return write_probe_.first(read_integer);
}

}  // namespace vestnik::storage::sqlite
