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

std::vector<std::string> music_files(const std::string& word, const std::string& working_dir) {
  std::error_code fault;
  const fs::path folder = fs::path(working_dir) / word;
  if (word.find("://") != std::string::npos || !fs::is_directory(folder, fault)) return {word};
  std::vector<std::string> files;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, fault);
  for (; !fault && at != fs::recursive_directory_iterator(); at.increment(fault)) {
    std::error_code ignored;
    if (is_music(at->path()) && at->is_regular_file(ignored)) files.push_back(at->path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace segue::cli
