// SPDX-License-Identifier: GPL-3.0-or-later
// Fills a cache folder until it is killed: cache_writer FOLDER SEED FIRST_CONTENT. A line "CONTENT BLOCK" on stdout for
// each block that a flush has confirmed.
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "tests/engine/stream/cache/killed_writer.h"

int main(int argc, char** argv) {
  using namespace segue::test;
  if (argc != 4) return 2;
  BlockCache::Options options;
  options.folder = argv[1];
  options.disk_bytes_max = std::int64_t{1} << 40;
  std::mt19937 random(static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10)));
  const std::uint64_t first = std::strtoull(argv[3], nullptr, 10);
  const auto cache = BlockCache::create(std::move(options));
  std::vector<std::pair<std::uint64_t, std::int64_t>> put;
  std::puts("ready");
  std::fflush(stdout);
  for (std::uint64_t step = 0;; ++step) {
    const std::uint64_t number = first + random() % kKilledContents;
    const auto content = cache->open(id_of(number), true);
    if (random() % 2 == 0) content->set_size(kKilledSize);
    for (int i = 0; i < 4; ++i) {
      const auto block = static_cast<std::int64_t>(random() % kKilledBlocks);
      put_block(*content, number, block);
      if (content->has(block * kBlockBytes)) put.emplace_back(number, block);
    }
    if (random() % 4 != 0) continue;
    cache->flush();
    std::string lines;
    for (const auto& [of, block] : put) lines += std::to_string(of) + " " + std::to_string(block) + "\n";
    put.clear();
    if (::write(STDOUT_FILENO, lines.data(), lines.size()) < 0) return 1;
  }
}
