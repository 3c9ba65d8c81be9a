// SPDX-License-Identifier: GPL-3.0-or-later
// libFuzzer's two doors. SEGUE_FUZZ_TARGET names the target; the first argument is the folder of its corpus, which
// gets the target's seeds.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "tests/fuzz/target.h"

namespace {

const segue::fuzz::Target* chosen = nullptr;

void write_seeds(const std::string& folder) {
  int number = 0;
  for (const auto seed : chosen->seeds) {
    if (seed == nullptr) break;
    std::ofstream(folder + "/seed" + std::to_string(++number), std::ios::binary) << seed();
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  const auto all = segue::fuzz::targets();
  const char* name = std::getenv("SEGUE_FUZZ_TARGET");
  const auto found = std::ranges::find_if(all, [&](const auto& one) { return name && std::string(name) == one.name; });
  if (found == all.end()) {
    std::fprintf(stderr, "SEGUE_FUZZ_TARGET has to be one of:\n");
    for (const auto& one : all) std::fprintf(stderr, "%s\n", one.name);
    std::exit(2);
  }
  chosen = &*found;
  if (*argc > 1 && (*argv)[1][0] != '-') write_seeds((*argv)[1]);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  chosen->run({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
