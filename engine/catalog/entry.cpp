// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/entry.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace segue::catalog {
namespace {

constexpr std::array<std::string_view, 9> kLossless = {"flac", "wav", "aiff", "aif", "alac", "ape", "wv", "tta", "pcm"};

// 44100 → "44.1 kHz", 48000 → "48 kHz".
std::string kilohertz(int rate_hz) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g kHz", static_cast<double>(rate_hz) / 1000.0);
  return text;
}

void append(std::string& text, const std::string& word) {
  if (word.empty()) return;
  if (!text.empty()) text += ' ';
  text += word;
}

}  // namespace

std::string quality_of(const Entry& entry) {
  std::string text = entry.codec;
  const bool is_lossless =
      entry.bits > 0 || std::find(kLossless.begin(), kLossless.end(), entry.codec) != kLossless.end();
  if (is_lossless) {
    if (entry.sample_rate_hz > 0) append(text, kilohertz(entry.sample_rate_hz));
    if (entry.bits > 0) append(text, std::to_string(entry.bits) + " bit");
  } else if (entry.bitrate_kbps > 0) {
    append(text, std::to_string(entry.bitrate_kbps) + " kbit/s");
  }
  return text;
}

}  // namespace segue::catalog
