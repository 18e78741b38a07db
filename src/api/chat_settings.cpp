#include "api/chat_settings.hpp"

namespace vestnik::api {

Settings settings_of(const chat::Limits& limits) {
  Settings settings;
  settings.set(v1::SETTING_MAX_PAGE, limits.max_page);
  settings.set(v1::SETTING_MAX_MESSAGE_LENGTH, limits.max_message_length);
  settings.set(v1::SETTING_MAX_ROOM_MESSAGES, limits.max_room_messages);
  settings.set(v1::SETTING_MAX_ATTACHMENTS_PER_MESSAGE, static_cast<std::int64_t>(limits.max_attachments));
  return settings;
}

}  // namespace vestnik::api
