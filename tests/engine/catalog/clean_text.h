// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/catalog/import/foreign_text.h"

namespace segue::catalog::test {

// Valid UTF-8 without control characters, as all text of a foreign file has to be once it is read.
inline bool is_clean(const std::string& text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return is_utf8(text);
}

}  // namespace segue::catalog::test
