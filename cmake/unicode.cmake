# Unicode's own data (the package unicode-data) as tables in C++.
find_path(UNICODE_DATA emoji/emoji-data.txt PATHS /usr/share/unicode NO_DEFAULT_PATH)
if(NOT UNICODE_DATA)
  message(FATAL_ERROR "emoji-data.txt is missing: apt-get install unicode-data")
endif()

function(vestnik_emoji_data target)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/emoji_data.cpp)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DINPUT=${UNICODE_DATA}/emoji/emoji-data.txt -DOUTPUT=${output}
            -P ${CMAKE_SOURCE_DIR}/cmake/emoji_data.cmake
    DEPENDS ${CMAKE_SOURCE_DIR}/cmake/emoji_data.cmake ${UNICODE_DATA}/emoji/emoji-data.txt
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
