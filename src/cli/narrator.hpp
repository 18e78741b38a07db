// What happens in a room besides new messages, as lines. Remembers who wrote what for a while, since an event names a
// message and a user by their numbers alone. No I/O.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cli/message_line.hpp"

namespace vestnik::cli {

class Narrator {
 public:
  explicit Narrator(LineStyle style) : style_(style) {}

  // A new message that was shown.
  void note(const Received& message);

  // The line of an event of this kind ("edited", "deleted", "reaction", "member", "rules", "closed") from its JSON.
  // kAligned: as a sentence. kColumns: kind, position, user, number of the message, what is new of it; "-" where there
  // is nothing. nullopt for other kinds, and for what is not such an event.
  std::optional<std::string> tell(std::string_view kind, std::string_view json);

  // How the room ended, such as "was closed by Anna", from the JSON of `closed`.
  std::string tell_end(std::string_view json) const;

 private:
  struct Remembered {
    std::optional<std::int64_t> user_id;
    std::string username;
    std::string content;
  };

  struct Line;
  std::string format(const Line& line) const;
  void remember_name(std::optional<std::int64_t> user_id, std::optional<std::string_view> name);
  std::string name_of(std::optional<std::int64_t> user_id) const;
  std::string quote(std::int64_t message_id, std::optional<std::int64_t> told_by) const;

  LineStyle style_;
  std::map<std::int64_t, Remembered> messages_;  // by number, the newest ones
  std::map<std::int64_t, std::string> names_;    // of users, by number
};

}  // namespace vestnik::cli
