// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/cache/shelf.h"

#include <algorithm>
#include <utility>

namespace segue::stream {

void Shelf::put(const ContentName& name, std::int64_t bytes, std::int64_t used_at_ns) {
  const std::int64_t used = std::max(used_at_ns, this->used_at_ns(name));
  remove(name);
  add_bytes(name, bytes, used);
}

void Shelf::add_bytes(const ContentName& name, std::int64_t bytes, std::int64_t used_at_ns) {
  const auto [at, is_new] = entries_.try_emplace(name, Entry{0, used_at_ns});
  Provider& provider = providers_[name.provider];
  if (is_new) provider.by_age.emplace(used_at_ns, name);
  at->second.bytes += bytes;
  provider.bytes += bytes;
  bytes_ += bytes;
}

void Shelf::touch(const ContentName& name, std::int64_t used_at_ns) {
  const auto at = entries_.find(name);
  if (at == entries_.end()) return;
  auto& by_age = providers_[name.provider].by_age;
  by_age.erase({at->second.used_at_ns, name});
  at->second.used_at_ns = used_at_ns;
  by_age.emplace(used_at_ns, name);
}

void Shelf::remove(const ContentName& name) {
  const auto at = entries_.find(name);
  if (at == entries_.end()) return;
  const auto of = providers_.find(name.provider);
  of->second.by_age.erase({at->second.used_at_ns, name});
  of->second.bytes -= at->second.bytes;
  bytes_ -= at->second.bytes;
  entries_.erase(at);
  if (of->second.by_age.empty()) providers_.erase(of);
}

void Shelf::clear() {
  entries_.clear();
  providers_.clear();
  bytes_ = 0;
}

std::int64_t Shelf::bytes_of(const ContentName& name) const {
  const auto at = entries_.find(name);
  return at == entries_.end() ? 0 : at->second.bytes;
}

std::int64_t Shelf::bytes_of_provider(std::uint64_t provider) const {
  const auto at = providers_.find(provider);
  return at == providers_.end() ? 0 : at->second.bytes;
}

std::int64_t Shelf::used_at_ns(const ContentName& name) const {
  const auto at = entries_.find(name);
  return at == entries_.end() ? 0 : at->second.used_at_ns;
}

std::optional<ContentName> Shelf::oldest(const std::uint64_t* provider,
                                         const std::function<bool(const ContentName&)>& may_go) const {
  const std::pair<std::int64_t, ContentName>* oldest = nullptr;
  for (const auto& [hash, of] : providers_) {
    if (provider != nullptr && *provider != hash) continue;
    const auto first =
        std::find_if(of.by_age.begin(), of.by_age.end(), [&](const auto& entry) { return may_go(entry.second); });
    if (first != of.by_age.end() && (oldest == nullptr || *first < *oldest)) oldest = &*first;
  }
  if (oldest == nullptr) return {};
  return oldest->second;
}

}  // namespace segue::stream
