#include "storage/sqlite/attachment_writer.hpp"

#include <utility>

#include "chat/attachment_store.hpp"
#include "storage/answers.hpp"
#include "storage/sqlite/rows.hpp"
#include "storage/sqlite/sql/attachments.hpp"

namespace vestnik::storage::sqlite {

using chat::Attachment;

AttachmentWriter::AttachmentWriter(Connection& connection, KnownUsers& known_users)
    : known_users_(known_users),
      insert_(connection, sql::kInsertAttachment),
      by_id_(connection, sql::kAttachmentById),
      has_content_(connection, sql::kHasContent),
      delete_unused_(connection, sql::kDeleteUnusedAttachment),
      bytes_(connection, sql::kAttachmentBytes),
      change_bytes_(connection, sql::kChangeAttachmentBytes),
      link_(connection, sql::kLinkAttachment),
      count_linked_(connection, sql::kCountLinkedAttachment),
      count_released_(connection, sql::kCountReleasedAttachments),
      unlink_(connection, sql::kUnlinkAttachments) {}

Outcome<Result<void>> AttachmentWriter::add_attachment(const Attachment& attachment, std::uint64_t user_bytes_max) {
  const auto& [id, sha256, size, name, content_type, user_id, created_at] = attachment;
  const auto bytes = static_cast<std::int64_t>(size);
  if (user_id) {
    const auto held = bytes_.first(read_integer, *user_id);
    if (!held) return std::unexpected(held.error());
    if (static_cast<std::uint64_t>(held->value_or(0) + bytes) > user_bytes_max) {
      return Result<void>(chat::user_bytes_taken(user_bytes_max));
    }
    if (auto done = change_bytes_.run(*user_id, bytes); !done) return std::unexpected(std::move(done.error()));
    if (auto done = known_users_.note_acted(*user_id); !done) return std::unexpected(std::move(done.error()));
  }
  if (auto done = insert_.run(id, sha256, bytes, name, content_type, user_id, created_at); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return Result<void>();
}

Outcome<std::vector<std::string>> AttachmentWriter::remove_unused(std::span<const chat::AttachmentId> ids) {
  std::vector<std::string> contents;
  for (const auto& id : ids) {
    auto gone = delete_unused_.first(read_attachment, id);
    if (!gone) return std::unexpected(std::move(gone.error()));
    if (!*gone) continue;
    auto& attachment = **gone;
    if (attachment.user_id) {
      auto done = change_bytes_.run(*attachment.user_id, -static_cast<std::int64_t>(attachment.size));
      if (!done) return std::unexpected(std::move(done.error()));
    }
    const auto still_used = has_content_.first(read_presence, attachment.sha256);
    if (!still_used) return std::unexpected(still_used.error());
    if (!*still_used) contents.push_back(std::move(attachment.sha256));
  }
  return contents;
}

Outcome<Result<std::vector<Attachment>>> AttachmentWriter::find(const chat::Draft& draft) {
  std::vector<Attachment> attachments;
  for (const auto& id : draft.attachment_ids) {
    auto attachment = by_id_.first(read_attachment, id);
    if (!attachment) return std::unexpected(std::move(attachment.error()));
    if (!*attachment) return Result<std::vector<Attachment>>(answers::no_attachment(id));
    if (!answers::may_attach(draft, **attachment)) {
      return Result<std::vector<Attachment>>(answers::foreign_attachment(id));
    }
    attachments.push_back(std::move(**attachment));
  }
  return attachments;
}

Outcome<void> AttachmentWriter::link(chat::MessageId message, std::span<const Attachment> attachments) {
  std::int64_t place = 0;
  for (const auto& attachment : attachments) {
    if (auto done = link_.run(message, place++, attachment.id); !done) return done;
    if (auto done = count_linked_.run(attachment.id); !done) return done;
  }
  return {};
}

Outcome<void> AttachmentWriter::release(chat::MessageId message) {
  ++released_;
  if (auto done = count_released_.run(message); !done) return done;
  return unlink_.run(message);
}

}  // namespace vestnik::storage::sqlite
