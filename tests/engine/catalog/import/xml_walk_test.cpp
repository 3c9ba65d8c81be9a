// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/xml_walk.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::catalog {
namespace {

using ::testing::HasSubstr;

// All elements with their values, depth first: "a(x=1)[b,c]"; and how the walk ended.
std::string walked(XmlWalk& walk) {
  std::string text;
  while (walk.next()) {
    const pugi::xml_node tag = walk.tag();
    text += (text.empty() ? "" : ",") + std::string(tag.name());
    for (const pugi::xml_attribute& value : tag.attributes())
      text += "(" + std::string(value.name()) + "=" + value.value() + ")";
    walk.enter();
    if (const std::string inner = walked(walk); !inner.empty()) text += "[" + inner + "]";
  }
  return text;
}

std::string walked(const std::string& document) {
  std::istringstream in(document);
  XmlWalk walk(in);
  const std::string text = walked(walk);
  return walk.fault().empty() ? text : text + " – " + walk.fault();
}

TEST(XmlWalk, GoesThroughElementsWhateverStandsBetween) {
  EXPECT_EQ(
      walked("<?xml version=\"1.0\"?><!-- <no> --><a x='1>2' y=\"&lt;\"> text <b/><![CDATA[<c>]]><c><d/></c></a>"),
      "a(x=1>2)(y=<)[b,c[d]]");
}

TEST(XmlWalk, WhatIsNotTakenIsPassedOver) {
  std::istringstream in("<a><b><x/><x></x></b><c k='v'><y/></c><d/></a>");
  XmlWalk walk(in);
  ASSERT_TRUE(walk.next());
  walk.enter();
  ASSERT_TRUE(walk.next());
  EXPECT_STREQ(walk.tag().name(), "b");
  ASSERT_TRUE(walk.next());
  const pugi::xml_node c = walk.whole();
  EXPECT_STREQ(c.attribute("k").value(), "v");
  EXPECT_TRUE(c.child("y"));
  ASSERT_TRUE(walk.next());
  EXPECT_STREQ(walk.tag().name(), "d");
  EXPECT_FALSE(walk.next()) << "the end of a";
  EXPECT_FALSE(walk.next()) << "the end of the document";
  EXPECT_EQ(walk.fault(), "");
}

TEST(XmlWalk, FaultsEndItAndSayWhere) {
  for (const auto& [document, why] : std::initializer_list<std::pair<const char*, const char*>>{
           {"<a><b></a>", "damaged at byte 6: an end without a beginning"},
           {"<a><b>", "the file ends within \"b\""},
           {"<a x='1", "the file ends within a value"},
           {"<a <b>", "a tag within a tag"},
           {"<a><!-- x", "the file ends within a comment"},
           {"<!DOCTYPE a><a/>", "a document type"},
           {"<>", "a tag without a name"}}) {
    EXPECT_THAT(walked(document), HasSubstr(why)) << document;
  }
}

TEST(XmlWalk, MemoryDoesNotGrowWithTheDocument) {
  // 30 MB in elements of 30 bytes, then one that is broken: its place counts all that came before.
  std::string document = "<a>";
  std::size_t written = 0;
  for (; document.size() < 30'000'000; ++written) document += "<track name=\"a name of it\"/>\n";
  const std::size_t bad = document.size();
  document += "<b <";
  std::istringstream in(document);
  XmlWalk walk(in);
  ASSERT_TRUE(walk.next());
  walk.enter();
  std::size_t count = 0;
  while (walk.next()) {
    ++count;
    ASSERT_TRUE(walk.whole());
  }
  EXPECT_EQ(count, written);
  EXPECT_THAT(walk.fault(), HasSubstr("byte " + std::to_string(bad + 3)));
}

}  // namespace
}  // namespace segue::catalog
