// A small contract made at run time, with every type of field and binding, for tests of code that works on any
// contract.
#pragma once

#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "google/api/annotations.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "vestnik/api/v1/options.pb.h"

namespace vestnik::api {

// A .proto file given as text, and empty messages of its types. Messages must not outlive it.
class SampleContract {
 public:
  explicit SampleContract(std::string_view proto) : pool_(google::protobuf::DescriptorPool::generated_pool()) {
    // Naming the types makes sure that their descriptors are linked in.
    static_cast<void>(google::api::http);
    static_cast<void>(v1::http_status);
    google::protobuf::Timestamp::descriptor();

    google::protobuf::io::ArrayInputStream input(proto.data(), static_cast<int>(proto.size()));
    google::protobuf::io::Tokenizer tokenizer(&input, nullptr);
    google::protobuf::FileDescriptorProto file;
    google::protobuf::compiler::Parser parser;
    if (!parser.Parse(&tokenizer, &file)) throw std::logic_error("the sample contract does not parse");
    file.set_name("sample.proto");
    file_ = pool_.BuildFile(file);
    if (file_ == nullptr) throw std::logic_error("the sample contract is wrong");
  }

  const google::protobuf::ServiceDescriptor* service() const { return file_->service(0); }

  std::unique_ptr<google::protobuf::Message> make(const std::string& type) {
    return std::unique_ptr<google::protobuf::Message>(factory_.GetPrototype(file_->FindMessageTypeByName(type))->New());
  }

 private:
  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_;
  const google::protobuf::FileDescriptor* file_;
};

inline constexpr std::string_view kEveryType = R"(
syntax = "proto3";
package sample;
import "google/protobuf/timestamp.proto";

enum Color { COLOR_UNSPECIFIED = 0; COLOR_RED = 1; COLOR_DARK_BLUE = 2; }
enum HTTPKind { NONE = 0; HTTP_KIND_A = 1; OTHER = 2; }

message Every {
  int32 i32 = 1;
  int64 i64 = 2;
  uint32 u32 = 3;
  uint64 u64 = 4;
  sint32 s32 = 5;
  fixed64 f64 = 6;
  float real = 7;
  double wide = 8;
  bool flag = 9;
  string text = 10;
  bytes data = 11;
  Color color = 12;
  google.protobuf.Timestamp at = 13;
  Every inner = 14;
  optional int64 maybe = 15;
  optional Color maybe_color = 16;
  repeated int64 numbers = 17;
  repeated string words = 18;
  repeated Every items = 19;
  repeated Color colors = 20;
  repeated google.protobuf.Timestamp times = 21;
  map<string, int64> counts = 22;
  map<int32, Every> by_number = 23;
  oneof choice { string left = 24; Every right = 25; }
  HTTPKind kind = 26;
}

message Nothing {}
)";

}  // namespace vestnik::api
