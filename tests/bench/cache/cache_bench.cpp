// SPDX-License-Identifier: GPL-3.0-or-later
// The block cache on a warm disk: what a restart keeps, how fast bytes come, and what 10,000 stored tracks cost.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/thread.h"
#include "engine/stream/cache/crc32c.h"
#include "tests/bench/report.h"
#include "tests/engine/stream/cache/cache_fixture.h"

namespace {

using namespace segue;
using namespace segue::test;
using bench::Goal;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kTrackBytes = 10'000'000;  // four minutes of MP3 at 320 kbit/s
constexpr std::uint64_t kTracks = 20;
constexpr std::uint64_t kStored = 10'000;
constexpr std::int64_t kSmallBytes = 4'000;  // of each of them: what counts is how many there are
constexpr double kMegabyte = 1e6;

double ms_since(Clock::time_point began) {
  return std::chrono::duration<double, std::milli>(Clock::now() - began).count();
}

struct Folder {
  ScratchFolder scratch;
  std::unique_ptr<BlockCache> open(std::int64_t ram_bytes_max = 256 << 20) const {
    BlockCache::Options options;
    options.folder = scratch.file("cache");
    options.disk_bytes_max = std::int64_t{1} << 40;
    options.ram_bytes_max = ram_bytes_max;
    return BlockCache::create(std::move(options));
  }
};

// MB/s of CPU time, in blocks.
double read_rate(CachedContent& content) {
  std::vector<std::byte> buffer(static_cast<std::size_t>(kBlockBytes));
  const long long began = thread_cpu_ns();
  std::int64_t total = 0;
  for (int round = 0; round < 10; ++round) {
    for (std::int64_t at = 0; at < kTrackBytes; at += kBlockBytes)
      total += static_cast<std::int64_t>(content.read(at, buffer));
  }
  return static_cast<double>(total) / kMegabyte / (static_cast<double>(thread_cpu_ns() - began) / 1e9);
}

void measure_tracks(bench::Report& report) {
  const Folder folder;
  std::vector<std::byte> block = bytes_of(1, 0, kBlockBytes);
  std::vector<double> put_us;
  {
    const auto cache = folder.open();
    const auto began = Clock::now();
    for (std::uint64_t i = 0; i < kTracks; ++i) {
      const auto content = cache->open(id_of(i), true);
      content->set_size(kTrackBytes);
      for (std::int64_t n = 0; n * kBlockBytes < kTrackBytes; ++n) {
        const auto length = static_cast<std::size_t>(std::min(kBlockBytes, kTrackBytes - n * kBlockBytes));
        const auto at = Clock::now();
        content->put(n, std::span(block).first(length));
        put_us.push_back(ms_since(at) * 1e3);
      }
    }
    cache->flush();
    report.add("cache.store.rate", kTracks * kTrackBytes / kMegabyte / (ms_since(began) / 1e3), "MB/s");
    report.add("cache.put.p99", bench::percentile(put_us, 99), "us");
  }
  {
    const auto cache = folder.open();
    std::int64_t there = 0;
    for (std::uint64_t i = 0; i < kTracks; ++i) {
      const auto content = cache->open(id_of(i), true);
      std::vector<std::byte> buffer(static_cast<std::size_t>(kBlockBytes));
      for (std::int64_t at = 0; at < kTrackBytes; at += kBlockBytes)
        there += static_cast<std::int64_t>(content->read(at, buffer));
    }
    report.add("cache.restart.hit_rate", 100.0 * static_cast<double>(there) / (kTracks * kTrackBytes), "%",
               Goal::exactly(100));
    const auto content = cache->open(id_of(1), true);
    read_rate(*content);
    report.add("cache.read.ram", read_rate(*content), "MB/s of CPU");
  }
  const auto bare = folder.open(0);
  const auto content = bare->open(id_of(1), true);
  read_rate(*content);
  report.add("cache.read.warm_disk", read_rate(*content), "MB/s of CPU");
  std::vector<double> open_us;
  for (std::uint64_t i = 2; i < kTracks; ++i) {
    const auto at = Clock::now();
    const auto opened = bare->open(id_of(i), true);
    open_us.push_back(ms_since(at) * 1e3);
  }
  report.add("cache.open.10_mb_track.median", bench::percentile(open_us, 50), "us", Goal::at_most(1000));
}

void measure_many(bench::Report& report) {
  const Folder folder;
  {
    const auto cache = folder.open();
    for (std::uint64_t i = 0; i < kStored; ++i) fill(*cache->open(id_of(i), true), i, kSmallBytes);
    cache->flush();
  }
  const auto began = Clock::now();
  const auto cache = folder.open();
  report.add("cache.start.10_000.create", ms_since(began), "ms", Goal::at_most(10));
  const auto first = Clock::now();
  const auto opened = cache->open(id_of(7), true);
  report.add("cache.start.10_000.first_open", ms_since(first), "ms", Goal::at_most(10));
  cache->flush();
  report.add("cache.start.10_000.stock_taken", ms_since(began), "ms");

  std::vector<double> open_ms;
  std::vector<double> find_ms;
  std::vector<double> miss_ms;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const std::uint64_t number = i * 4'999 % kStored;
    auto at = Clock::now();
    const auto content = cache->open(id_of(number), true);
    open_ms.push_back(ms_since(at));
    at = Clock::now();
    const auto found = cache->find("shop", id_of((number + 17) % kStored).key);
    find_ms.push_back(ms_since(at));
    at = Clock::now();
    const auto missing = cache->open(id_of(kStored + i), true);
    miss_ms.push_back(ms_since(at));
  }
  report.add("cache.open.10_000.median", bench::percentile(open_ms, 50), "ms", Goal::at_most(1));
  report.add("cache.open.10_000.p99", bench::percentile(open_ms, 99), "ms", Goal::at_most(1));
  report.add("cache.find.10_000.p99", bench::percentile(find_ms, 99), "ms", Goal::at_most(1));
  report.add("cache.miss.10_000.p99", bench::percentile(miss_ms, 99), "ms", Goal::at_most(1));
}

void measure_checksum(bench::Report& report) {
  const std::vector<std::byte> block = bytes_of(1, 0, kBlockBytes);
  const auto rate = [&](auto checksum) {
    std::uint32_t sum = 0;
    const long long began = thread_cpu_ns();
    for (int i = 0; i < 2000; ++i) sum ^= checksum(block);
    const double seconds = static_cast<double>(thread_cpu_ns() - began) / 1e9;
    return sum == 1 ? 0.0 : 2000.0 * kBlockBytes / kMegabyte / seconds;
  };
  report.add("cache.crc32c", rate(stream::crc32c), "MB/s of CPU");
  report.add("cache.crc32c.by_table", rate(stream::crc32c_by_table), "MB/s of CPU");
}

}  // namespace

int main() {
  bench::Report report;
  measure_checksum(report);
  measure_tracks(report);
  measure_many(report);
}
