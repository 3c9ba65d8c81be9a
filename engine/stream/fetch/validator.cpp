// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/fetch/validator.h"

#include <array>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string_view>

namespace segue::stream {
namespace {

constexpr std::string_view kEtag = "etag:";
constexpr std::string_view kSize = "size:";
constexpr std::string_view kModified = " modified:";
// Without a Date the server's clock is unknown; ours may be off by so much.
constexpr std::int64_t kClockErrorS = 60;
constexpr std::size_t kFieldBytesMax = 1024;  // a longer validator is not worth keeping

std::string_view opaque(std::string_view etag) { return etag.substr(0, 2) == "W/" ? etag.substr(2) : etag; }

}  // namespace

std::string Identity::if_range() const {
  if (has_strong_etag()) return etag;
  return is_modified_strong ? last_modified : std::string();
}

std::string Identity::validator() const {
  if (has_strong_etag()) return std::string(kEtag) + etag;
  if (!is_modified_strong || size < 0) return {};
  return std::string(kSize) + std::to_string(size) + std::string(kModified) + last_modified;
}

std::optional<std::int64_t> parse_http_date(const std::string& text) {
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char month[4] = {};
  std::tm time{};
  int length = 0;
  if (text.size() != 29 ||
      std::sscanf(text.c_str(), "%*3c, %2d %3c %4d %2d:%2d:%2d GMT%n", &time.tm_mday, month, &time.tm_year,
                  &time.tm_hour, &time.tm_min, &time.tm_sec, &length) != 6 ||
      length != 29) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (std::strcmp(kMonths[i], month) != 0) continue;
    time.tm_mon = static_cast<int>(i);
    time.tm_year -= 1900;
    return timegm(&time);
  }
  return std::nullopt;
}

Identity identity_of(const net::HttpHead& head, std::int64_t size, Nanoseconds wall) {
  Identity identity{head.header("etag"), head.header("last-modified"), false, size};
  if (identity.etag.size() > kFieldBytesMax) identity.etag.clear();
  if (identity.last_modified.size() > kFieldBytesMax) identity.last_modified.clear();
  const auto modified = parse_http_date(identity.last_modified);
  const auto date = parse_http_date(head.header("date"));
  const std::int64_t now = std::chrono::duration_cast<std::chrono::seconds>(wall).count() - kClockErrorS;
  identity.is_modified_strong = modified && *modified + 1 <= date.value_or(now);
  return identity;
}

Identity identity_of_validator(const std::string& validator, std::int64_t size) {
  Identity identity;
  identity.size = size;
  if (validator.starts_with(kEtag)) identity.etag = validator.substr(kEtag.size());
  const std::size_t at = validator.find(kModified);
  if (validator.starts_with(kSize) && at != std::string::npos) {
    identity.last_modified = validator.substr(at + kModified.size());
    identity.is_modified_strong = true;
  }
  return identity;
}

bool are_different(const Identity& a, const Identity& b) {
  if (a.size >= 0 && b.size >= 0 && a.size != b.size) return true;
  if (!a.etag.empty() && !b.etag.empty()) {
    // Equal weak ones of the same size count as the same: "weak" speaks of bytes that differ without meaning, which
    // no audio file does.
    return opaque(a.etag) != opaque(b.etag);
  }
  return !a.last_modified.empty() && !b.last_modified.empty() && a.last_modified != b.last_modified;
}

}  // namespace segue::stream
