// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/location.h"

#include <gtest/gtest.h>

namespace segue::catalog {
namespace {

const std::string kFolder = "file:///music/lists/a.m3u";
const std::string kWeb = "http://host.example/lists/a.m3u";

TEST(Location, RelativePathsAreBelowTheList) {
  EXPECT_EQ(locate("sub/b c.mp3", kFolder, false), "file:///music/lists/sub/b%20c.mp3");
  EXPECT_EQ(locate("../b.mp3", kFolder, false), "file:///music/b.mp3");
  EXPECT_EQ(locate("100% pure #1.mp3", kFolder, false), "file:///music/lists/100%25%20pure%20%231.mp3");
  EXPECT_EQ(locate("sub/b c.mp3", kWeb, false), "http://host.example/lists/sub/b%20c.mp3");
  EXPECT_EQ(locate("/b.mp3", kWeb, false), "http://host.example/b.mp3");
  EXPECT_EQ(locate("a:b.mp3", kWeb, false), "http://host.example/lists/a:b.mp3");
}

TEST(Location, AbsolutePathsAndAddressesStay) {
  EXPECT_EQ(locate("/b.mp3", kFolder, false), "file:///b.mp3");
  EXPECT_EQ(locate("file:///x/y%20z.mp3", kFolder, false), "file:///x/y%20z.mp3");
  EXPECT_EQ(locate("http://other.example/b", kFolder, false), "http://other.example/b");
  EXPECT_EQ(locate("segue://home/17", kWeb, false), "segue://home/17");
}

TEST(Location, BackslashesOfAnotherSystemAreSlashes) {
  EXPECT_EQ(locate("sub\\b.mp3", kFolder, false), "file:///music/lists/sub/b.mp3");
  EXPECT_EQ(locate("C:\\Music\\b.mp3", kFolder, false), std::nullopt);
  EXPECT_EQ(locate("\\\\server\\b.mp3", kFolder, false), std::nullopt);
}

TEST(Location, ListsFromTheNetworkNameNoLocalFiles) {
  EXPECT_EQ(locate("file:///etc/passwd", kWeb, false), std::nullopt);
  EXPECT_EQ(locate("FILE:///etc/passwd", kWeb, false), std::nullopt);
  EXPECT_EQ(locate("../../../etc/passwd", kWeb, false), "http://host.example/etc/passwd");
}

TEST(Location, WhatMeansNothingIsNothing) {
  for (const char* text :
       {"", "gopher://x/y", "javascript://x", "rtsp://x/y", "a\nb", "file:relative", "file://host/x"})
    EXPECT_EQ(locate(text, kFolder, false), std::nullopt) << text;
  EXPECT_EQ(locate(std::string(9000, 'x'), kFolder, false), std::nullopt);
  EXPECT_EQ(locate("a%zz", kFolder, true), std::nullopt);
  EXPECT_EQ(locate("a%00b", kFolder, true), std::nullopt);
}

TEST(Location, FileAddressesGoThereAndBack) {
  const std::string path = "/a b/ü#?%.mp3";
  EXPECT_EQ(path_of_file_uri(file_uri_of(path)), path);
  EXPECT_EQ(path_of_file_uri("file://localhost/a"), "/a");
  EXPECT_EQ(path_of_file_uri("file://other/a"), std::nullopt);
  EXPECT_EQ(path_of_file_uri("http://x/a"), std::nullopt);
}

}  // namespace
}  // namespace segue::catalog
