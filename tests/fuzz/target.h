// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

namespace segue::fuzz {

// A reader of bytes that may come from anywhere. `run` reads them and checks that what is told of them may be believed.
struct Target {
  const char* name;
  void (*run)(std::string_view bytes);
  std::string (*seeds[3])();  // good input to start from; the rest null
};

std::span<const Target> targets();

// How often anything was required: input that no reader takes is good for nothing.
inline std::uint64_t required = 0;

// What must hold whatever the bytes are. The fuzzer keeps the input at which it does not.
inline void require(bool holds, const char* what, const std::string& why = {}) {
  ++required;
  if (holds) return;
  std::fprintf(stderr, "fuzz: not so: %s: %s\n", what, why.c_str());
  std::abort();
}

}  // namespace segue::fuzz
