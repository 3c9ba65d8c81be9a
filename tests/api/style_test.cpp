// SPDX-License-Identifier: GPL-3.0-or-later
// What every message, field, enum and rpc of the schema has in common, so that a client's author can rely on it.
#include <cctype>
#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/descriptors.h"

namespace segue::testing {
namespace {

using google::protobuf::FieldDescriptor;

// The comment above a declaration, without the blank before its first word; empty if there is none.
template <typename Descriptor>
std::string comment_of(const Descriptor* declared) {
  google::protobuf::SourceLocation location;
  if (!declared->GetSourceLocation(&location)) return {};
  std::string text = location.leading_comments;
  text.erase(0, text.find_first_not_of(" \n"));
  return text;
}

// A sentence: it begins with a word or a number and ends with its mark.
void expect_sentence(const std::string& comment, const std::string& name) {
  ASSERT_FALSE(comment.empty()) << name << " has no comment above it";
  const auto last = comment.find_last_not_of(" \n");
  EXPECT_EQ(comment[last], '.') << name << ": \"" << comment << "\" does not end";
  EXPECT_FALSE(std::islower(static_cast<unsigned char>(comment.front())))
      << name << ": \"" << comment << "\" begins in the middle";
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(SchemaStyle, EveryDeclarationHasASentence) {
  const Schema schema;
  for (const auto* message : schema.messages()) expect_sentence(comment_of(message), message->full_name());
  for (const auto* field : schema.fields()) expect_sentence(comment_of(field), field->full_name());
  for (const auto* method : schema.methods()) expect_sentence(comment_of(method), method->full_name());
  for (const auto* type : schema.enums()) {
    expect_sentence(comment_of(type), type->full_name());
    for (int i = 0; i < type->value_count(); ++i)
      expect_sentence(comment_of(type->value(i)), type->value(i)->full_name());
  }
  for (const auto* file : schema.files()) {
    for (int i = 0; i < file->service_count(); ++i) {
      expect_sentence(comment_of(file->service(i)), file->service(i)->full_name());
    }
  }
}

TEST(SchemaStyle, FieldsAreSnakeCase) {
  const Schema schema;
  const std::regex snake("[a-z][a-z0-9]*(_[a-z0-9]+)*");
  for (const auto* field : schema.fields()) EXPECT_TRUE(std::regex_match(field->name(), snake)) << field->full_name();
}

TEST(SchemaStyle, MessagesEnumsAndRpcsArePascalCase) {
  const Schema schema;
  const std::regex pascal("([A-Z][a-z0-9]*)+");
  for (const auto* message : schema.messages())
    EXPECT_TRUE(std::regex_match(message->name(), pascal)) << message->full_name();
  for (const auto* type : schema.enums()) EXPECT_TRUE(std::regex_match(type->name(), pascal)) << type->full_name();
  for (const auto* method : schema.methods())
    EXPECT_TRUE(std::regex_match(method->name(), pascal)) << method->full_name();
}

TEST(SchemaStyle, EveryRpcHasMessagesOfItsOwn) {
  const Schema schema;
  for (const auto* method : schema.methods()) {
    EXPECT_EQ(method->input_type()->name(), method->name() + "Request");
    EXPECT_EQ(method->output_type()->name(), method->name() + "Response");
  }
}

// "Band" → "BAND", "KindOfThing" → "KIND_OF_THING".
std::string upper_snake(const std::string& pascal) {
  std::string out;
  for (const char c : pascal) {
    if (std::isupper(static_cast<unsigned char>(c)) && !out.empty()) out += '_';
    out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return out;
}

TEST(SchemaStyle, EnumsNestBeginUnspecifiedAndHaveBareValues) {
  const Schema schema;
  for (const auto* type : schema.enums()) {
    EXPECT_NE(type->containing_type(), nullptr) << type->full_name() << " is not in the message that uses it";
    const std::string prefix = upper_snake(type->name()) + "_";
    ASSERT_NE(type->FindValueByNumber(0), nullptr) << type->full_name();
    EXPECT_EQ(type->FindValueByNumber(0)->name(), prefix + "UNSPECIFIED");
    for (int i = 0; i < type->value_count(); ++i) {
      const auto* value = type->value(i);
      if (value->number() == 0) continue;
      EXPECT_FALSE(value->name().starts_with(prefix)) << value->full_name();
    }
  }
}

// Counts, ids and names of things have no unit; whatever is measured does.
TEST(SchemaStyle, MeasuredNumbersNameTheirUnit) {
  const Schema schema;
  const std::regex unit_in_name(
      "(^|_)(db|dbtp|s|ms|hz|kbps|bpm|px|beats|seconds|percent|semitones|frame|frames|bytes|rate|fraction|markers|time)(_|$)");
  const std::regex unit_in_comment(
      "(Hz|dB|dBFS|dBTP|seconds?|ms|beats?|percent|semitones?|frames?|bytes|part of|[0-9−-]+ .*to [0-9+−]*[0-9])",
      std::regex::ECMAScript | std::regex::icase);
  // Ids, and integers whose comment begins by saying that they count or number something.
  const std::regex id("(.*_)?id");
  const std::regex counted(
      "(Which|Deck|Channel|Track|Command|Its|Number|Times|Position|Process|Version|How many|Refuse|Resume|"
      "Revision|Year|Place on|Higher ones|The (epoch|revision|id|wall)|Rises|Commands|Journal entries|Decks)");
  for (const auto* field : schema.fields()) {
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_DOUBLE:
      case FieldDescriptor::CPPTYPE_FLOAT:
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_INT64:
      case FieldDescriptor::CPPTYPE_UINT32:
      case FieldDescriptor::CPPTYPE_UINT64: break;
      default: continue;
    }
    const std::string comment = comment_of(field);
    const bool is_measured = field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE ||
                             field->cpp_type() == FieldDescriptor::CPPTYPE_FLOAT ||
                             !std::regex_search(comment, counted, std::regex_constants::match_continuous);
    if (!is_measured || std::regex_match(field->name(), id)) continue;
    EXPECT_TRUE(std::regex_search(field->name(), unit_in_name) || std::regex_search(comment, unit_in_comment))
        << field->full_name() << ": \"" << comment << "\" names neither unit nor range";
  }
}

TEST(SchemaStyle, FilesDeclareLicencePackageAndSyntax) {
  const Schema schema;
  EXPECT_FALSE(schema.files().empty());
  for (const auto* file : schema.files()) {
    EXPECT_EQ(file->package(), "segue.v1") << file->name();
    EXPECT_TRUE(file->name().starts_with("segue/v1/")) << file->name();
    EXPECT_EQ(file->syntax(), google::protobuf::FileDescriptor::SYNTAX_PROTO3) << file->name();
    const std::string text = text_of(std::string(SEGUE_API) + "/" + file->name());
    EXPECT_TRUE(text.starts_with("// SPDX-License-Identifier: Apache-2.0\n")) << file->name();
  }
}

}  // namespace
}  // namespace segue::testing
