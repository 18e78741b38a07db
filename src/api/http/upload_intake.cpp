#include "api/http/upload_intake.hpp"

#include <fmt/format.h>

#include <utility>

#include "api/http/header_value.hpp"
#include "api/transcoder/parameters.hpp"

namespace vestnik::api::http {
namespace {

constexpr std::string_view kForm = "multipart/form-data";
constexpr std::string_view kAnyMultipart = "multipart/";

std::unexpected<Error> bad_form(std::string_view reason) {
  return fail(ErrorCode::kInvalidArgument, fmt::format("the form is malformed: {}", reason));
}

Result<std::string> boundary_of(const HeaderValue& type) {
  const std::string* boundary = type.parameter("boundary");
  if (type.value != kForm) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is no form; send multipart/form-data, or the file as the body", type.value));
  }
  if (boundary == nullptr || !is_multipart_boundary(*boundary)) {
    return fail(ErrorCode::kInvalidArgument,
                "the Content-Type of the form has no boundary, or one that RFC 2046 does not allow");
  }
  return *boundary;
}

}  // namespace

Result<UploadIntake> UploadIntake::make(const Request& head, chat::AttachmentService& attachments,
                                        std::optional<chat::UserId> user_id) {
  UploadIntake intake(attachments, user_id);
  if (const auto disposition = parse_header_value(head.field("Content-Disposition"))) {
    intake.name_ = file_name_of(*disposition).value_or("");
  }
  if (!head.query.empty()) {
    auto name = only_parameter(head.query, "name");
    if (!name) return std::unexpected(std::move(name.error()));
    intake.name_ = std::move(*name);
  }
  const std::string_view coding = head.field("Content-Transfer-Encoding");
  if (!coding.empty() && !is_verbatim(coding)) {
    return invalid("Content-Transfer-Encoding", "is none of HTTP; send the bytes as they are");
  }
  const std::string_view given_type = head.field("Content-Type");
  const auto type = parse_header_value(given_type);
  // What cannot be read may be a form, of which nothing but the file may be kept.
  if (!type && !given_type.empty()) {
    return fail(ErrorCode::kInvalidArgument, "the Content-Type cannot be read; put a boundary such as a=b in quotes");
  }
  if (type && type->value.starts_with(kAnyMultipart)) {
    auto boundary = boundary_of(*type);
    if (!boundary) return std::unexpected(std::move(boundary.error()));
    intake.form_.emplace(*boundary, MultipartReader::Limits{});
  }
  return intake;
}

Result<void> UploadIntake::take(std::string_view piece) {
  if (form_) return take_form(piece);
  if (!upload_) {
    if (auto begun = begin(name_); !begun) return begun;
  }
  return upload_->write(piece);
}

Result<chat::Attachment> UploadIntake::finish() {
  if (form_ && !form_->ended()) return bad_form("it ends before its last boundary");
  if (!upload_) return invalid("file", form_ ? "is missing; the form needs one part with a file" : "is empty");
  return upload_->finish();
}

Result<void> UploadIntake::take_form(std::string_view piece) {
  using Event = MultipartReader::Event;
  while (true) {
    Result<void> done;
    switch (form_->read(piece)) {
      case Event::kMore:
      case Event::kEnd:
        return {};
      case Event::kFault:
        return bad_form(form_->fault());
      case Event::kPart:
        if (!form_->part().file_name)
          return invalid(form_->part().name, "is no file; the form has one file and no more");
        if (upload_) return invalid(form_->part().name, "is a second file; the form has one file and no more");
        done = begin(*form_->part().file_name);
        break;
      case Event::kContent:
        done = upload_->write(form_->content());
        break;
      case Event::kPartEnd:
        break;
    }
    if (!done) return done;
  }
}

Result<void> UploadIntake::begin(std::string_view name) {
  auto upload = attachments_->begin(name, user_id_);
  if (!upload) return std::unexpected(std::move(upload.error()));
  upload_.emplace(std::move(*upload));
  return {};
}

}  // namespace vestnik::api::http
