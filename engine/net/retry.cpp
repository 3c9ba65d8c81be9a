// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/retry.h"

#include <algorithm>
#include <charconv>

#include <curl/curl.h>

namespace segue::net {
namespace {

constexpr std::int64_t kSecondsMax = 1'000'000'000;  // 31 years: as good as never, and far from overflow
constexpr std::size_t kDateBytesMax = 64;            // the longest of the three forms has 33

// SplitMix64 (Steele, Lea, Flood 2014): any seed is a good one.
std::uint64_t next_random(std::uint64_t& state) {
  std::uint64_t z = state += 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

}  // namespace

Retry::Retry(const Options& options, std::uint64_t seed) : options_(options), random_(seed) {}

std::chrono::milliseconds Retry::next(std::optional<std::chrono::seconds> retry_after) {
  const int doublings = std::min(attempts_, 40);  // 2⁴⁰ × 1 ms is 34 years already
  if (attempts_ < 1'000'000) ++attempts_;
  if (retry_after) return std::clamp(*retry_after, std::chrono::seconds(0), options_.retry_after_max);
  const std::int64_t longest_ms = std::max<std::int64_t>(options_.longest.count(), 0);
  std::int64_t most_ms = std::clamp<std::int64_t>(options_.first.count(), 0, longest_ms);
  for (int i = 0; i < doublings && most_ms < longest_ms; ++i) most_ms = std::min(most_ms * 2, longest_ms);
  const auto range = static_cast<std::uint64_t>(most_ms) + 1;
  return std::chrono::milliseconds(static_cast<std::int64_t>(next_random(random_) % range));
}

std::optional<std::chrono::seconds> parse_retry_after(const std::string& value, Nanoseconds wall) {
  const std::size_t begin = value.find_first_not_of(" \t");
  if (begin == std::string::npos) return std::nullopt;
  const std::string text = value.substr(begin, value.find_last_not_of(" \t") - begin + 1);
  if (text.size() > kDateBytesMax || text.find('\0') != std::string::npos) return std::nullopt;
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    std::int64_t seconds = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (fault != std::errc()) seconds = kSecondsMax;  // more digits than fit
    return std::chrono::seconds(std::min(seconds, kSecondsMax));
  }
  // Dates of all three forms begin with a day's name; curl would also take a lot else.
  if (text[0] < 'A' || text[0] > 'Z') return std::nullopt;
  const std::int64_t at_s = curl_getdate(text.c_str(), nullptr);
  if (at_s < 0) return std::nullopt;
  const std::int64_t now_s = std::chrono::floor<std::chrono::seconds>(wall).count();
  return std::chrono::seconds(std::clamp<std::int64_t>(at_s - now_s, 0, kSecondsMax));
}

}  // namespace segue::net
