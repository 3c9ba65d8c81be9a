// SPDX-License-Identifier: GPL-3.0-or-later
// The built programs and other programs' libraries: an import, an export, and that nothing is lost between them.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/network_rig.h"
#include "tests/support/tagged/music_folder.h"

namespace segue::test {
namespace {

using ::testing::HasSubstr;

std::string slurp(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void write(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

// A collection of two tracks, of which the user has one, from another machine.
const char* const kCollection = R"(<?xml version="1.0" encoding="UTF-8"?>
<DJ_PLAYLISTS Version="1.0.0"><PRODUCT Name="rekordbox" Version="6.7.4" Company="AlphaTheta"/>
<COLLECTION Entries="2">
<TRACK TrackID="1" Name="Blue" Artist="Пётр" Location="file://localhost/C:/Users/dj/Music/blue%20one.flac"
  Rating="204" Tonality="Am" Colour="0xFF007F" Comments="late &amp; loud">
  <TEMPO Inizio="0.025" Bpm="127.98" Metro="4/4" Battito="1"/>
  <POSITION_MARK Name="Drop" Type="0" Start="0.05" Num="0" Red="40" Green="226" Blue="20"/>
  <POSITION_MARK Name="Drop" Type="0" Start="0.05" Num="-1"/>
  <POSITION_MARK Name="roll" Type="4" Start="0.060" End="0.09" Num="1"/>
</TRACK>
<TRACK TrackID="2" Name="Elsewhere" Location="file://localhost/C:/x.mp3"/>
</COLLECTION>
<PLAYLISTS><NODE Type="0" Name="ROOT" Count="1"><NODE Type="0" Name="Gigs" Count="1">
<NODE Type="1" Name="Fri/Sat" KeyType="0" Entries="2"><TRACK Key="1"/><TRACK Key="2"/></NODE></NODE></NODE></PLAYLISTS>
</DJ_PLAYLISTS>)";

class Exchange : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(folder_.path("music"));
    const std::string bytes = flac_file({{"TITLE", "Blue"}, {"ARTIST", "Пётр"}});
    write(folder_.path("music/blue one.flac"), bytes);
    write(folder_.path("music/green.flac"), flac_file({{"TITLE", "Green"}}));
    rig_ = std::make_unique<NetworkRig>("[[provider]]\nname = \"local\"\ntype = \"local\"\nfolders = [\"" +
                                        folder_.path("music") + "\"]\n");
    ASSERT_TRUE(rig_->start());
    // Scanned when both can be found.
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (found("blue").empty() || found("green").empty()) {
      ASSERT_LT(std::chrono::steady_clock::now(), give_up) << "the folder was not scanned";
    }
  }

  std::string found(const std::string& text) {
    const Json answer = rig_->ask({"search", text});
    return answer["results"].empty() ? "" : answer["results"][0]["uri"].get<std::string>();
  }

  ScratchFolder folder_;
  std::unique_ptr<NetworkRig> rig_;
};

TEST_F(Exchange, AnotherProgramsLibraryComesInAndGoesOutWhole) {
  const std::string file = folder_.path("rekordbox.xml"), out = folder_.path("out.xml");
  write(file, kCollection);
  const Json dry = rig_->ask({"library", "import", file, "--dry-run"});
  EXPECT_EQ(dry["report"]["changed"], 1) << dry;
  const std::string blue = found("blue");
  EXPECT_EQ(rig_->ask({"marks", blue})["version"], "0") << "a rehearsal changes nothing";

  const Json report = rig_->ask({"library", "import", file})["report"];
  EXPECT_EQ(report["tracks"], 2) << report;
  EXPECT_EQ(report["matched"], 1) << report;
  EXPECT_EQ(report["changed"], 1) << report;
  EXPECT_EQ(report["playlists"], 1) << report;
  EXPECT_THAT(report["unmatched"][0].get<std::string>(), HasSubstr("Elsewhere"));
  EXPECT_EQ(report["skippedCount"], 1) << report;
  const Json marks = rig_->ask({"marks", blue})["marks"];
  EXPECT_EQ(marks["rating"], 4);
  EXPECT_EQ(marks["key"], "Am");
  EXPECT_EQ(marks["grid"]["markers"][0]["bpm"], 127.98);
  ASSERT_EQ(marks["cues"].size(), 2U) << marks;
  EXPECT_EQ(marks["cues"][0]["label"], "Drop");
  EXPECT_EQ(rig_->ask({"track", blue})["track"]["bpm"], 127.98);
  EXPECT_EQ(rig_->ask({"library", "import", file})["report"]["changed"], 0) << "a second time";

  EXPECT_EQ(rig_->ask({"library", "export", out})["tracks"], 2);
  EXPECT_EQ(rig_->segue({"library", "export", out}).exit_code, 1) << "nothing is overwritten";
  EXPECT_EQ(rig_->segue({"library", "export", out, "--force"}).exit_code, 0);
  EXPECT_THAT(slurp(out), HasSubstr("Name=\"Fri/Sat\""));

  // Another library of the same files: what went out comes in.
  rig_->stop();
  std::filesystem::remove_all(rig_->data_folder());
  ASSERT_TRUE(rig_->start());
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (found("blue").empty()) ASSERT_LT(std::chrono::steady_clock::now(), give_up);
  EXPECT_EQ(rig_->ask({"marks", found("blue")})["version"], "0");
  const Json again = rig_->ask({"library", "import", out})["report"];
  EXPECT_EQ(again["changed"], 1) << again;
  EXPECT_EQ(again["skippedCount"], 0) << again;
  EXPECT_EQ(rig_->ask({"marks", found("blue")})["marks"], marks);
  EXPECT_EQ(rig_->ask({"playlist", "Gigs/Fri∕Sat"})["tracks"].size(), 1U);
}

TEST_F(Exchange, StarsAreGivenAndStay) {
  const std::string green = found("green");
  EXPECT_EQ(rig_->segue({"rate", green, "5"}).exit_code, 0);
  EXPECT_EQ(rig_->segue({"rate", green, "6"}).exit_code, 2);
  EXPECT_THAT(rig_->segue({"marks", green}).out, HasSubstr("5 of 5"));
  rig_->stop();
  ASSERT_TRUE(rig_->start());
  EXPECT_THAT(rig_->segue({"marks", green}).out, HasSubstr("5 of 5"));
}

TEST_F(Exchange, WhatIsNoLibraryIsRefused) {
  write(folder_.path("x.xml"), "<html/>");
  EXPECT_EQ(rig_->segue({"library", "import", folder_.path("x.xml")}).exit_code, 2);
  EXPECT_EQ(rig_->segue({"library", "import", folder_.path("missing.xml")}).exit_code, 3);
  write(folder_.path("x.sqlite"), "SQLite format 3" + std::string(5'000, 'x'));
  const auto refused = rig_->segue({"library", "import", folder_.path("x.sqlite")});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(refused.err, "segue: " + folder_.path("x.sqlite") + ": it is no SQLite database, or a damaged one\n");
  EXPECT_EQ(rig_->segue({"rate", folder_.path("nothing.flac"), "3"}).exit_code, 3);
}

}  // namespace
}  // namespace segue::test
