// Files that the build put into the binary: pages, migrations, the contract's descriptors.
#pragma once

#include <span>
#include <string_view>

namespace vestnik {

struct EmbeddedFile {
  std::string_view path;   // relative to the embedded folder, with '/' between parts
  std::string_view bytes;  // lives as long as the program
};

namespace embedded {

std::span<const EmbeddedFile> contract();  // one file: the serialised FileDescriptorSet of proto/, with comments
std::span<const EmbeddedFile> sqlite_migrations();           // numbered SQL files, sorted by name
std::span<const EmbeddedFile> sqlite_delivery_migrations();  // those of the deliveries' own file
std::span<const EmbeddedFile> pages();                       // the built pages; empty when built with VESTNIK_WEB=OFF

}  // namespace embedded
}  // namespace vestnik
