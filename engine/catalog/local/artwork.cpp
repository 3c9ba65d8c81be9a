// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/local/artwork.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <utility>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/text.h"
#include "engine/catalog/local/tags.h"

namespace segue::catalog {
namespace {

constexpr std::array<std::string_view, 9> kCovers = {"cover.jpg",  "folder.jpg",  "front.jpg",
                                                     "cover.jpeg", "folder.jpeg", "front.jpeg",
                                                     "cover.png",  "folder.png",  "front.png"};
constexpr int kNamesMax = 100'000;      // of a folder that is looked through for its cover
constexpr std::size_t kCoversMax = 64;  // of a folder: there are 9 names, each in many a case

const char* mime_of(std::string_view bytes) {
  if (bytes.starts_with("\xff\xd8\xff")) return "image/jpeg";
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return "image/png";
  if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) return "image/gif";
  if (bytes.starts_with("RIFF") && bytes.substr(std::min<std::size_t>(8, bytes.size())).starts_with("WEBP"))
    return "image/webp";
  return nullptr;
}

// The pictures that may stand for the folder, best first.
std::vector<std::string> covers_in(const std::string& folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), ::closedir);
  std::vector<std::string> covers;
  for (int names = 0; open && names < kNamesMax && covers.size() < kCoversMax; ++names) {
    const dirent* entry = ::readdir(open.get());
    if (entry == nullptr) break;
    if (cover_rank(entry->d_name) != 0) covers.emplace_back(entry->d_name);
  }
  std::sort(covers.begin(), covers.end(),
            [](const auto& a, const auto& b) { return std::pair(cover_rank(a), a) < std::pair(cover_rank(b), b); });
  return covers;
}

// Nothing if it is no plain file or has more bytes than are allowed.
std::string read_bounded(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0) return {};
  struct stat found {};
  std::string bytes;
  if (::fstat(fd, &found) == 0 && S_ISREG(found.st_mode) && found.st_size <= static_cast<off_t>(kArtworkBytesMax)) {
    bytes.resize(static_cast<std::size_t>(found.st_size));
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t got = ::read(fd, bytes.data() + done, bytes.size() - done);
      if (got <= 0) break;
      done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
  }
  ::close(fd);
  return bytes;
}

}  // namespace

std::optional<Artwork> as_artwork(std::string bytes) {
  const char* mime = mime_of(bytes);
  if (mime == nullptr || bytes.size() > kArtworkBytesMax) return std::nullopt;
  return Artwork{mime, std::move(bytes)};
}

int cover_rank(std::string_view name) {
  if (name.size() > 16) return 0;
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (std::size_t i = 0; i < kCovers.size(); ++i) {
    if (lower == kCovers[i]) return static_cast<int>(i) + 1;
  }
  return 0;
}

Result<Artwork> artwork_of_file(const std::string& path) {
  if (std::optional<Artwork> picture = embedded_picture(path)) return std::move(*picture);
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  for (const std::string& cover : covers_in(folder)) {
    if (std::optional<Artwork> picture = as_artwork(read_bounded(folder + cover))) return std::move(*picture);
  }
  return fail(Code::kNotFound, "ARTWORK_MISSING", printable(path) + ": has no picture, nor is there one beside it");
}

}  // namespace segue::catalog
