# From proto/: the C++ of the contract, and the descriptor set with its comments for the OpenAPI page.
set(googleapis_dir /usr/share/gocode/src/github.com/gogo/googleapis)
if(NOT EXISTS ${googleapis_dir}/google/api/annotations.proto)
  message(FATAL_ERROR "google/api/annotations.proto is missing: apt-get install golang-github-gogo-googleapis-dev")
endif()
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)

set(contract_dir ${CMAKE_BINARY_DIR}/contract)
file(MAKE_DIRECTORY ${contract_dir})
# Services, and what they only import.
set(contract_protos vestnik/chat/v1/chat vestnik/delivery/v1/delivery vestnik/ops/v1/ops)
set(imported_protos vestnik/api/v1/options google/api/annotations google/api/http google/rpc/status google/rpc/error_details)

set(contract_sources)
foreach(proto ${contract_protos})
  list(APPEND contract_sources ${contract_dir}/${proto}.pb.cc ${contract_dir}/${proto}.grpc.pb.cc)
endforeach()
foreach(proto ${imported_protos})
  list(APPEND contract_sources ${contract_dir}/${proto}.pb.cc)
endforeach()
list(TRANSFORM contract_protos APPEND .proto OUTPUT_VARIABLE contract_files)
list(TRANSFORM imported_protos APPEND .proto OUTPUT_VARIABLE imported_files)
list(TRANSFORM contract_files PREPEND ${CMAKE_SOURCE_DIR}/proto/ OUTPUT_VARIABLE contract_inputs)
list(APPEND contract_inputs ${CMAKE_SOURCE_DIR}/proto/vestnik/api/v1/options.proto)

set(contract_descriptors ${contract_dir}/contract.binpb)
add_custom_command(
  OUTPUT ${contract_sources} ${contract_descriptors}
  COMMAND protobuf::protoc -I${CMAKE_SOURCE_DIR}/proto -I${googleapis_dir} --cpp_out=${contract_dir} ${contract_files} ${imported_files}
  COMMAND protobuf::protoc -I${CMAKE_SOURCE_DIR}/proto -I${googleapis_dir} --grpc_out=${contract_dir}
          --plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN} ${contract_files}
  COMMAND protobuf::protoc -I${CMAKE_SOURCE_DIR}/proto -I${googleapis_dir} --include_imports --include_source_info
          --descriptor_set_out=${contract_descriptors} ${contract_files}
  DEPENDS ${contract_inputs}
  VERBATIM)
add_custom_target(contract_files DEPENDS ${contract_sources} ${contract_descriptors})

add_library(vestnik_contract STATIC ${contract_sources})
target_include_directories(vestnik_contract SYSTEM PUBLIC ${contract_dir})
target_link_libraries(vestnik_contract PUBLIC gRPC::grpc++ protobuf::libprotobuf PRIVATE vestnik_flags)
target_compile_options(vestnik_contract PRIVATE -w)  # protoc wrote it
vestnik_use_precompiled(vestnik_contract precompiled)
