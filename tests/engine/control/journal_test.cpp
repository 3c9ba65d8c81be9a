// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/journal/journal.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/control/journal/folder.h"
#include "engine/control/journal/reader.h"
#include "engine/control/journal/segments.h"
#include "tests/engine/control/booth.h"

namespace segue::control {
namespace {

class JournalFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("segue-journal-" + std::to_string(::getpid()));
    std::filesystem::remove_all(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // Writes `count` entries with ids from 1 on.
  void write(const std::string& epoch, int count, std::int64_t segment_bytes = 1 << 20, int segments_max = 64) const {
    Journal journal({{true, segment_bytes, segments_max}, folder_, epoch}, clock_);
    for (int i = 1; i <= count; ++i) append(journal, i);
  }
  static void append(Journal& journal, int id) {
    v1::JournalEntry::Accepted entry;
    entry.set_command_id(static_cast<std::uint64_t>(id));
    entry.mutable_command()->mutable_play()->set_deck(1);
    journal.accepted(entry);
  }
  std::vector<v1::JournalEntry> read(const std::string& epoch = "") const {
    std::vector<v1::JournalEntry> entries;
    const auto done = read_journal(folder_, epoch, [&](const v1::JournalEntry& entry) { entries.push_back(entry); });
    EXPECT_TRUE(done) << done.error().message;
    return entries;
  }

  SystemClock clock_;
  std::filesystem::path folder_;
};

TEST_F(JournalFiles, KeepEverythingInOrderWithoutGaps) {
  write("epoch-a", 1000);
  const auto entries = read();
  ASSERT_EQ(entries.size(), 1000U);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].sequence(), i + 1);
    EXPECT_EQ(entries[i].accepted().command_id(), i + 1);
  }
}

TEST_F(JournalFiles, SurviveSigkillToTheLastEntry) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    Journal journal({{true, 1 << 20, 64}, folder_, "epoch-a"}, clock_);
    for (int i = 1; i <= 500; ++i) append(journal, i);
    (void)!::write(ready[1], "x", 1);
    ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  EXPECT_EQ(read().size(), 500U);
}

