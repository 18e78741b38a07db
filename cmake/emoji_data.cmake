# Writes OUTPUT, a C++ source with the properties of INPUT, Unicode's emoji-data.txt, that src/chat/emoji_data.hpp declares.
file(READ ${INPUT} text)
string(REPLACE ";" "," text "${text}")  # a list of CMake would be cut there

function(table name property)
  string(REGEX MATCHALL "\n[0-9A-F.]+ +, ${property} *#" lines "${text}")
  set(ranges "")
  foreach(line IN LISTS lines)
    string(REGEX MATCH "[0-9A-F]+" first "${line}")
    string(REGEX MATCH "\\.\\.([0-9A-F]+)" several "${line}")
    set(last ${first})
    if(several)
      set(last ${CMAKE_MATCH_1})
    endif()
    string(APPEND ranges "    {0x${first}, 0x${last}},\n")
  endforeach()
  if(ranges STREQUAL "")
    message(FATAL_ERROR "${INPUT} has no ${property}")
  endif()
  set(tables "${tables}\nconstexpr CodePoints k${name}Ranges[] = {\n${ranges}};\nconst std::span<const CodePoints> k${name}(k${name}Ranges);\n" PARENT_SCOPE)
endfunction()

set(tables "")
table(Emoji Emoji)
table(EmojiPresentation Emoji_Presentation)
table(EmojiModifierBase Emoji_Modifier_Base)
table(ExtendedPictographic Extended_Pictographic)
file(WRITE ${OUTPUT} "// Made by cmake/emoji_data.cmake.
#include \"chat/emoji_data.hpp\"

namespace vestnik::chat::emoji_data {
${tables}
}  // namespace vestnik::chat::emoji_data
")
