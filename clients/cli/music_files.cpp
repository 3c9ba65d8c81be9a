// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/music_files.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace segue::cli {
namespace {

namespace fs = std::filesystem;

// What the daemon finds in folders as well.
constexpr std::array<std::string_view, 24> kExtensions = {
    ".aac", ".aif", ".aifc", ".aiff", ".alac", ".ape",  ".caf", ".flac", ".m4a", ".m4b", ".mp2",  ".mp3",
    ".mp4", ".mpc", ".oga",  ".ogg",  ".opus", ".spx", ".tta", ".w64",  ".wav", ".wave", ".wma", ".wv"};

bool is_music(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& letter : extension) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

}  // namespace

MusicFiles music_files(const std::string& word, const std::string& working_dir) {
  std::error_code fault;
  const fs::path named = fs::path(working_dir) / word;
  MusicFiles found;
  if (word.find("://") != std::string::npos || !fs::is_directory(named, fault))
    return {.files = {word}, .unreadable = {}};
  std::vector<fs::path> folders = {named};
  while (!folders.empty()) {
    const fs::path folder = std::move(folders.back());
    folders.pop_back();
    fs::directory_iterator at(folder, fault);
    for (; !fault && at != fs::directory_iterator(); at.increment(fault)) {
      if (at->path().filename().string().starts_with('.')) continue;
      std::error_code ignored;
      const bool is_folder = at->is_directory(ignored);
      if (is_folder && !at->is_symlink(ignored)) folders.push_back(at->path());
      if (!is_folder && is_music(at->path()) && at->is_regular_file(ignored))
        found.files.push_back(at->path().string());
    }
    if (fault) found.unreadable.push_back(folder.string() + ": " + fault.message());
  }
  std::sort(found.files.begin(), found.files.end());
  std::sort(found.unreadable.begin(), found.unreadable.end());
  return found;
}

}  // namespace segue::cli
