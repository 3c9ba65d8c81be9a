// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace segue::testing {

// Folders of "ddd…" in each other below `folder`, so deep that the path of the last cannot be opened, whoever tries.
inline void make_too_deep_folders(const std::filesystem::path& folder) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder);
  for (int i = 0; i < 20; ++i) {
    std::filesystem::create_directory(std::string(250, 'd'));
    std::filesystem::current_path(std::string(250, 'd'));
  }
  std::filesystem::current_path(before);
}

}  // namespace segue::testing
