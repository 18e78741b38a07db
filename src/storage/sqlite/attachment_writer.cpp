#include "storage/sqlite/attachment_writer.hpp"

#include <utility>

#include "storage/answers.hpp"
#include "storage/sqlite/rows.hpp"
#include "storage/sqlite/sql/attachments.hpp"

namespace vestnik::storage::sqlite {

using chat::Attachment;

AttachmentWriter::AttachmentWriter(Connection& connection)
    : insert_(connection, sql::kInsertAttachment),
      by_id_(connection, sql::kAttachmentById),
      has_content_(connection, sql::kHasContent),
      delete_unused_(connection, sql::kDeleteUnusedAttachment),
      link_(connection, sql::kLinkAttachment),
      count_linked_(connection, sql::kCountLinkedAttachment),
      count_released_(connection, sql::kCountReleasedAttachments),
      unlink_(connection, sql::kUnlinkAttachments) {}

Outcome<void> AttachmentWriter::add_attachment(const Attachment& attachment) {
  const auto& [id, sha256, size, name, content_type, user_id, created_at] = attachment;
  return insert_.run(id, sha256, static_cast<std::int64_t>(size), name, content_type, user_id, created_at);
}

Outcome<std::vector<std::string>> AttachmentWriter::remove_unused(std::span<const chat::AttachmentId> ids) {
  std::vector<std::string> contents;
  for (const auto& id : ids) {
    auto content = delete_unused_.first([](Row row) { return row.text(0); }, id);
    if (!content) return std::unexpected(std::move(content.error()));
    if (!*content) continue;
    const auto still_used = has_content_.first(read_presence, **content);
    if (!still_used) return std::unexpected(still_used.error());
    if (!*still_used) contents.push_back(std::move(**content));
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
