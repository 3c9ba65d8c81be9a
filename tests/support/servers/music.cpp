// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/servers/music.h"

#include <filesystem>

#include "tests/support/media/media.h"
#include "tests/support/servers/child.h"

namespace segue::test {

Result<void> make_music(const std::string& folder, const MusicFile& file) {
  constexpr int kRateHz = 44'100;
  const std::filesystem::path path = std::filesystem::path(folder) / file.name;
  const std::string extension = path.extension().string();
  const std::string plain =
      encode(media_format(extension == ".flac" ? "flac" : "mp3_320"),
             MediaSignal{.rate_hz = kRateHz, .frames = file.seconds * kRateHz, .seed = file.seed});
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  return run({"ffmpeg", "-nostdin", "-v", "error", "-i", plain, "-c", "copy", "-map_metadata", "-1", "-metadata",
              "title=" + file.title, "-metadata", "artist=" + file.artist, "-metadata", "album=" + file.album, "-y",
              path.string()},
             folder);
}

}  // namespace segue::test
