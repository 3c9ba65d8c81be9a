// SPDX-License-Identifier: GPL-3.0-or-later
// The schema may only grow: what a released client sends or reads keeps its number, its type and its name (the name is
// part of the JSON form). segue_v1.snapshot holds all that was ever there; SEGUE_UPDATE_SNAPSHOT=1 adds what is new.
#include <algorithm>
#include <cstdlib>
#include <map>

#include <gtest/gtest.h>

#include "tests/api/descriptors.h"

namespace segue::testing {
namespace {

using Lines = std::map<std::string, std::string>;  // name → what must not change

std::string type_of(const google::protobuf::FieldDescriptor* field) {
  std::string type;
  if (field->is_repeated()) type = "repeated ";
  if (field->has_optional_keyword()) type = "optional ";
  if (field->message_type() != nullptr) {
    type += field->message_type()->full_name();
  } else if (field->enum_type() != nullptr) {
    type += field->enum_type()->full_name();
  } else {
    type += field->type_name();
  }
  if (field->real_containing_oneof() != nullptr) type += " in " + field->real_containing_oneof()->name();
  return type;
}

Lines present() {
  const Schema schema;
  Lines lines;
  for (const auto* field : schema.fields()) {
    lines[field->full_name()] = std::to_string(field->number()) + " " + type_of(field);
  }
  for (const auto* type : schema.enums()) {
    for (int i = 0; i < type->value_count(); ++i) {
      lines[type->full_name() + "." + type->value(i)->name()] = std::to_string(type->value(i)->number());
    }
  }
  for (const auto* method : schema.methods()) {
    lines[method->full_name()] = "rpc " + method->input_type()->full_name() + " → " +
                                 (method->server_streaming() ? "stream " : "") + method->output_type()->full_name();
  }
  return lines;
}

Lines recorded() {
  Lines lines;
  std::ifstream file(SEGUE_SNAPSHOT);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto equals = line.find(" = ");
    lines[line.substr(0, equals)] = line.substr(equals + 3);
  }
  return lines;
}

void record(const Lines& lines) {
  std::ofstream file(SEGUE_SNAPSHOT);
  file << "# Every field, enum value and rpc of segue.v1. Lines are only added: SEGUE_UPDATE_SNAPSHOT=1 "
          "build/…/tests/api_test\n";
  for (const auto& [name, what] : lines) file << name << " = " << what << '\n';
}

TEST(SchemaCompatibility, NothingThatWasThereHasChanged) {
  const Lines now = present();
  const Lines before = recorded();
  ASSERT_FALSE(before.empty()) << SEGUE_SNAPSHOT;
  for (const auto& [name, what] : before) {
    const auto found = now.find(name);
    ASSERT_NE(found, now.end()) << name << " is gone; a client still uses it";
    EXPECT_EQ(found->second, what) << name;
  }
}

TEST(SchemaCompatibility, WhatIsNewIsRecorded) {
  const Lines now = present();
  Lines before = recorded();
  if (std::getenv("SEGUE_UPDATE_SNAPSHOT") != nullptr) {
    before.insert(now.begin(), now.end());  // keeps what is there
    record(before);
  }
  for (const auto& [name, what] : now) {
    EXPECT_EQ(before.count(name), 1U) << name << " is new: run this test once with SEGUE_UPDATE_SNAPSHOT=1";
  }
}

// A number that was used once must not come back with another meaning.
TEST(SchemaCompatibility, NoNumberIsUsedTwice) {
  std::map<std::string, std::string> owner;
  for (const auto& [name, what] : recorded()) {
    if (what.starts_with("rpc ")) continue;
    const std::string number = name.substr(0, name.rfind('.')) + " " + what.substr(0, what.find(' '));
    const auto [place, is_new] = owner.emplace(number, name);
    EXPECT_TRUE(is_new) << name << " has the number of " << place->second;
  }
}

// The states of an analysis are named twice, and both names are released: they say the same.
TEST(SchemaCompatibility, AnAnalysisHasTheSameStatesWhereverItIsTold) {
  std::map<std::string, Lines> states;
  for (const auto& [name, number] : present()) {
    for (const std::string type : {"segue.v1.AnalysisProgress.State.", "segue.v1.AnalyzeResponse.State."}) {
      if (name.starts_with(type)) states[type][name.substr(type.size())] = number;
    }
  }
  ASSERT_EQ(states.size(), 2U);
  EXPECT_EQ(states.begin()->second, states.rbegin()->second);
}

}  // namespace
}  // namespace segue::testing
