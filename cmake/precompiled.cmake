# The libraries' headers that most files include, parsed once for each preset. Nothing of the project and no path of the checkout is in
# them, so they are the same bytes everywhere, and ccache finds what another checkout has compiled. They save time and
# mean nothing: each file still includes what it uses, which VESTNIK_PRECOMPILED=OFF proves.
option(VESTNIK_PRECOMPILED "Parse the headers of libraries once" ON)

# vestnik_precompile(<name> HEADERS <headers> LINK <libraries> OPTIONS <options>): <name>.pch in the build folder.
function(vestnik_precompile name)
  cmake_parse_arguments(arg "" "" "HEADERS;LINK;OPTIONS" ${ARGN})
  if(NOT VESTNIK_PRECOMPILED OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    return()
  endif()
  # Some header outside of the checkout has to be the file that is compiled.
  set(source ${Boost_INCLUDE_DIRS}/boost/version.hpp)
  set_source_files_properties(${source} PROPERTIES LANGUAGE CXX HEADER_FILE_ONLY OFF)
  add_library(${name}_object OBJECT ${source})
  list(TRANSFORM arg_HEADERS PREPEND "SHELL:-include ")
  target_compile_options(${name}_object PRIVATE "SHELL:-x c++-header" "SHELL:-Xclang -fno-pch-timestamp" -fpch-instantiate-templates
                                                ${arg_HEADERS} ${arg_OPTIONS})
  target_link_libraries(${name}_object PRIVATE ${arg_LINK} vestnik_flags)
  # A target of its own, because Ninja lets sources wait for custom targets only.
  set(output ${CMAKE_BINARY_DIR}/${name}.pch)
  add_custom_command(OUTPUT ${output} COMMAND ${CMAKE_COMMAND} -E create_symlink $<TARGET_OBJECTS:${name}_object> ${output}
                     DEPENDS $<TARGET_OBJECTS:${name}_object> VERBATIM)
  add_custom_target(${name} DEPENDS ${output})
endfunction()

# vestnik_use_precompiled(<target> <name>): base, cli and their tests, and the contract, which do not link the libraries of the
# server, have <name>_small instead.
function(vestnik_use_precompiled target name)
  if(target MATCHES "_(base|cli|contract)$")
    string(APPEND name _small)
  endif()
  if(TARGET ${name})
    target_compile_options(${target} PRIVATE "SHELL:-include-pch ${CMAKE_BINARY_DIR}/${name}.pch")
    add_dependencies(${target} ${name})
  endif()
endfunction()

set(standard_headers
    algorithm array atomic charconv chrono condition_variable coroutine cstdint deque exception expected functional iterator limits list map
    memory mutex optional set span sstream stop_token string string_view system_error thread tuple unordered_map unordered_set utility
    variant vector)
set(small_headers ${standard_headers} fmt/format.h simdjson.h)
set(library_headers
    boost/asio/any_io_executor.hpp boost/asio/awaitable.hpp boost/asio/co_spawn.hpp boost/asio/detached.hpp boost/asio/io_context.hpp
    boost/asio/ip/tcp.hpp boost/asio/post.hpp boost/asio/redirect_error.hpp boost/asio/steady_timer.hpp boost/asio/this_coro.hpp
    boost/asio/thread_pool.hpp boost/asio/use_awaitable.hpp boost/intrusive/list.hpp)
set(protobuf_headers
    google/protobuf/arena.h google/protobuf/descriptor.h google/protobuf/empty.pb.h google/protobuf/extension_set.h
    google/protobuf/generated_enum_reflection.h google/protobuf/generated_message_reflection.h google/protobuf/map.h
    google/protobuf/map_entry.h google/protobuf/message.h google/protobuf/repeated_field.h google/protobuf/struct.pb.h
    google/protobuf/timestamp.pb.h google/protobuf/unknown_field_set.h)
set(small_libraries fmt::fmt simdjson::simdjson)
vestnik_precompile(precompiled HEADERS ${small_headers} ${library_headers} ${protobuf_headers} LINK ${small_libraries} vestnik_asio)
vestnik_precompile(precompiled_small HEADERS ${small_headers} LINK ${small_libraries})
