// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/base/units.h"

namespace segue::model {

// What is known of a track from its container and tags.
struct TrackFacts {
  std::string uri;
  std::string title;   // from the tags, or the file's name
  std::string artist;  // empty if unknown
  std::string album;   // empty if unknown
  std::string codec;   // "mp3", "flac", …
  int source_rate_hz = 0;
  int source_channels = 0;
  int source_bits = 0;       // 0 for lossy codecs and float
  std::string ai_generated;  // what the tags disclose of its making by a machine; empty: nothing
};

}  // namespace segue::model
