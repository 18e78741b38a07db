// From the pieces of an upload's body to an attachment: a form with one file, or the file itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/http/message.hpp"
#include "api/http/multipart_reader.hpp"
#include "base/error.hpp"
#include "chat/attachment_service.hpp"

namespace vestnik::api::http {

// One upload. Not finished, it leaves nothing behind. Calls block, besides the constructors'.
class UploadIntake {
 public:
  // By the head of the request, whose views are not kept. Errors: invalid_argument (the form's boundary, the query).
  static Result<UploadIntake> make(const Request& head, chat::AttachmentService& attachments,
                                   std::optional<chat::UserId> user_id);

  // The next piece of the body. Errors: invalid_argument (the form), and those of AttachmentUpload::write.
  Result<void> take(std::string_view piece);
  // The body has ended. Errors: invalid_argument (the form, or an empty file), and those of AttachmentUpload::finish.
  Result<chat::Attachment> finish();

 private:
  UploadIntake(chat::AttachmentService& attachments, std::optional<chat::UserId> user_id)
      : attachments_(&attachments), user_id_(user_id) {}

  Result<void> take_form(std::string_view piece);
  Result<void> begin(std::string_view name);

  chat::AttachmentService* attachments_;
  std::optional<chat::UserId> user_id_;
  std::string name_;  // of the file, when the body is not a form
  std::optional<MultipartReader> form_;
  std::optional<chat::AttachmentUpload> upload_;
};

}  // namespace vestnik::api::http
