# Files inside the binary: each set becomes a function `std::span<const EmbeddedFile> vestnik::embedded::<set>()` (base/embedded.hpp).
set(embed_script ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake)

# vestnik_embed(<target> <set> <folder> DEPENDS <files>): embeds every file below <folder> as it stands when <files> have been made.
function(vestnik_embed target set folder)
  cmake_parse_arguments(arg "" "" "DEPENDS" ${ARGN})
  set(output ${CMAKE_BINARY_DIR}/embedded/${set}.cpp)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DSET=${set} -DFOLDER=${folder} -DOUTPUT=${output} -P ${embed_script}
    DEPENDS ${embed_script} ${arg_DEPENDS}
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()

function(vestnik_embed_contract target)
  set(folder ${CMAKE_BINARY_DIR}/embedded/contract)
  add_custom_command(
    OUTPUT ${folder}/contract.binpb
    COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
    COMMAND ${CMAKE_COMMAND} -E copy ${contract_descriptors} ${folder}/contract.binpb
    DEPENDS ${contract_descriptors})
  vestnik_embed(${target} contract ${folder} DEPENDS ${folder}/contract.binpb)
endfunction()

function(vestnik_embed_migrations target)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/migrations/sqlite/*.sql)
  vestnik_embed(${target} sqlite_migrations ${CMAKE_SOURCE_DIR}/migrations/sqlite DEPENDS ${files})
  file(GLOB delivery_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/migrations/sqlite-delivery/*.sql)
  vestnik_embed(${target} sqlite_delivery_migrations ${CMAKE_SOURCE_DIR}/migrations/sqlite-delivery DEPENDS ${delivery_files})
endfunction()

# The pages: npm installs what web/package-lock.json names, Vite builds into the build folder.
function(vestnik_embed_pages target)
  set(folder ${CMAKE_BINARY_DIR}/web)
  if(VESTNIK_WEB)
    find_program(NPM npm REQUIRED)
    file(GLOB_RECURSE files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/src/*)
    file(GLOB settings CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/*.*)
    set(installed ${CMAKE_BINARY_DIR}/web-installed.stamp)
    add_custom_command(
      OUTPUT ${installed}
      COMMAND ${CMAKE_SOURCE_DIR}/scripts/web_packages
      COMMAND ${CMAKE_COMMAND} -E touch ${installed}
      DEPENDS ${CMAKE_SOURCE_DIR}/web/package-lock.json
      WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}/web
      VERBATIM)
    set(built ${CMAKE_BINARY_DIR}/web-built.stamp)
    add_custom_command(
      OUTPUT ${built}
      COMMAND ${NPM} run --silent build -- --outDir ${folder}
      COMMAND ${CMAKE_COMMAND} -E touch ${built}
      DEPENDS ${installed} ${files} ${settings}
      WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}/web
      VERBATIM)
    vestnik_embed(${target} pages ${folder} DEPENDS ${built})
  else()
    file(MAKE_DIRECTORY ${folder})
    vestnik_embed(${target} pages ${folder})
  endif()
endfunction()
