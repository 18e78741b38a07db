#include "delivery/recipient_import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "delivery/recipient_rules.hpp"

namespace vestnik::delivery {
namespace {

constexpr std::size_t kBatch = 1'000;

std::optional<bool> parse_truth(std::string_view text) {
  const std::string lower = to_lower(text);
  if (lower.empty() || lower == "0" || lower == "false" || lower == "no") return false;
  if (lower == "1" || lower == "true" || lower == "yes") return true;
  return std::nullopt;
}

Result<void> set(NewRecipient& recipient, const std::string& column, std::string value) {
  if (column == "phone") {
    recipient.phone = std::move(value);
  } else if (column == "operator_code") {
    recipient.operator_code = std::move(value);
  } else if (column == "tag") {
    recipient.tag = std::move(value);
  } else if (column == "time_zone") {
    recipient.time_zone = std::move(value);
  } else if (column == "unsubscribed") {
    const auto truth = parse_truth(value);
    if (!truth) return invalid("unsubscribed", "neither true nor false");
    recipient.unsubscribed = *truth;
  } else if (value.empty()) {
    return {};
  } else if (const auto channel = parse_channel(column)) {
    recipient.addresses.emplace(*channel, std::move(value));
  } else {
    recipient.attributes.emplace(column, std::move(value));
  }
  return {};
}

}  // namespace

Result<void> RecipientImport::feed(std::string_view bytes) {
  reader_.feed(bytes);
  return take_rows();
}

Result<ImportReport> RecipientImport::finish() {
  reader_.finish();
  if (auto done = take_rows(); !done) return error_of(done);
  if (columns_.empty()) return invalid("csv", "empty; the first line names the columns, one of them phone");
  if (auto done = write(); !done) return error_of(done);
  return std::move(report_);
}

Result<void> RecipientImport::take_rows() {
  while (auto row = reader_.next()) {
    if (columns_.empty()) {
      if (auto done = take_header(*row); !done) return done;
    } else {
      take_row(std::move(*row));
    }
    if (batch_.size() < kBatch) continue;
    if (auto done = write(); !done) return done;
  }
  return {};
}

Result<void> RecipientImport::take_header(const CsvReader::Row& row) {
  for (const std::string& name : row.values) {
    const std::string column = to_lower(trim(name));
    if (auto ok = check_attribute_name(column); !ok) {
      return invalid("csv", fmt::format("line {}: {}", row.line, ok.error().violations.front().reason));
    }
    if (std::ranges::find(columns_, column) != columns_.end()) {
      return invalid("csv", fmt::format("line {}: two columns are called {}", row.line, column));
    }
    columns_.push_back(column);
  }
  if (std::ranges::find(columns_, "phone") != columns_.end()) return {};
  return invalid("csv", fmt::format("line {}: no column is called phone; the first line names the columns", row.line));
}

void RecipientImport::take_row(CsvReader::Row row) {
  ++report_.rows;
  if (auto recipient = recipient_of(row)) {
    batch_.push_back(std::move(*recipient));
    return;
  } else if (report_.first_refused.size() < kRefusedShown) {
    report_.first_refused.push_back({.line = row.line, .reason = std::move(recipient.error().detail)});
  }
  ++report_.refused;
}

Result<NewRecipient> RecipientImport::recipient_of(CsvReader::Row& row) const {
  if (!row.problem.empty()) return fail(ErrorCode::kInvalidArgument, std::string(row.problem));
  if (row.values.size() != columns_.size()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} values for {} columns", row.values.size(), columns_.size()));
  }
  NewRecipient recipient;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (!is_valid_utf8(row.values[i])) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("{}: not valid UTF-8; save the file as UTF-8 (not as Windows-1251)", columns_[i]));
    }
    if (auto done = set(recipient, columns_[i], std::string(trim(row.values[i]))); !done) return error_of(done);
  }
  return check_recipient(std::move(recipient));
}

Result<void> RecipientImport::write() {
  if (batch_.empty()) return {};
  const auto imported = store_.import_recipients(batch_, clock_());
  if (!imported) return std::unexpected(imported.error());
  report_.imported.created += imported->created;
  report_.imported.updated += imported->updated;
  batch_.clear();
  return {};
}

}  // namespace vestnik::delivery
