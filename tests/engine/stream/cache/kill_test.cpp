// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/engine/stream/cache/killed_writer.h"

namespace segue::stream {
namespace {

using namespace segue::test;

// Runs the writer for a while, kills it, and returns what it had said by then.
std::string write_until_killed(const std::string& folder, unsigned seed, std::uint64_t first,
                               std::chrono::microseconds life) {
  const std::string program = (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "cache_writer").string();
  const std::string seed_text = std::to_string(seed);
  const std::string first_text = std::to_string(first);
  int ends[2] = {};
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::execl(program.c_str(), program.c_str(), folder.c_str(), seed_text.c_str(), first_text.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  std::string said;
  std::vector<char> buffer(4096);
  std::thread killer;
  while (true) {
    const ssize_t count = ::read(ends[0], buffer.data(), buffer.size());
    if (count <= 0) break;
    said.append(buffer.data(), static_cast<std::size_t>(count));
    if (!killer.joinable()) {
      // It is at work now: any moment of it may be the last.
      killer = std::thread([child, life] {
        std::this_thread::sleep_for(life);
        ::kill(child, SIGKILL);
      });
    }
  }
  if (killer.joinable()) killer.join();
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return said.substr(0, said.rfind('\n') + 1);
}

TEST(CacheKilled, LosesNothingThatWasFlushedAndGivesNoWrongByte) {
  const int cycles = std::getenv("SEGUE_SOAK") != nullptr ? 1000 : 20;
  Shelter shelter;
  std::int64_t confirmed_blocks = 0;
  std::int64_t right = 0;
  for (int cycle = 0; cycle < cycles; ++cycle) {
    std::mt19937 random(static_cast<unsigned>(cycle) + 1);
    if (cycle % 50 == 0) std::filesystem::remove_all(shelter.scratch.file("cache"));
    // Every other time over what an earlier one left behind.
    const std::uint64_t first = kKilledContents * static_cast<std::uint64_t>(cycle % 50 / 2);
    const std::chrono::microseconds life(random() % 30'000);
    std::istringstream said(
        write_until_killed(shelter.scratch.file("cache"), static_cast<unsigned>(random()), first, life));
    std::string word;
    ASSERT_TRUE(said >> word && word == "ready") << "the writer did not start";
    std::set<std::pair<std::uint64_t, std::int64_t>> confirmed;
    std::uint64_t content = 0;
    std::int64_t block = 0;
    while (said >> content >> block) confirmed.emplace(content, block);
    confirmed_blocks += static_cast<std::int64_t>(confirmed.size());

    const auto cache = BlockCache::create(shelter.options());
    for (std::uint64_t i = first; i < first + kKilledContents; ++i) {
      const auto left = cache->open(id_of(i), true);
      const std::int64_t present = left->present().count();
      const Reading reading = read_all(*left, i, kKilledSize);
      ASSERT_EQ(reading.wrong, 0) << "cycle " << cycle;
      ASSERT_EQ(reading.right, present) << "cycle " << cycle << ": what is present can be read";
      right += reading.right;
      for (const auto& [of, number] : confirmed) {
        if (of != i) continue;
        ASSERT_TRUE(left->has(number * kBlockBytes)) << "cycle " << cycle << ": content " << of << " block " << number;
      }
    }
    ASSERT_EQ(cache->counters().blocks_corrupt, 0U) << "cycle " << cycle;
  }
  EXPECT_GT(confirmed_blocks, cycles) << "hardly anything was written";
  EXPECT_GT(right, cycles * kBlockBytes);
}

}  // namespace
}  // namespace segue::stream
