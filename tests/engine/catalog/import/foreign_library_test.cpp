// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/foreign_library.h"

#include <gtest/gtest.h>

namespace segue::catalog {
namespace {

TEST(ForeignLocation, IsAnAddressHoweverItWasWritten) {
  const std::pair<const char*, const char*> cases[] = {
      {"file://localhost/Users/dj/Music/A%20B%20%26%20C.mp3", "file:///Users/dj/Music/A%20B%20%26%20C.mp3"},
      {"file:///home/dj/a.flac", "file:///home/dj/a.flac"},
      {"/home/dj/50% off #1?.mp3", "file:///home/dj/50%25%20off%20%231%3F.mp3"},
      {"file://localhost/C:/Music/x.mp3", "file:///C:/Music/x.mp3"},
      {"C:\\Music\\DJ Set\\x.mp3", "file:///C:/Music/DJ%20Set/x.mp3"},
      {"d:/x.wav", "file:///d:/x.wav"},
      {"\\\\nas\\music\\x.mp3", "file:////nas/music/x.mp3"},
      {"file://localhost/50% off.mp3", "file:///50%25%20off.mp3"},
      {"file://localhost/%E9%9F%B3%E6%A5%BD/%D0%BF%D0%B5%D1%81%D0%BD%D1%8F.mp3",
       "file:///%E9%9F%B3%E6%A5%BD/%D0%BF%D0%B5%D1%81%D0%BD%D1%8F.mp3"},
      {"segue://tidal/1234", "segue://tidal/1234"},
      {"https://example.org/a.mp3", "https://example.org/a.mp3"},
  };
  for (const auto& [written, wanted] : cases)
    EXPECT_EQ(foreign_location(written).value_or("nothing"), wanted) << written;
}

TEST(ForeignLocation, IsNothingForWhatNamesNoFile) {
  for (const std::string text : {"", "relative/x.mp3", "x.mp3", "ftp://a/b", "file://", "file://localhost",
                                 "C:", "/a\nb.mp3", "file:///a%0Ab.mp3"}) {
    EXPECT_FALSE(foreign_location(text)) << text;
  }
  EXPECT_FALSE(foreign_location("/" + std::string(9'000, 'a')));
}

TEST(ForeignNumber, ReadsFiniteNumbersOnly) {
  EXPECT_EQ(foreign_number("128.00"), 128.0);
  EXPECT_EQ(foreign_number(" -1 "), -1.0);
  EXPECT_EQ(foreign_number("+0.5"), 0.5);
  EXPECT_EQ(foreign_number("127,98"), 127.98);
  EXPECT_EQ(foreign_number("1e3"), 1000.0);
  for (const std::string text : {"", "nan", "inf", "-inf", "1e999", "0x10", "12abc", "1.2.3", "1,234.5", "--1"}) {
    EXPECT_FALSE(foreign_number(text)) << text;
  }
  EXPECT_FALSE(foreign_number(std::string(1'000'000, '9')));
}

TEST(ForeignLibrary, CountsAllThatIsSkippedAndNamesTheFirst) {
  ForeignLibrary library;
  for (int i = 0; i < 5'000; ++i) library.skip("cue", "A\nB", "starts at nan");
  EXPECT_EQ(library.skipped_count, 5'000);
  ASSERT_EQ(library.skipped.size(), kForeignSkippedNamedMax);
  EXPECT_EQ(library.skipped[0].name, "A B");
}

}  // namespace
}  // namespace segue::catalog
