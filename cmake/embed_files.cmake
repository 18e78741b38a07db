# Writes OUTPUT, a C++ source with every file below FOLDER. The hash of each file stands in the source, so that ccache,
# which does not look behind #embed, sees a change.
file(GLOB_RECURSE files RELATIVE ${FOLDER} ${FOLDER}/*)
list(SORT files)
set(arrays "")
set(entries "")
set(index 0)
foreach(file IN LISTS files)
  file(SHA256 ${FOLDER}/${file} hash)
  string(APPEND arrays "// ${file} ${hash}\nconst unsigned char file_${index}[] = {\n#embed \"${FOLDER}/${file}\" suffix(, 0) if_empty(0)\n};\n")
  string(APPEND entries "    {\"${file}\", {reinterpret_cast<const char*>(file_${index}), sizeof(file_${index}) - 1}},\n")
  math(EXPR index "${index} + 1")
endforeach()
if(index EQUAL 0)
  set(body "  return {};\n")
else()
  set(body "  static const EmbeddedFile files[] = {\n${entries}  };\n  return files;\n")
endif()
file(WRITE ${OUTPUT} "// Made by cmake/embed_files.cmake.
#include \"base/embedded.hpp\"

namespace vestnik::embedded {
namespace {
${arrays}}  // namespace

std::span<const EmbeddedFile> ${SET}() {
${body}}

}  // namespace vestnik::embedded
")
