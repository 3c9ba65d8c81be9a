// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>

#include <gtest/gtest.h>

#include "engine/catalog/library.h"
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

}  // namespace
}  // namespace segue::catalog
