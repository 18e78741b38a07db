// A form of files: however its bytes are cut, the same parts come out, and no more content than bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/http/multipart_reader.hpp"
#include "fuzz.hpp"

namespace {

using vestnik::api::http::MultipartReader;
using Event = MultipartReader::Event;

constexpr MultipartReader::Limits kLimits{.part_head_bytes_max = 300, .parts_max = 4};

// What happened, as text, with the pieces of each content put together. A fault that is found sooner in smaller pieces
// is the same fault.
std::string read(std::string_view bytes, std::size_t piece) {
  MultipartReader reader("X", kLimits);
  std::string happened;
  std::size_t content = 0;
  const std::size_t size = bytes.size();
  while (!bytes.empty()) {
    std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    for (bool more = true; more;) {
      const std::size_t before = part.size();
      const Event event = reader.read(part);
      require(part.size() <= before);
      switch (event) {
        case Event::kMore:
          require(part.empty());
          more = false;
          break;
        case Event::kPart:
          happened.append("part ").append(reader.part().name).append("\n");
          happened.append(reader.part().file_name.value_or("(none)")).append("\n");
          break;
        case Event::kContent:
          require(!reader.content().empty());
          content += reader.content().size();
          happened.append(reader.content());
          break;
        case Event::kPartEnd:
          happened.append("\npart end\n");
          break;
        case Event::kEnd:
          require(reader.ended());
          return happened.append("end");
        case Event::kFault:
          require(!reader.fault().empty());
          return happened.append("fault ").append(reader.fault());
      }
    }
  }
  require(content <= size);
  return happened;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string whole = read(bytes, std::max<std::size_t>(bytes.size(), 1));
  require(read(bytes, 1) == whole);
  require(read(bytes, 1 + data[0]) == whole);
  return 0;
}
