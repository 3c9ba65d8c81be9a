// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/stream/range_set.h"

namespace segue::stream {

inline constexpr std::int64_t kBlockBytes = 64 << 10;  // 1.6 s of MP3 at 320 kbit/s, 0.5 s of FLAC; one disk write

// One content: the bytes of one track in one encoding, as one validator names them. Another validator is another
// content, so bytes of two versions never mix.
struct ContentId {
  std::string provider;  // for its quota; may be empty
  std::string key;       // MediaRef::cache_key
  std::string validator;  // "etag:…", or "size:…" with "modified:…"; empty: none, then nothing is taken from the disk
};

// Bytes of one content in blocks: what is in RAM or on the disk. Shared by all that read or fetch it; goes from RAM
// when the last of them lets go. Every method may be called from any thread; only read waits for the disk.
class CachedContent {
 public:
  virtual ~CachedContent() = default;
  virtual const ContentId& id() const = 0;
  // Length in bytes; −1 while unknown. Said once; a second, different value is refused (false).
  virtual std::int64_t size() const = 0;
  virtual bool set_size(std::int64_t size) = 0;
  // Bytes [from, to) that can be read, in whole blocks (the last one may be short).
  virtual RangeSet present() const = 0;
  virtual bool has(std::int64_t offset) const = 0;
  // Takes a whole block (all kBlockBytes, or up to size() for the last): in RAM at once, on the disk soon, by the
  // cache's own thread. RAM that the disk has too may be taken back; what the disk does not take stays in RAM.
  virtual void put(std::int64_t block, std::span<const std::byte> bytes) = 0;
  // Copies bytes from `offset` on, up to the end of their block; 0 if they are not there. A block whose checksum is
  // wrong is dropped, counted and not there any more. Only failure: INTERNAL.
  virtual std::size_t read(std::int64_t offset, std::span<std::byte> buffer) = 0;
  // Nothing of it is valid: it goes from RAM and disk, now and for later opens, which get another, empty content.
  // Who still has this one finds it empty, of unknown size; what is put into it then stays in RAM, with it.
  virtual void discard() = 0;
};

struct CacheCounters {
  std::int64_t disk_bytes = 0;
  std::int64_t ram_bytes = 0;
  std::uint64_t blocks_hit = 0;      // reads answered from RAM or disk
  std::uint64_t blocks_stored = 0;   // written to the disk
  std::uint64_t blocks_corrupt = 0;  // found wrong by checksum, dropped
  std::uint64_t blocks_evicted = 0;  // left the disk for newer ones
  std::uint64_t blocks_dropped = 0;  // left RAM for newer ones, never stored; nobody had them open
  std::uint64_t disk_failures = 0;   // writes or reads the disk refused
};

// Blocks of many contents, in RAM and under `folder` on the disk, least recently used contents leaving first. A crash
// at any moment, a flipped bit, a deleted or foreign file cost a refetch, never a wrong byte: each block has a CRC-32C
// in an index that checks itself. A disk that is full or read-only leaves a cache in RAM. Thread-safe.
class BlockCache {
 public:
  struct Options {
    std::string folder;                                      // empty: RAM only. Made with mode 0700.
    std::int64_t disk_bytes_max = 0;                         // 0: RAM only
    std::int64_t ram_bytes_max = 256 << 20;                  // of contents nobody has open; open ones may hold more
    std::map<std::string, std::int64_t> provider_bytes_max;  // on disk; a provider not named may fill it all
    // Called on the cache's thread when the disk fails or works again: reason CACHE_FULL, CACHE_READ_ONLY,
    // CACHE_CORRUPT (a block), CACHE_IO_ERROR, CACHE_IN_USE (another process has the folder), or empty when all is
    // well. Once per change, CACHE_CORRUPT each time. Must not flush, purge or destroy the cache.
    std::function<void(const Error& error)> on_disk;
  };
  // Never fails: without a usable folder it works in RAM, and on_disk says so.
  static std::unique_ptr<BlockCache> create(Options options);
  virtual ~BlockCache() = default;  // what was put is on the disk when it returns, unless that takes over 500 ms

  // The content, with whatever the disk has of it. `may_store` false: RAM only, also for others who have it open.
  // Contents without a validator are shared with nobody, and end with their last reader. Looks at the disk.
  virtual std::shared_ptr<CachedContent> open(const ContentId& id, bool may_store) = 0;
  // The newest stored content of a key, whichever its validator: to play from without asking the network first. Null
  // if there is none with its first block and its size.
  virtual std::shared_ptr<CachedContent> find(const std::string& provider, const std::string& key) = 0;
  virtual CacheCounters counters() const = 0;
  // Bytes of a provider's contents on the disk.
  virtual std::int64_t bytes_of(const std::string& provider) const = 0;
  // Removes every stored content of a provider that nobody has open; all with an empty name.
  virtual void purge(const std::string& provider) = 0;
  // Returns once everything put before is on the disk or was refused by it. For tests and orderly ends.
  virtual void flush() = 0;
};

}  // namespace segue::stream
