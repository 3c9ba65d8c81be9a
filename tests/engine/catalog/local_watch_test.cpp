// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>

#include <gtest/gtest.h>

#include "engine/catalog/library.h"
#include "engine/catalog/local/folder_watch.h"
#include "tests/engine/catalog/library_folder.h"

namespace segue::catalog {
namespace {

namespace fs = std::filesystem;
using test::flac_file;
using test::LibraryFolder;

std::string named(const std::string& title) { return flac_file({{"TITLE", title}, {"ARTIST", "somebody"}}); }

// A scanned folder whose changes nobody asks for: the library's own news wake the test.
class LocalWatch : public ::testing::Test {
 protected:
  LocalWatch() {
    music_.on_scan = [this](const ScanProgress&) {
      const std::lock_guard lock(mutex_);
      ++scans_;
      has_news_.notify_all();
    };
    music_.reopen();
  }
  ~LocalWatch() override { music_.close(); }

  // Within 2 s of now, looking whenever the library tells of a scan.
  bool soon(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    std::unique_lock lock(mutex_);
    for (;;) {
      const int scans = scans_;
      lock.unlock();
      if (condition()) return true;
      lock.lock();
      if (!has_news_.wait_until(lock, end, [&] { return scans_ != scans; })) return false;
    }
  }
  bool is_found(const std::string& words, std::size_t count) { return music_.found(words).size() == count; }

  LibraryFolder music_;

