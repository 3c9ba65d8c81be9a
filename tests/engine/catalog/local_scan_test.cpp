// SPDX-License-Identifier: GPL-3.0-or-later
#include <condition_variable>
#include <filesystem>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/catalog/library.h"
#include "tests/engine/catalog/library_folder.h"

namespace segue::catalog {
namespace {

namespace fs = std::filesystem;
using test::flac_file;
using test::LibraryFolder;
using test::title_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

std::string named(const std::string& title) { return flac_file({{"TITLE", title}, {"ARTIST", "somebody"}}); }

TEST(LocalScan, ASecondScanChangesNothing) {
  LibraryFolder music;
  test::make_music_folder(music.path(""), 1, 200);
  music.scan();
  EXPECT_EQ(music.library().scan_progress("local").added, 200);
  EXPECT_EQ(music.library().scan_progress("local").expected, 200);
  music.rescan();
  const ScanProgress again = music.library().scan_progress("local");
  EXPECT_EQ(again.seen, 200);
  EXPECT_EQ(again.added + again.changed + again.removed + again.unreadable, 0);
  EXPECT_FALSE(again.is_running);
}

TEST(LocalScan, FindsWhatChangedWhileNobodyLooked) {
  LibraryFolder music;
  music.write("a/keep.flac", named("keep"));
  music.write("a/change.flac", named("before"));
  music.write("a/b/c/remove.flac", named("remove"));
  music.write("moved.flac", named("moved"));
  music.write("old folder/x.flac", named("x"));
  music.scan();
  const std::string keep = music.only("keep").id, moved = music.only("moved").id, x = music.only("x").id;
  music.close();
  music.write("a/change.flac", named("after all"));
  music.write("a/new.flac", named("new"));
  fs::remove_all(music.path("a/b"));
  fs::create_directory(music.path("elsewhere"));
  fs::rename(music.path("moved.flac"), music.path("elsewhere/renamed.flac"));
  fs::rename(music.path("old folder"), music.path("new folder"));
  music.reopen();
  music.scan();
  const ScanProgress progress = music.library().scan_progress("local");
  EXPECT_EQ(progress.added, 1);
  EXPECT_EQ(progress.removed, 1);
  EXPECT_EQ(progress.changed, 3) << "one with new tags, two at a new place";
  EXPECT_THAT(music.found("somebody"), UnorderedElementsAre("keep", "after all", "new", "moved", "x"));
  EXPECT_EQ(music.only("keep").id, keep);
  EXPECT_EQ(music.only("moved").id, moved) << "a track keeps its id when its file moves";
  EXPECT_EQ(music.library().path_of("local", moved).value(), music.path("elsewhere/renamed.flac"));
  EXPECT_EQ(music.only("renamed").id, moved) << "found by its new name";
  EXPECT_EQ(music.library().path_of("local", x).value(), music.path("new folder/x.flac"));
  EXPECT_THAT(music.found("before"), ElementsAre());
}

TEST(LocalScan, ACopyIsAnotherTrackAndTheOldPathMayBeUsedAgain) {
  LibraryFolder music;
  music.write("one.flac", named("first"));
  music.scan();
  const std::string first = music.only("first").id;
  fs::rename(music.path("one.flac"), music.path("two.flac"));
  music.rescan();
  music.write("one.flac", named("second"));
  music.rescan();
  EXPECT_EQ(music.only("first").id, first);
  ASSERT_EQ(music.only("second").title, "second");
  EXPECT_NE(music.only("second").id, first);
  fs::create_hard_link(music.path("two.flac"), music.path("three.flac"));
  music.rescan();
  EXPECT_EQ(music.library().count("local").value(), 3);
}

TEST(LocalScan, IdsAreTheSameInANewDatabase) {
  LibraryFolder music;
  music.write("a/b.flac", named("b"));
  music.scan();
  const std::string id = music.only("b").id;
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos) << id;
  music.close();
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(music.database() + suffix);
  music.reopen();
  music.scan();
  EXPECT_EQ(music.only("b").id, id);
}

TEST(LocalScan, AMissingFolderKeepsItsTracksAsNotAvailable) {
  LibraryFolder music;
  music.write("a.flac", named("a"));
  music.write("sub/b.flac", named("b"));
  music.scan();
  const std::string id = music.only("b").id;
  fs::rename(music.path(""), music.path("") + "-away");
  music.rescan();
  EXPECT_EQ(music.library().count("local").value(), 2);
  Entry entry = music.library().get("local", id).value();
  EXPECT_FALSE(entry.is_available);
  EXPECT_THAT(entry.reason, StartsWith("OFFLINE: "));
  EXPECT_THAT(entry.reason, HasSubstr("is its disk mounted?"));
  fs::create_directory(music.path(""));  // the mount point of a disk that is not there
  music.rescan();
  EXPECT_FALSE(music.library().get("local", id).value().is_available);
  EXPECT_EQ(music.library().count("local").value(), 2) << "suddenly empty";
  fs::remove(music.path(""));
  fs::rename(music.path("") + "-away", music.path(""));
  music.rescan();
  entry = music.library().get("local", id).value();
  EXPECT_TRUE(entry.is_available) << entry.reason;
  EXPECT_EQ(music.library().scan_progress("local").removed, 0);
}

TEST(LocalScan, ANeverSeenFolderIsNoFailure) {
  LibraryFolder music;
  ASSERT_TRUE(music.library().add_folders("local", {music.path("not there")}));
  music.library().wait_for_scan("local");
  EXPECT_EQ(music.library().count("local").value(), 0);
  EXPECT_EQ(music.library().scan_progress("local").unreadable, 1);
}

TEST(LocalScan, BrokenFilesAreListedWithTheReason) {
  LibraryFolder music;
  music.write("good.flac", named("good"));
  music.write("text.mp3", "<html>not music</html>");
  music.write("empty.flac", "");
  music.write("cut.flac", named("cut").substr(0, 20));
  music.write("junk.opus", std::string(5'000, '\xff'));
  ASSERT_EQ(::mkfifo(music.path("pipe.mp3").c_str(), 0600), 0);
  fs::create_symlink(music.path("nowhere"), music.path("dangling.flac"));
  music.scan();
  EXPECT_EQ(music.library().scan_progress("local").unreadable, 4);
  EXPECT_EQ(music.library().count("local").value(), 5) << "pipes and links to nowhere are no files";
  const Entry broken = music.only("text");
  EXPECT_FALSE(broken.is_available);
  EXPECT_THAT(broken.reason, StartsWith("UNREADABLE: "));
  EXPECT_EQ(broken.title, "text");
  music.rescan();
  EXPECT_EQ(music.library().scan_progress("local").unreadable, 4);
  EXPECT_EQ(music.library().scan_progress("local").changed, 0);
  music.write("text.mp3", test::mp3_file({{"TITLE", "mended"}}));
  music.rescan();
  EXPECT_TRUE(music.only("mended").is_available);
}

TEST(LocalScan, NamesMayBeAnyBytes) {
  LibraryFolder music;
  const std::string names[] = {"new\nline.flac",
                               "bad\xff\xfeutf8.flac",
                               std::string(250, 'n') + ".flac",
                               "per%cent #?.flac",
                               "'; DROP TABLE track; --.flac",
                               "ta\tb.FLAC",
                               "\xe2\x80\xae"
                               "reversed.flac"};
  for (const std::string& name : names) music.write("\xc3(folder/" + name, flac_file({}));
  music.scan();
  EXPECT_EQ(music.library().count("local").value(), 7);
  EXPECT_EQ(music.library().scan_progress("local").unreadable, 0);
  const Node node = music.library().browse("local", "", "").value().nodes.at(0);
  EXPECT_EQ(node.title, "\xef\xbf\xbd(folder");
  const Listing listing = music.library().browse("local", node.id, "").value();
  ASSERT_EQ(listing.entries.size(), 7U);
  for (const Entry& entry : listing.entries) {
    EXPECT_EQ(entry.title.find_first_of("\n\t\xff"), std::string::npos) << entry.title;
    EXPECT_TRUE(fs::exists(music.library().path_of("local", entry.id).value())) << entry.title;
  }
  music.rescan();
  EXPECT_EQ(music.library().scan_progress("local").added, 0);
}

TEST(LocalScan, TagsAreBoundedAndCleaned) {
  LibraryFolder music;
  music.write("a.flac", flac_file({{"TITLE", std::string(300'000, 'x')},
                                   {"ARTIST", "line\nbreak\x01\x7f  and bytes "},
                                   {"DATE", "99999999999999"},
                                   {"BPM", "1e400"},
                                   {"ISRC", "nonsense"},
                                   {"MUSICBRAINZ_TRACKID", "../../etc/passwd"}}));
  music.scan();
  const Entry entry = music.library().browse("local", "", "").value().entries.at(0);
  EXPECT_EQ(entry.title, std::string(256, 'x'));
  EXPECT_THAT(entry.artist, StartsWith("line break and "));
  EXPECT_EQ(entry.year, 0);
  EXPECT_EQ(entry.bpm, 0);
  EXPECT_EQ(entry.isrc, "");
  EXPECT_EQ(entry.musicbrainz_id, "");
}

TEST(LocalScan, HiddenNamesLinksToFoldersAndDeepFoldersAreLeftOut) {
  LibraryFolder music;
  music.write("a/seen.flac", named("seen"));
  music.write(".hidden/b.flac", named("b"));
  music.write("a/.c.flac", named("c"));
  fs::create_directory_symlink(music.path(""), music.path("a/loop"));
  fs::create_symlink(music.path("a/seen.flac"), music.path("linked.flac"));
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "d/";
  music.write(deep + "deep.flac", named("deep"));
  music.scan();
  EXPECT_THAT(music.found("somebody"), ElementsAre("seen", "seen")) << "a file and a link to it";
}

TEST(LocalScan, ProgressIsToldAtMostFourTimesASecondAndAtTheEnd) {
  LibraryFolder music;
  test::make_music_folder(music.path(""), 3, 500);
  std::mutex mutex;
  std::vector<std::pair<std::chrono::steady_clock::time_point, ScanProgress>> told;
  std::condition_variable is_over;
  music.on_scan = [&](const ScanProgress& progress) {
    const std::lock_guard lock(mutex);
    told.emplace_back(std::chrono::steady_clock::now(), progress);
    is_over.notify_all();
  };
  music.reopen();
  music.scan();
  std::unique_lock lock(mutex);
  ASSERT_TRUE(is_over.wait_for(lock, std::chrono::seconds(10),
                               [&] { return !told.empty() && !told.back().second.is_running; }));
  EXPECT_EQ(told.back().second.added, 500);
  EXPECT_TRUE(told.front().second.is_running);
  for (std::size_t i = 1; i < told.size(); ++i) {
    EXPECT_GE(told[i].first - told[i - 1].first, std::chrono::milliseconds(240));
  }
  lock.unlock();
  music.close();
}

TEST(LocalScan, EndsAtOnceWhenTheLibraryIsClosed) {
  LibraryFolder music;
  test::make_music_folder(music.path(""), 5, 3'000);
  ASSERT_TRUE(music.library().add_folders("local", {music.path("")}));
  const auto began = std::chrono::steady_clock::now();
  music.close();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));
  music.reopen();
  music.scan();
  EXPECT_EQ(music.library().count("local").value(), 3'000);
}

}  // namespace
}  // namespace segue::catalog
