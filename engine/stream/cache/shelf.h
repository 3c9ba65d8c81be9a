// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "engine/stream/cache/content_files.h"

namespace segue::stream {

// What lies on the disk: bytes and last use of each content, in order of age. Knows no files. One thread at a time.
class Shelf {
 public:
  // Told of a content twice, the later use counts.
  void put(const ContentName& name, std::int64_t bytes, std::int64_t used_at_ns);
  void add_bytes(const ContentName& name, std::int64_t bytes, std::int64_t used_at_ns);
  void touch(const ContentName& name, std::int64_t used_at_ns);  // unknown names are ignored
  void remove(const ContentName& name);
  void clear();

  std::int64_t bytes() const { return bytes_; }
  std::int64_t bytes_of(const ContentName& name) const;
  std::int64_t bytes_of_provider(std::uint64_t provider) const;
  std::int64_t used_at_ns(const ContentName& name) const;  // 0 if unknown
  // The longest unused one that may go, of this provider or of all.
  std::optional<ContentName> oldest(const std::uint64_t* provider,
                                    const std::function<bool(const ContentName&)>& may_go) const;

 private:
  struct Entry {
    std::int64_t bytes = 0;
    std::int64_t used_at_ns = 0;
  };
  std::map<ContentName, Entry> entries_;
  struct Provider {
    std::set<std::pair<std::int64_t, ContentName>> by_age;
    std::int64_t bytes = 0;
  };
  std::map<std::uint64_t, Provider> providers_;
  std::int64_t bytes_ = 0;
};

}  // namespace segue::stream
