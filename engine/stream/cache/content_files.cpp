// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/cache/content_files.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>

namespace segue::stream {
namespace {

constexpr const char* kIndexEnding = ".index";
constexpr const char* kDataEnding = ".data";
// A log of an index that was written four times over; beyond that it is not ours or not worth reading.
constexpr std::int64_t kIndexBytesMax = 4 * kBlocksMax * static_cast<std::int64_t>(kRecordBytes);

// FNV-1a (64 bit) from a start of its own, then the finaliser of SplitMix64.
std::uint64_t hash(const std::string& text, std::uint64_t start) {
  std::uint64_t h = 0xCBF29CE484222325 ^ start;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9;
  h = (h ^ (h >> 27)) * 0x94D049BB133111EB;
  return h ^ (h >> 31);
}

std::array<std::uint64_t, 2> long_hash(const std::string& text) {
  return {hash(text, 0), hash(text, 0x9E3779B97F4A7C15)};
}

std::string hex(std::span<const std::uint64_t> words) {
  std::string text;
  for (const std::uint64_t word : words) {
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(word));
    text += digits;
  }
  return text;
}

std::uint64_t fresh_salt() {
  static std::atomic<std::uint64_t> count{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return hash(std::to_string(now) + "/" + std::to_string(count.fetch_add(1)), 0);
}

std::string header_bytes(Disk& disk, int file) {
  std::string bytes(kHeaderBytesMax, '\0');
  const std::int64_t got = disk.read_at(file, 0, std::as_writable_bytes(std::span(bytes)));
  bytes.resize(static_cast<std::size_t>(std::max<std::int64_t>(got, 0)));
  return bytes;
}

// Takes a record into the index; a size that contradicts an earlier one makes the whole index worthless.
bool take(const IndexRecord& record, StoredIndex& index) {
  if (record.kind == IndexRecord::Kind::kBlock) {
    index.blocks[record.value] = {record.length, record.crc};
    return true;
  }
  if (index.size >= 0 && index.size != record.value) return false;
  index.size = record.value;
  return true;
}

// Only blocks of the length they must have count.
void drop_impossible_blocks(StoredIndex& index) {
  std::erase_if(index.blocks, [&](const auto& entry) {
    const std::int64_t from = entry.first * kBlockBytes;
    const std::int64_t length = index.size < 0 ? kBlockBytes : std::min(kBlockBytes, index.size - from);
    return entry.second.length != length;
  });
}

}  // namespace

std::string ContentName::provider_folder() const { return hex(std::span(&provider, 1)); }
std::string ContentName::key_folder() const { return hex(key); }
std::string ContentName::file(bool is_index) const { return hex(validator) + (is_index ? kIndexEnding : kDataEnding); }

ContentName name_of(const ContentId& id) { return {hash(id.provider, 0), long_hash(id.key), long_hash(id.validator)}; }

bool operator==(const ContentId& a, const ContentId& b) {
  return a.provider == b.provider && a.key == b.key && a.validator == b.validator;
}

bool parse_hash(const std::string& text, std::span<std::uint64_t> hash) {
  if (text.size() != 16 * hash.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) return false;
    hash[i / 16] = hash[i / 16] << 4 | static_cast<std::uint64_t>(digit);
  }
  return true;
}

std::optional<IndexHeader> ContentFiles::read_header(Disk& disk, int folder, const std::string& file) {
  const Descriptor index(disk.open_file(folder, file, Disk::Mode::kRead));
  if (!index.is_open()) return {};
  const std::string bytes = header_bytes(disk, index.get());
  return decode_header(std::as_bytes(std::span(bytes)));
}

