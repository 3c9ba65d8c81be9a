// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

namespace segue::testing {

// The schema's descriptors, with their comments, as the build wrote them.
class Schema {
 public:
  Schema() {
    std::ifstream file(SEGUE_DESCRIPTORS, std::ios::binary);
    google::protobuf::FileDescriptorSet set;
    EXPECT_TRUE(set.ParseFromIstream(&file)) << SEGUE_DESCRIPTORS;
    for (const auto& proto : set.file()) {
      const auto* built = pool_.BuildFile(proto);
      EXPECT_NE(built, nullptr) << proto.name();
      if (built != nullptr && proto.name().starts_with("segue/")) files_.push_back(built);
    }
  }

  // Ours, without what they import.
  const std::vector<const google::protobuf::FileDescriptor*>& files() const { return files_; }
  // Ours, those nested in others too.
  std::vector<const google::protobuf::Descriptor*> messages() const {
    std::vector<const google::protobuf::Descriptor*> all;
    for (const auto* file : files_) {
      for (int i = 0; i < file->message_type_count(); ++i) add(file->message_type(i), all);
    }
    return all;
  }
  std::vector<const google::protobuf::EnumDescriptor*> enums() const {
    std::vector<const google::protobuf::EnumDescriptor*> all;
    for (const auto* file : files_) {
      for (int i = 0; i < file->enum_type_count(); ++i) all.push_back(file->enum_type(i));
    }
    for (const auto* message : messages()) {
      for (int i = 0; i < message->enum_type_count(); ++i) all.push_back(message->enum_type(i));
    }
    return all;
  }
  std::vector<const google::protobuf::FieldDescriptor*> fields() const {
    std::vector<const google::protobuf::FieldDescriptor*> all;
    for (const auto* message : messages()) {
      for (int i = 0; i < message->field_count(); ++i) all.push_back(message->field(i));
    }
    return all;
  }
  std::vector<const google::protobuf::MethodDescriptor*> methods() const {
    std::vector<const google::protobuf::MethodDescriptor*> all;
    for (const auto* file : files_) {
      for (int i = 0; i < file->service_count(); ++i) {
        for (int j = 0; j < file->service(i)->method_count(); ++j) all.push_back(file->service(i)->method(j));
      }
    }
    return all;
  }

 private:
  static void add(const google::protobuf::Descriptor* message, std::vector<const google::protobuf::Descriptor*>& all) {
    all.push_back(message);
    for (int i = 0; i < message->nested_type_count(); ++i) add(message->nested_type(i), all);
  }

  google::protobuf::DescriptorPool pool_;
  std::vector<const google::protobuf::FileDescriptor*> files_;
};

}  // namespace segue::testing
