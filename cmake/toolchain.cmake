# Compiler, linker and cache for every target.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(vestnik_flags INTERFACE)
target_compile_options(vestnik_flags INTERFACE -pthread -Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Wshadow -fstack-protector-strong
                                               $<$<CXX_COMPILER_ID:Clang>:-Wno-c23-extensions>
                                               # Fields left out of a designated initializer have their defaults.
                                               $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-designated-field-initializers>)
option(VESTNIK_WERROR "Warnings are errors" OFF)
if(VESTNIK_WERROR)
  target_compile_options(vestnik_flags INTERFACE -Werror)
endif()
target_compile_definitions(vestnik_flags INTERFACE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2> $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
target_link_options(vestnik_flags INTERFACE -pie -Wl,-z,relro,-z,now)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_link_options(vestnik_flags INTERFACE -fuse-ld=lld)
endif()

set(VESTNIK_SANITIZE "" CACHE STRING "Sanitizers, such as address,undefined or thread")
if(VESTNIK_SANITIZE)
  add_compile_options(-fsanitize=${VESTNIK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${VESTNIK_SANITIZE})
endif()

# vestnik_join(<variable> <name> <sources below src/>): files in their place, each of which includes VESTNIK_JOINED of them.
# CMake's own unity builds would name the sources by their whole paths, and ccache miss in another checkout.
function(vestnik_join variable name)
  set(joined)
  while(ARGN)
    list(SUBLIST ARGN 0 ${VESTNIK_JOINED} batch)
    list(REMOVE_ITEM ARGN ${batch})
    list(TRANSFORM batch REPLACE "^${CMAKE_SOURCE_DIR}/src/(.*)$" "#include \"\\1\"\n")
    string(JOIN "" text ${batch})
    list(LENGTH joined number)
    set(file ${CMAKE_BINARY_DIR}/joined/${name}_${number}.cpp)
    file(CONFIGURE OUTPUT ${file} CONTENT "${text}" @ONLY)
    list(APPEND joined ${file})
  endwhile()
  set(${variable} ${joined} PARENT_SCOPE)
endfunction()

# vestnik_library(<folder> LINK <libraries>): the static library of src/<folder>.
# Its headers are reachable as "<folder>/name.hpp" only by those that link it, so an include against the arrows does not build.
function(vestnik_library folder)
  cmake_parse_arguments(arg "" "" "LINK;PRIVATE_LINK;EXTRA" ${ARGN})
  string(REPLACE "/" "_" name ${folder})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.cpp)
  # What has definitions of its own (src/CMakeLists.txt) is compiled by itself.
  list(FILTER sources EXCLUDE REGEX "/(main|version)\\.cpp$")
  if(VESTNIK_JOINED GREATER 1)
    vestnik_join(sources ${name} ${sources})
  endif()
  add_library(vestnik_${name} STATIC ${sources} ${arg_EXTRA})
  set(root ${CMAKE_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${root})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/src/${folder} ${root}/${folder} SYMBOLIC)
  target_include_directories(vestnik_${name} PUBLIC ${root})
  target_link_libraries(vestnik_${name} PUBLIC ${arg_LINK} PRIVATE vestnik_flags ${arg_PRIVATE_LINK})
  vestnik_use_precompiled(vestnik_${name} precompiled)
endfunction()