std::shared_ptr<ContentFiles> ContentFiles::open(Disk& disk, int root, const ContentId& id, StoredIndex& index) {
  const ContentName name = name_of(id);
  const Descriptor provider(disk.open_folder(root, name.provider_folder(), false));
  if (!provider.is_open()) return nullptr;
  const Descriptor folder(disk.open_folder(provider.get(), name.key_folder(), false));
  if (!folder.is_open()) return nullptr;
  auto mode = Disk::Mode::kWrite;
  Descriptor index_file(disk.open_file(folder.get(), name.file(true), mode));
  if (!index_file.is_open()) {
    mode = Disk::Mode::kRead;
    index_file = Descriptor(disk.open_file(folder.get(), name.file(true), mode));
  }
  Descriptor data_file(disk.open_file(folder.get(), name.file(false), mode));
  if (!index_file.is_open() || !data_file.is_open()) return nullptr;

  const std::int64_t bytes = disk.file_bytes(index_file.get());
  if (bytes <= 0 || bytes > kIndexBytesMax) return nullptr;
  std::vector<std::byte> log(static_cast<std::size_t>(bytes));
  const std::int64_t got = disk.read_at(index_file.get(), 0, log);
  if (got <= 0) return nullptr;
  log.resize(static_cast<std::size_t>(got));
  const auto header = decode_header(log);
  if (!header || !(header->id == id)) return nullptr;

  std::size_t at = header->bytes;
  for (; at + kRecordBytes <= log.size(); at += kRecordBytes) {
    const auto record = decode_record(std::span(log).subspan(at), header->salt);
    if (record && !take(*record, index)) {
      index = {};
      return nullptr;
    }
  }
  drop_impossible_blocks(index);
  auto files = std::make_shared<ContentFiles>(disk, std::move(index_file), std::move(data_file));
  files->salt_ = header->salt;
  files->index_end_ = static_cast<std::int64_t>(at);  // over a record that a crash cut short
  files->is_writable_ = mode == Disk::Mode::kWrite;
  return files;
}

std::shared_ptr<ContentFiles> ContentFiles::make(Disk& disk, int root, const ContentId& id, int& error) {
  const ContentName name = name_of(id);
  const Descriptor provider(disk.open_folder(root, name.provider_folder(), true));
  if (error = provider.get(); error < 0) return nullptr;
  const Descriptor folder(disk.open_folder(provider.get(), name.key_folder(), true));
  if (error = folder.get(); error < 0) return nullptr;
  disk.remove(folder.get(), name.file(true));
  disk.remove(folder.get(), name.file(false));
  Descriptor data(disk.open_file(folder.get(), name.file(false), Disk::Mode::kCreate));
  if (error = data.get(); error < 0) return nullptr;
  Descriptor index(disk.open_file(folder.get(), name.file(true), Disk::Mode::kCreate));
  if (error = index.get(); error < 0) {
    disk.remove(folder.get(), name.file(false));
    return nullptr;
  }
  auto files = std::make_shared<ContentFiles>(disk, std::move(index), std::move(data));
  files->salt_ = fresh_salt();
  const std::vector<std::byte> header = encode_header(id, files->salt_);
  error = disk.write_at(files->index_.get(), 0, header);
  files->index_end_ = static_cast<std::int64_t>(header.size());
  if (error >= 0) return files;
  disk.remove(folder.get(), name.file(true));
  disk.remove(folder.get(), name.file(false));
  return nullptr;
}

void ContentFiles::remove(Disk& disk, int root, const ContentName& name) {
  const Descriptor provider(disk.open_folder(root, name.provider_folder(), false));
  if (!provider.is_open()) return;
  {
    const Descriptor folder(disk.open_folder(provider.get(), name.key_folder(), false));
    if (!folder.is_open()) return;
    // The index first: data without one is never read, and swept up at the next start.
    disk.remove(folder.get(), name.file(true));
    disk.remove(folder.get(), name.file(false));
  }
  disk.remove_folder(provider.get(), name.key_folder());
}

std::int64_t ContentFiles::read(std::int64_t block, std::span<std::byte> bytes) {
  return disk_.read_at(data_.get(), block * kBlockBytes, bytes);
}

int ContentFiles::write(std::int64_t block, std::span<const std::byte> bytes) {
  return disk_.write_at(data_.get(), block * kBlockBytes, bytes);
}

int ContentFiles::append(std::span<const IndexRecord> records) {
  std::vector<std::byte> bytes;
  bytes.reserve(records.size() * kRecordBytes);
  for (const IndexRecord& record : records) append_record(bytes, record, salt_);
  const int written = disk_.write_at(index_.get(), index_end_, bytes);
  if (written >= 0) index_end_ += static_cast<std::int64_t>(bytes.size());
  return written;
}

}  // namespace segue::stream
