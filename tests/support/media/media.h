// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/audio/signals.h"

namespace segue::test {

// The audio that a test file is made from: music, quantised to `bits`, so that a lossless file gives it back exactly.
struct MediaSignal {
  int rate_hz = 44'100;
  int channels = 2;
  int bits = 16;
  Frames frames = 8 * 44'100 + 1'234;  // not a whole number of any codec's packets
  std::uint64_t seed = 1;
};
std::vector<std::vector<float>> make_signal(const MediaSignal& signal);

// A way to encode it. `command` is for the shell, with {in} (a WAV) and {out}.
struct MediaFormat {
  const char* name;
  const char* extension;
  const char* command;
  bool is_lossless;
  bool has_exact_length;  // the file says how long the original was
};
// Every format the engine plays.
std::span<const MediaFormat> media_formats();
// The one with this name; aborts if there is none.
const MediaFormat& media_format(std::string_view name);

// The path of the encoded file, made on first use. Aborts with the command if that fails.
std::string encode(const MediaFormat& format, const MediaSignal& signal);
// The same for a command of the test's own; {in} is a WAV with these samples.
std::string encode(const MediaFormat& format, const std::vector<std::vector<float>>& channels, int rate_hz, int bits);

std::vector<std::uint8_t> read_file(const std::string& path);
void write_file(const std::string& path, std::span<const std::uint8_t> bytes);

// A folder of the test's own, removed at its end.
class MediaFolder {
 public:
  MediaFolder();
  ~MediaFolder();
  MediaFolder(const MediaFolder&) = delete;
  MediaFolder& operator=(const MediaFolder&) = delete;
  std::string path(const std::string& name) const { return path_ + "/" + name; }
  // Writes a file into it and returns its path.
  std::string write(const std::string& name, std::span<const std::uint8_t> bytes) const;
  std::string write(const std::string& name, std::string_view text) const;

 private:
  std::string path_;
};

}  // namespace segue::test
