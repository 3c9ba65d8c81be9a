// SPDX-License-Identifier: GPL-3.0-or-later
// Any faults in any order, readers that jump about: the bytes are always those of the track, and it always ends.
#include <cstdlib>
#include <future>
#include <random>

#include <gtest/gtest.h>

#include "tests/engine/stream/fetch/rig.h"

namespace segue::stream {
namespace {

using test::Fault;
using test::FaultServer;

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}
  std::int64_t below(std::int64_t end) { return std::uniform_int_distribution<std::int64_t>(0, end - 1)(random_); }
  bool one_in(int n) { return below(n) == 0; }

 private:
  std::mt19937 random_;
};

Fault any_fault(Dice& dice, std::int64_t size) {
  Fault fault;
  switch (dice.below(14)) {
    case 0: fault.reset_after = dice.below(size); break;
    case 1: fault.close_after = dice.below(size); break;
    case 2: fault.stall_after = dice.below(size); break;
    case 3: fault.status = 503; break;
    case 4: fault.close_before_head = true; break;
    case 5: fault.reset_before_head = true; break;
    case 6: fault.ignore_range = true; break;
    case 7: fault.shift_range = 1 + dice.below(1'000); break;
    case 8: fault.lie_range = 1 + dice.below(1'000); break;
    case 9: fault.reset_after = dice.below(300); break;
    case 10: fault.status = 429; break;
    case 11: fault.framing = test::Framing::kChunked, fault.close_after = dice.below(size); break;
    case 12: fault.ignore_range = true, fault.reset_after = dice.below(size); break;
    default: fault.drip_bytes = 20'000, fault.drip_every = std::chrono::milliseconds(1); break;
  }
  return fault;
}

// Empty if all is well.
std::string read_about(ByteSource& source, const std::string& bytes, std::uint32_t seed) {
  Dice dice(seed);
  const auto size = static_cast<std::int64_t>(bytes.size());
  for (int i = 0; i < 12; ++i) {
    const std::int64_t from = dice.below(size);
    const auto piece = read_some(source, from, 1 + dice.below(40'000));
    if (!piece) return piece.error().message;
    if (*piece != bytes.substr(static_cast<std::size_t>(from), piece->size()))
      return "other bytes at " + std::to_string(from);
  }
  const auto all = read_all(source);
  if (!all) return all.error().message;
  return *all == bytes ? "" : "other bytes in all";
}

TEST(FetcherStorm, TheBytesAreAlwaysThoseOfTheTrack) {
  const bool is_soak = std::getenv("SEGUE_SOAK") != nullptr;
  const std::uint32_t seeds = is_soak ? 2'000 : 50;
  FaultServer server;
  for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
    Dice dice(seed);
    const std::int64_t size = 1 + dice.below(dice.one_in(4) ? 70'000 : 1'200'000);
    const std::string bytes = track_bytes(size, seed);
    const std::string path = "/" + std::to_string(seed);
    server.serve(path, bytes);
    Rig rig({.stall_max = std::chrono::milliseconds(60), .retry_longest = std::chrono::milliseconds(5)});
    std::vector<OpenedMedia> opened;
    for (int i = 0; i < 3; ++i) {
      auto media = rig.open(Rig::ref(server.url(path), "p" + path));
      ASSERT_TRUE(media) << seed << ": " << media.error().message;
      opened.push_back(std::move(*media));
      if (i > 0) continue;
      std::vector<Fault> script;
      for (std::int64_t n = dice.below(10); n >= 0; --n) script.push_back(any_fault(dice, size));
      server.script(path, std::move(script));
      server.reset_connections();
    }
    std::vector<std::future<std::string>> readers;
    for (auto& media : opened) {
      readers.push_back(std::async(std::launch::async, read_about, std::ref(*media.source), std::cref(bytes),
                                   static_cast<std::uint32_t>(dice.below(1'000'000))));
    }
    for (auto& reader : readers) {
      if (reader.wait_for(std::chrono::seconds(20)) != std::future_status::ready) {
        rig.drop_fetcher();
        FAIL() << "seed " << seed << " hangs: " << rig.story();
      }
      EXPECT_EQ(reader.get(), "") << "seed " << seed;
    }
    opened.clear();
    rig.drop_fetcher();
    const auto news = rig.news();
    for (std::size_t i = 0; i < news.size(); ++i) {
      EXPECT_EQ(news[i].kind, i % 2 ? FetchNews::Kind::kEnded : FetchNews::Kind::kBegan) << "seed " << seed;
    }
    EXPECT_EQ(news.size() % 2, 0u) << "seed " << seed;
    ASSERT_FALSE(HasFailure());
    server.clear_log();
  }
}

}  // namespace
}  // namespace segue::stream
