// Recipients out of comma-separated values, as they arrive: rows into the store in batches, and what is wrong with the
// others. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "delivery/csv_reader.hpp"
#include "delivery/recipient_store.hpp"

namespace vestnik::delivery {

// A row that was left out.
struct RefusedRow {
  std::uint64_t line = 0;  // on which it begins
  std::string reason;
};

struct ImportReport {
  std::int64_t rows = 0;  // besides the header
  Imported imported;
  std::int64_t refused = 0;
  std::vector<RefusedRow> first_refused;  // at most kRefusedShown
};

// The first row names the columns, in any order and case: phone, and maybe operator_code, tag, time_zone, telegram,
// viber, whatsapp and unsubscribed; every other column is an attribute.
class RecipientImport {
 public:
  static constexpr std::size_t kRefusedShown = 1'000;

  RecipientImport(RecipientStore& store, Clock clock) : store_(store), clock_(std::move(clock)) {}

  // Takes a piece. Blocks for what is written. Errors: invalid_argument (the first row is no header), and those of the
  // store; after one nothing more can be taken. What was written before stays.
  Result<void> feed(std::string_view bytes);
  // There is no more. Errors: as above.
  Result<ImportReport> finish();

 private:
  Result<void> take_rows();
  Result<void> take_header(const CsvReader::Row& row);
  void take_row(CsvReader::Row row);
  Result<NewRecipient> recipient_of(CsvReader::Row& row) const;
  Result<void> write();

  RecipientStore& store_;
  Clock clock_;
  CsvReader reader_;
  std::vector<std::string> columns_;  // empty before the header
  std::vector<NewRecipient> batch_;
  ImportReport report_;
};

}  // namespace vestnik::delivery
