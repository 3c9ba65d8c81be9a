// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/stream/fetch/rig.h"

#include <algorithm>
#include <random>
#include <span>

namespace segue::stream {

std::string track_bytes(std::int64_t size, std::uint32_t seed) {
  std::string bytes(static_cast<std::size_t>(size), '\0');
  std::mt19937 random(seed);
  for (char& byte : bytes) byte = static_cast<char>(random());
  if (size > 3) bytes.replace(0, 4, "fLaC");
  return bytes;
}

Rig::Rig(const Options& options) {
  net::HttpClient::Options client;
  client.ca_file = options.ca_file;
  client.background_bytes_per_s = options.background_bytes_per_s;
  http_ = net::HttpClient::create(client);
  BlockCache::Options cache;
  cache.folder = options.folder;
  cache.disk_bytes_max = options.folder.empty() ? 0 : 256 << 20;
  cache.on_disk = [](const Error&) {};
  cache_ = BlockCache::create(std::move(cache));
  Fetcher::Options fetcher{.http = *http_, .cache = *cache_, .resolve = options.resolve, .on_news = {}};
  fetcher.on_news = [this](const FetchNews& news) {
    const std::lock_guard lock(mutex_);
    news_.push_back(news);
    told_.notify_all();
  };
  fetcher.limits.connect_max = std::chrono::milliseconds(1'000);
  fetcher.limits.first_byte_max = std::chrono::milliseconds(600);
  fetcher.limits.stall_max = options.stall_max;
  fetcher.retry.first = std::chrono::milliseconds(4);
  fetcher.retry.longest = options.retry_longest;
  fetcher.recheck_after = options.recheck_after;
  fetcher.open_max = options.open_max;
  fetcher.ram_bytes_max = options.ram_bytes_max;
  fetcher.linger = options.linger;
  fetcher_ = Fetcher::create(std::move(fetcher));
}

Rig::~Rig() { fetcher_.reset(); }

model::MediaRef Rig::ref(const std::string& url, const std::string& key) {
  model::MediaRef ref;
  ref.provider = "p";
  ref.cache_key = key;
  ref.label = "track";
  ref.url = url;
  ref.may_be_private = true;
  return ref;
}

Result<OpenedMedia> Rig::open(const model::MediaRef& ref) { return fetcher_->open("segue://p/1", ref, {}); }

std::vector<FetchNews> Rig::news() const {
  const std::lock_guard lock(mutex_);
  return news_;
}

bool Rig::wait_for_ended(std::size_t count) const {
  std::unique_lock lock(mutex_);
  return told_.wait_for(lock, std::chrono::seconds(10), [&] {
    return std::count_if(news_.begin(), news_.end(), [](const FetchNews& news) {
             return news.kind == FetchNews::Kind::kEnded;
           }) >= static_cast<std::ptrdiff_t>(count);
  });
}

std::string Rig::story() const {
  std::string text;
  for (const FetchNews& news : news()) {
    text += (text.empty() ? "" : " ") + news.error.reason + (news.kind == FetchNews::Kind::kBegan ? "+" : "-");
  }
  return text;
}

std::uint64_t Rig::faults(const std::string& reason) const {
  const auto counters = fetcher_->counters();
  const auto found = counters.faults.find(reason);
  return found == counters.faults.end() ? 0 : found->second;
}

Result<std::string> read_some(ByteSource& source, std::int64_t from, std::int64_t count) {
  std::string bytes(static_cast<std::size_t>(count), '\0');
  std::size_t got = 0;
  while (got < bytes.size()) {
    const auto rest = std::as_writable_bytes(std::span(bytes).subspan(got));
    const auto read = source.read(from + static_cast<std::int64_t>(got), rest);
    if (!read) return tl::unexpected(read.error());
    if (*read == 0) break;
    got += *read;
  }
  bytes.resize(got);
  return bytes;
}

Result<std::string> read_all(ByteSource& source, std::int64_t from) {
  std::string all;
  while (true) {
    auto piece = read_some(source, from + static_cast<std::int64_t>(all.size()), 100'000);
    if (!piece) return piece;
    if (piece->empty()) return all;
    all += *piece;
  }
}

}  // namespace segue::stream
