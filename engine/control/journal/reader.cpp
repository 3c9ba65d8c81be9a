// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/journal/reader.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "engine/control/journal/crc32c.h"
#include "engine/control/journal/segment.h"

namespace segue::control {
namespace {

constexpr std::size_t kNumberChars = 7;  // "-000001"

// The epoch in a file's name.
std::string epoch_of(const std::string& file) {
  const std::string stem = std::filesystem::path(file).stem().string();
  return stem.size() > kNumberChars ? stem.substr(0, stem.size() - kNumberChars) : std::string();
}

// Where the whole records end; nothing if a torn one follows.
std::optional<std::size_t> read_file(const std::string& file,
                                     const std::function<void(const ::segue::v1::JournalEntry&)>& each) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  ::segue::v1::JournalEntry entry;
  std::size_t at = 0;
  while (at + Segment::kOverheadBytes <= bytes.size()) {
    std::uint32_t length = 0;
    std::uint32_t crc = 0;
    std::memcpy(&length, bytes.data() + at, sizeof length);
    std::memcpy(&crc, bytes.data() + at + 4, sizeof crc);
    if (length == 0 && crc == 0) return at;
    const std::size_t begin = at + Segment::kOverheadBytes;
    if (length == 0 || length > bytes.size() - begin) return std::nullopt;
    const std::string_view record(bytes.data() + begin, length);
    if (crc32c(record) != crc || !entry.ParseFromArray(record.data(), static_cast<int>(length))) return std::nullopt;
    each(entry);
    at += Segment::room_for(record);
  }
  return std::min(at, bytes.size());
}

}  // namespace

std::string journal_folder(const std::string& data_dir) {
  return data_dir.empty() ? std::string() : data_dir + "/journal";
}

std::optional<std::size_t> journal_bytes_used(const std::string& file) {
  return read_file(file, [](const auto&) {});
}

std::vector<std::string> journal_files(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code failed;
  for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    if (at->path().extension() == kJournalSuffix) files.push_back(at->path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Result<void> read_journal(const std::string& folder, const std::string& epoch,
                          const std::function<void(const ::segue::v1::JournalEntry&)>& each) {
  const std::vector<std::string> files = journal_files(folder);
  if (files.empty()) return fail(Code::kNotFound, "JOURNAL_EMPTY", folder + ": no journal");
  const std::string wanted = epoch.empty() ? epoch_of(files.back()) : epoch;
  bool found = false;
  bool has_begun = false;  // every file tells it again
  const auto take = [&each, &has_begun](const ::segue::v1::JournalEntry& entry) {
    if (!entry.has_epoch_began() || !std::exchange(has_begun, true)) each(entry);
  };
  for (const std::string& file : files) {
    if (epoch_of(file) != wanted) continue;
    found = true;
    if (!read_file(file, take)) break;
  }
  if (!found) return fail(Code::kNotFound, "EPOCH_UNKNOWN", folder + ": no epoch " + wanted);
  return {};
}

}  // namespace segue::control