TEST_F(JournalFiles, LeaveNothingEmptyBehind) {
  write("epoch-a", 10);
  const auto files = journal_files(folder_);
  ASSERT_EQ(files.size(), 1U) << "the one that was prepared ahead is gone";
  EXPECT_LT(std::filesystem::file_size(files[0]), 1'000U) << "and this one is as long as what it holds";
}

TEST_F(JournalFiles, OutliveManyRestarts) {
  for (int i = 0; i < 40; ++i) write("epoch-" + std::to_string(100 + i), 3, 1 << 16, 4);
  EXPECT_EQ(read("epoch-100").size(), 3U);
}

TEST_F(JournalFiles, TrimWhatAKilledProcessLeft) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    Journal journal({{true, 1 << 20, 64}, folder_, "epoch-a"}, clock_);
    for (int i = 1; i <= 5; ++i) append(journal, i);
    while (journal_files(folder_).size() < 2) std::this_thread::yield();
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  ASSERT_EQ(journal_files(folder_).size(), 2U);
  // A file that somebody writes is not touched.
  auto foreign = Segment::create(folder_ / "epoch-a-000009.journal", 1 << 20);
  ASSERT_TRUE(foreign);
  trim_leftovers(folder_);
  const auto files = journal_files(folder_);
  ASSERT_EQ(files.size(), 2U);
  EXPECT_LT(std::filesystem::file_size(files[0]), 1'000U);
  EXPECT_EQ(std::filesystem::file_size(files[1]), 1U << 20);
  EXPECT_EQ(read("epoch-a").size(), 5U);
}

TEST_F(JournalFiles, GiveUpARecordThatNoFileCouldHold) {
  {
    Journal journal({{true, 4096, 64}, folder_, "epoch-a"}, clock_);
    append(journal, 1);
    v1::JournalEntry::Accepted entry;
    entry.set_request_id(std::string(5'000, 'x'));
    journal.accepted(entry);
    EXPECT_EQ(journal.unsaved(), 1U);
    append(journal, 3);
    append(journal, 4);
    EXPECT_EQ(journal.unsaved(), 1U) << "the others do not wait for it";
  }
  EXPECT_EQ(journal_files(folder_).size(), 1U);
  const auto entries = read();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries.back().sequence(), 4U);
}

TEST_F(JournalFiles, BeginEachFileWithTheEpochAndTellItOnce) {
  model::Config config;
  config.engine.sample_rate_hz = 96'000;
  config.engine.limiter_ceiling_dbtp = -3;
  {
    Journal journal({{true, 4096, 64}, folder_, "epoch-a"}, clock_);
    journal.epoch_began("epoch-a", config, "1.2.3");
    const auto until = clock_.monotonic() + std::chrono::seconds(10);
    for (int id = 1; journal_files(folder_).size() < 4 && clock_.monotonic() < until; ++id) append(journal, id);
  }
  const auto entries = read();
  ASSERT_TRUE(entries.at(0).has_epoch_began());
  EXPECT_EQ(std::count_if(entries.begin(), entries.end(), [](const auto& entry) { return entry.has_epoch_began(); }), 1);
  for (std::size_t i = 0; i < entries.size(); ++i) ASSERT_EQ(entries[i].sequence(), i + 1);
  const auto files = journal_files(folder_);
  ASSERT_GE(files.size(), 3U);
  std::filesystem::remove(files[0]);
  const auto later = read();
  ASSERT_TRUE(later.at(0).has_epoch_began());
  EXPECT_EQ(later[0].epoch_began().sample_rate(), 96'000U);
  EXPECT_EQ(later[0].epoch_began().limiter_ceiling_dbtp(), -3);
  EXPECT_GT(later.at(1).sequence(), 2U);
}

TEST_F(JournalFiles, AreExportedWholeOrNotAtAll) {
  model::Config config;
  config.paths.data_dir = folder_ / "data";
  const std::string out = folder_ / "set.jsonl";
  const auto text = [&out] {
    std::ifstream in(out);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  std::filesystem::create_directories(folder_);
  std::ofstream(out) << "precious";
  EXPECT_EQ(export_journal(config, "nowhen", out).error().reason, "JOURNAL_EMPTY");
  EXPECT_EQ(text(), "precious");
  {
    Journal journal({{true, 4096, 64}, journal_folder(config.paths.data_dir), "epoch-a"}, clock_);
    journal.epoch_began("epoch-a", config, "1.2.3");
    const auto until = clock_.monotonic() + std::chrono::seconds(10);
    int id = 0;
    while (journal_files(journal_folder(config.paths.data_dir)).size() < 4 && clock_.monotonic() < until)
      append(journal, ++id);
  }
  std::filesystem::remove(journal_files(journal_folder(config.paths.data_dir))[0]);
  const auto beheaded = export_journal(config, "epoch-a", out);
  ASSERT_FALSE(beheaded);
  EXPECT_EQ(beheaded.error().reason, "JOURNAL_INCOMPLETE");
  EXPECT_EQ(text(), "precious");
}

TEST_F(JournalFiles, EndAtATornRecord) {
  write("epoch-a", 100);
  const auto files = journal_files(folder_);
  ASSERT_FALSE(files.empty());
  std::fstream file(files[0], std::ios::in | std::ios::out | std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto last = bytes.find_last_not_of('\0');
  file.clear();
  file.seekp(static_cast<std::streamoff>(last));
  file.put(static_cast<char>(bytes[last] ^ 1));
  file.close();
  EXPECT_EQ(read().size(), 99U);
}

TEST_F(JournalFiles, RotateAndRemoveTheOldest) {
  Journal journal({{true, 4096, 3}, folder_, "epoch-a"}, clock_);
  int id = 0;
  while (journal_files(folder_).empty() || journal_files(folder_).front().find("000001") != std::string::npos) {
    append(journal, ++id);
    ASSERT_LT(id, 1'000'000);
  }
  EXPECT_LE(journal_files(folder_).size(), 4U);
}

TEST_F(JournalFiles, HoldEntriesInMemoryWhileTheDiskRefuses) {
  const std::filesystem::path blocker = folder_;
  std::ofstream(blocker) << "a file where the folder should be";
  Journal journal({{true, 4096, 3}, folder_, "epoch-a"}, clock_);
  for (int i = 1; i <= 10; ++i) append(journal, i);
  EXPECT_EQ(journal.unsaved(), 10U);
  std::filesystem::remove(blocker);
  std::filesystem::create_directories(folder_);
  // The thread tries again each second; each append takes along what waits.
  const auto until = clock_.monotonic() + std::chrono::seconds(10);
  int id = 10;
  while (journal.unsaved() > 0 && clock_.monotonic() < until) {
    if (!journal_files(folder_).empty()) append(journal, ++id);
  }
  EXPECT_EQ(journal.unsaved(), 0U);
  const auto entries = read();
  ASSERT_EQ(entries.size(), static_cast<std::size_t>(id));
  EXPECT_EQ(entries.front().accepted().command_id(), 1U);
}

TEST_F(JournalFiles, FindTheNewestEpochOrTheOneNamed) {
  write("20260101T000000Z-aaaa", 3);
  write("20260102T000000Z-bbbb", 5);
  EXPECT_EQ(read().size(), 5U);
  EXPECT_EQ(read("20260101T000000Z-aaaa").size(), 3U);
  const auto unknown = read_journal(folder_, "nowhen", [](const auto&) {});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().reason, "EPOCH_UNKNOWN");
}

TEST_F(JournalFiles, TellWhatBecameOfEachCommand) {
  {
    segue::test::Booth::Options options;
    options.data_dir = folder_;
    segue::test::Booth booth(options);
    booth.add_tone("file:///a.wav", 5);
    booth.send({"load { deck: 1 uri: 'file:///a.wav' }"});
    booth.send({"load { deck: 2 uri: 'file:///missing.wav' }"});
    booth.run(2);
    booth.send_at(4'800, {"play { deck: 1 }"});
    booth.send({"play { deck: 3 }"});
    booth.run_to(9'600);
  }
  std::vector<std::string> lines;
  const auto done = read_journal(journal_folder(folder_), "", [&](const v1::JournalEntry& entry) {
    if (entry.has_epoch_began()) lines.push_back("epoch " + entry.epoch_began().epoch());
    if (entry.has_accepted()) lines.push_back("accepted " + std::to_string(entry.accepted().command_id()));
    if (entry.has_dropped()) {
      lines.push_back("dropped " + std::to_string(entry.dropped().command_id()) + " " +
                      entry.dropped().error().reason());
    }
    if (entry.has_committed()) {
      lines.push_back("committed " + std::to_string(entry.committed().command_id()) + " at " +
                      std::to_string(entry.committed().frame()));
    }
  });
  ASSERT_TRUE(done) << done.error().message;
  const std::vector<std::string> expected = {"epoch test-epoch",       "accepted 1",       "accepted 2",
                                             "dropped 2 FILE_MISSING", "committed 1 at 0", "accepted 3",
                                             "committed 3 at 4800"};
  std::sort(lines.begin() + 1, lines.end());
  auto sorted = expected;
  std::sort(sorted.begin() + 1, sorted.end());
  EXPECT_EQ(lines, sorted);
}

}  // namespace
}  // namespace segue::control
