// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <compare>
#include <map>
#include <memory>
#include <string>

#include "engine/stream/cache/disk.h"
#include "engine/stream/cache/index_format.h"

namespace segue::stream {

// Where a content lies on the disk: PROVIDER/KEY/VALIDATOR.{index,data}, each a hash in hexadecimal. Two ids with one
// name are told apart by the header.
struct ContentName {
  std::uint64_t provider = 0;
  std::array<std::uint64_t, 2> key{};
  std::array<std::uint64_t, 2> validator{};
  auto operator<=>(const ContentName&) const = default;

  std::string provider_folder() const;
  std::string key_folder() const;
  std::string file(bool is_index) const;
};
ContentName name_of(const ContentId& id);
bool operator==(const ContentId& a, const ContentId& b);
// Reads the name of a folder or of a file without its ending; false if it is no such name.
bool parse_hash(const std::string& text, std::span<std::uint64_t> hash);

struct StoredBlock {
  std::uint32_t length = 0;
  std::uint32_t crc = 0;
};

// What an index says, made sense of: of each block the last record, none beyond the size.
struct StoredIndex {
  std::int64_t size = -1;
  std::map<std::int64_t, StoredBlock> blocks;
};

// The two open files of a content. Reading: any thread; writing: the cache's thread alone.
class ContentFiles {
 public:
  // Null with no or a foreign or damaged content there. `index` gets what is in it.
  static std::shared_ptr<ContentFiles> open(Disk& disk, int root, const ContentId& id, StoredIndex& index);
  // Makes new ones in place of whatever is there; null and `error` (−errno) if that fails.
  static std::shared_ptr<ContentFiles> make(Disk& disk, int root, const ContentId& id, int& error);
  static void remove(Disk& disk, int root, const ContentName& name);
  // The header of an index file, or nothing.
  static std::optional<IndexHeader> read_header(Disk& disk, int folder, const std::string& file);

  bool is_writable() const { return is_writable_; }
  std::int64_t read(std::int64_t block, std::span<std::byte> bytes);
  int write(std::int64_t block, std::span<const std::byte> bytes);
  int append(std::span<const IndexRecord> records);
  void set_used_at(std::int64_t unix_ns) { disk_.set_used_at(index_.get(), unix_ns); }

  // For open and make alone, which know what is in the files.
  ContentFiles(Disk& disk, Descriptor index, Descriptor data)
      : disk_(disk), index_(std::move(index)), data_(std::move(data)) {}

 private:
  Disk& disk_;
  Descriptor index_;
  Descriptor data_;
  std::uint64_t salt_ = 0;
  std::int64_t index_end_ = 0;  // where the next record goes
  bool is_writable_ = true;
};

}  // namespace segue::stream
