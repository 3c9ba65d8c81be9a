// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/local/track_key.h"

#include <cstdint>
#include <cstdio>

namespace segue::catalog {

// FNV-1a, then the finaliser of MurmurHash3, which spreads what FNV leaves in the low bits.
std::string track_key(std::string_view path, int salt) {
  std::uint64_t hash = 0xcbf29ce484222325U + static_cast<std::uint64_t>(salt) * 0x9e3779b97f4a7c15U;
  for (const char c : path) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdU;
  hash ^= hash >> 33;
  hash *= 0xc4ceb9fe1a85ec53U;
  hash ^= hash >> 33;
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
  return digits;
}

}  // namespace segue::catalog
