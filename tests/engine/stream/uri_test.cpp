// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "engine/stream/track_loader.h"

namespace segue::stream {
namespace {

TEST(Uri, PathsComeBackWhateverTheyHold) {
  for (const std::string path : {"/a.mp3", "/music/A & B/50% #1?.flac", "/über/naïve.ogg", "/bad\xff\xfe utf8.wav",
                                 "/new\nline.wav", "/../x", "/a//b"}) {
    const std::string uri = uri_of_path(path);
    EXPECT_TRUE(uri.starts_with("file:///")) << uri;
    EXPECT_EQ(uri.find_first_of(" #?%\n", 8) == std::string::npos || uri.find('%') != std::string::npos, true) << uri;
    const Result<std::string> back = path_of_uri(uri);
    ASSERT_TRUE(back.has_value()) << uri;
    EXPECT_EQ(*back, path);
  }
}

TEST(Uri, EncodesWhatNeedsIt) { EXPECT_EQ(uri_of_path("/a b#c%d?e"), "file:///a%20b%23c%25d%3Fe"); }

TEST(Uri, LocalhostIsThisMachine) {
  EXPECT_EQ(path_of_uri("file://localhost/a.mp3").value(), "/a.mp3");
  EXPECT_EQ(path_of_uri("file:///a%41.mp3").value(), "/aA.mp3");
}

TEST(Uri, RefusesWhatIsNotAFile) {
  for (const char* uri : {"http://example.com/a.mp3", "https://x/", "spotify:track:1", "concat:a|b"}) {
    const Result<std::string> path = path_of_uri(uri);
    ASSERT_FALSE(path.has_value()) << uri;
    EXPECT_EQ(path.error().code, Code::kInvalidArgument);
    EXPECT_EQ(path.error().reason, "URI_UNSUPPORTED");
  }
}

TEST(Uri, RefusesMalformedOnes) {
  for (const char* uri : {"", "/a.mp3", "a.mp3", "file://otherhost/a", "file:///a%", "file:///a%4", "file:///a%zz",
                          "file:///a%00b", "file://"}) {
    const Result<std::string> path = path_of_uri(uri);
    ASSERT_FALSE(path.has_value()) << uri;
    EXPECT_EQ(path.error().reason, "URI_INVALID") << uri;
  }
}

}  // namespace
}  // namespace segue::stream