 private:
  std::mutex mutex_;
  std::condition_variable has_news_;
  int scans_ = 0;
};

TEST_F(LocalWatch, SeesFilesComeChangeAndGo) {
  music_.scan();
  music_.write("a.flac", named("came"));
  EXPECT_TRUE(soon([&] { return is_found("came", 1); }));
  music_.write("a.flac", named("changed much"));
  EXPECT_TRUE(soon([&] { return is_found("changed", 1); }));
  fs::remove(music_.path("a.flac"));
  music_.write("other.flac", named("other"));
  EXPECT_TRUE(soon([&] { return is_found("changed", 0) && is_found("other", 1); }));
}

TEST_F(LocalWatch, SeesNewFoldersAndWhatIsInThem) {
  music_.scan();
  music_.write("one/two/three/deep.flac", named("deep"));
  EXPECT_TRUE(soon([&] { return is_found("deep", 1); }));
  music_.write("one/two/three/deeper/late.flac", named("late"));
  EXPECT_TRUE(soon([&] { return is_found("late", 1); }));
  fs::remove_all(music_.path("one/two"));
  music_.write("stay.flac", named("stay"));
  EXPECT_TRUE(soon([&] { return is_found("deep", 0) && is_found("late", 0) && is_found("stay", 1); }));
}

TEST_F(LocalWatch, FilesAndFoldersKeepTheirIdsWhenTheyMove) {
  music_.write("from/album/x.flac", named("wander"));
  music_.write("to/y.flac", named("stays"));
  music_.scan();
  const std::string id = music_.only("wander").id;
  const auto is_at = [&](const std::string& path) {
    const auto found = music_.library().path_of("local", id);
    return found && *found == music_.path(path);
  };
  fs::rename(music_.path("from/album/x.flac"), music_.path("to/x2.flac"));
  EXPECT_TRUE(soon([&] { return is_at("to/x2.flac"); }));
  fs::rename(music_.path("to"), music_.path("away"));
  EXPECT_TRUE(soon([&] { return is_at("away/x2.flac"); }));
  music_.write("away/z.flac", named("behind"));  // the watch has moved along
  EXPECT_TRUE(soon([&] { return is_found("behind", 1); }));
  EXPECT_EQ(music_.library().count("local").value(), 3);
}

TEST_F(LocalWatch, AFolderThatComesBackIsScannedAgain) {
  music_.write("a.flac", named("a"));
  music_.scan();
  const std::string id = music_.only("a").id;
  fs::rename(music_.path(""), music_.path("") + "-away");
  EXPECT_TRUE(soon([&] { return !music_.library().get("local", id).value().is_available; }));
  fs::rename(music_.path("") + "-away", music_.path(""));
  music_.library().wait_for_scan("local");
  EXPECT_TRUE(music_.library().get("local", id).value().is_available);
}

TEST_F(LocalWatch, WaitingTakesInWhatHasJustHappened) {
  music_.scan();
  for (int i = 0; i < 20; ++i) {
    const std::string name = "w" + std::to_string(i);
    music_.write(name + "/" + name + ".flac", named(name));
    music_.library().wait_for_scan("local");
    ASSERT_TRUE(is_found(name, 1)) << name;
  }
}

// What the system keeps of news that nobody has read.
int queued_events_max() {
  std::ifstream limit("/proc/sys/fs/inotify/max_queued_events");
  int events = 0;
  limit >> events;
  return events;
}

// More news in the folder than the system keeps; nothing that a scan would list stays.
void flood(const std::string& folder) {
  const int files = queued_events_max() / 3 + 100;  // made, closed and removed
  for (int i = 0; i < files; ++i) {
    const std::string path = folder + "/" + std::to_string(i) + ".tmp";
    test::write_bytes(path, "");
    fs::remove(path);
  }
}

TEST(FolderWatch, SaysThatNewsWereLost) {
  const segue::testing::TempDir folder;
  FolderWatch watch(10);
  watch.add(folder.path("."));
  DirtyFolders dirty;
  folder.write("a", "");
  EXPECT_FALSE(watch.read(dirty));
  EXPECT_EQ(dirty.size(), 1U);
  flood(folder.path("."));
  EXPECT_TRUE(watch.read(dirty));
  EXPECT_FALSE(watch.read(dirty)) << "told once";
}

TEST(FolderWatch, ALimitMakesItIncompleteAndKeepsWhatItHas) {
  const segue::testing::TempDir folder;
  for (const char* name : {"a", "b", "c"}) fs::create_directory(folder.path(name));
  FolderWatch watch(2);
  watch.add(folder.path("a"));
  watch.add(folder.path("b"));
  watch.add(folder.path("a"));
  EXPECT_TRUE(watch.is_complete()) << "one that is watched already needs no other";
  watch.add(folder.path("c"));
  EXPECT_FALSE(watch.is_complete());
  EXPECT_EQ(watch.folders(), 2);
  EXPECT_NE(watch.problem().find("limit of 2 watched folders"), std::string::npos) << watch.problem();
  DirtyFolders dirty;
  folder.write("b/x", "");
  folder.write("c/x", "");
  EXPECT_FALSE(watch.read(dirty));
  EXPECT_EQ(dirty, (DirtyFolders{{folder.path("b"), false}}));
}

TEST_F(LocalWatch, LostNewsMeanALookAtEverything) {
  music_.write("deep/below/a.flac", named("old"));
  std::mutex mutex;
  std::condition_variable has_changed;
  bool is_held = false, is_holding = false;
  // The library's own thread tells of scans: while it is held, nobody reads the news.
  music_.on_scan = [&](const ScanProgress&) {
    std::unique_lock lock(mutex);
    is_holding = is_held;
    has_changed.notify_all();
    has_changed.wait(lock, [&] { return !is_held; });
  };
  music_.reopen();
  music_.scan();
  {
    const std::lock_guard lock(mutex);
    is_held = true;
  }
  music_.library().rescan("local");
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(has_changed.wait_for(lock, std::chrono::seconds(10), [&] { return is_holding; }));
  }
  flood(music_.path(""));
  music_.write("deep/below/late.flac", named("late"));  // of this nobody is told
  {
    const std::lock_guard lock(mutex);
    is_held = false;
  }
  has_changed.notify_all();
  music_.library().wait_for_scan("local");
  EXPECT_TRUE(is_found("late", 1));
  EXPECT_TRUE(is_found("old", 1));
  music_.close();
}

TEST_F(LocalWatch, FoldersBeyondTheLimitAreLookedAtFromTimeToTime) {
  for (const char* name : {"a", "b", "c", "d"}) music_.write(std::string(name) + "/x.flac", named(name));
  music_.watches_max = 2;
  music_.rescan_every = std::chrono::milliseconds(50);
  music_.reopen();
  music_.scan();
  EXPECT_EQ(music_.library().count("local").value(), 4);
  music_.write("d/late.flac", named("late"));
  EXPECT_TRUE(soon([&] { return is_found("late", 1); })) << "nobody asked";
}

TEST_F(LocalWatch, FoldersBeyondTheLimitAreLookedAtWhenSomebodyWaits) {
  for (const char* name : {"a", "b", "c", "d"}) music_.write(std::string(name) + "/x.flac", named(name));
  music_.watches_max = 1;
  music_.reopen();
  music_.scan();
  music_.write("d/late.flac", named("late"));
  music_.library().wait_for_scan("local");
  EXPECT_TRUE(is_found("late", 1));
}

}  // namespace
}  // namespace segue::catalog
