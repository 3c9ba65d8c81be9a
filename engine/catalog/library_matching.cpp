// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "engine/catalog/import/location.h"
#include "engine/catalog/library_entries.h"
#include "engine/catalog/library_exchange.h"

namespace segue::catalog {
namespace {

constexpr double kSameLength_s = 2;  // what programs round and encoders pad
constexpr std::string_view kFile = "file://";

struct Known {
  std::string uri;
  std::string path;
  std::string names;  // title and artist
  double duration_s = 0;
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return out;
}

std::string names_of(std::string_view title, std::string_view artist) {
  return title.empty() ? std::string() : lower(title) + '\n' + lower(artist);
}

std::string file_name(const std::string& path) { return lower(std::string_view(path).substr(path.rfind('/') + 1)); }

// How many parts two paths have in common at their ends, without regard to case.
int common_parts(const std::string& a, const std::string& b) {
  int parts = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const char left = a[a.size() - 1 - i], right = b[b.size() - 1 - i];
    if (lower({&left, 1}) != lower({&right, 1})) break;
    if (left == '/') ++parts;
  }
  return parts;
}

class Index {
 public:
  Result<void> read(store::Database& database) {
    auto done = each_row(
        database.query("SELECT s.provider, s.key, f.path, s.name, t.title, t.artist, t.duration_s FROM source s "
                       "JOIN folder f ON f.id = s.folder JOIN track t ON t.id = s.track"),
        [&](const store::Statement& row) {
          known_.push_back({"segue://" + std::string(row.text(0)) + "/" + std::string(row.text(1)),
                            std::string(row.text(2)) + "/" + std::string(row.text(3)),
                            names_of(row.text(4), row.text(5)), row.real(6)});
        });
    if (!done) return done;
    for (const Known& track : known_) {
      by_path_.emplace(track.path, &track);
      by_file_.emplace(hash_of(file_name(track.path)), &track);
      if (!track.names.empty()) by_names_.emplace(track.names, &track);
    }
    return {};
  }

  const Known* find(const ForeignTrack& track) const {
    const std::string path = path_of_file_uri(track.location).value_or("");
    if (const auto same = by_path_.find(path); same != by_path_.end()) return same->second;
    if (const Known* moved = by_file(track, path)) return moved;
    return by_names(track);
  }

 private:
  static std::size_t hash_of(std::string_view text) { return std::hash<std::string_view>{}(text); }

  static bool is_as_long(const ForeignTrack& track, const Known& known) {
    return track.duration_s <= 0 || known.duration_s <= 0 ||
           std::abs(track.duration_s - known.duration_s) <= kSameLength_s;
  }

  // The one that lies the most alike; as long as the other, and one alone.
  const Known* by_file(const ForeignTrack& track, const std::string& path) const {
    const Known* best = nullptr;
    int most = 0;
    bool is_one = false;
    const std::string name = file_name(path);
    const auto [begin, end] = by_file_.equal_range(hash_of(name));
    for (auto at = begin; at != end; ++at) {
      if (file_name(at->second->path) != name) continue;
      const int parts = common_parts(path, at->second->path);
      if (!is_as_long(track, *at->second) || parts < most) continue;
      is_one = parts > most;
      most = parts;
      best = at->second;
    }
    return is_one ? best : nullptr;
  }

  const Known* by_names(const ForeignTrack& track) const {
    const std::string names = names_of(track.title, track.artist);
    if (names.empty() || track.duration_s <= 0) return nullptr;
    const Known* found = nullptr;
    const auto [begin, end] = by_names_.equal_range(names);
    for (auto at = begin; at != end; ++at) {
      if (!is_as_long(track, *at->second)) continue;
      if (found != nullptr) return nullptr;
      found = at->second;
    }
    return found;
  }

  std::vector<Known> known_;  // never changes once read; the views below are of its text
  std::unordered_map<std::string_view, const Known*> by_path_;
  std::unordered_multimap<std::size_t, const Known*> by_file_;  // by hash
  std::unordered_multimap<std::string_view, const Known*> by_names_;
};

}  // namespace

Result<std::vector<TrackMatch>> match_tracks(store::Database& database, const std::vector<ForeignTrack>& tracks) {
  Index index;
  if (auto done = index.read(database); !done) return tl::unexpected<Error>(done.error());
  std::vector<TrackMatch> matches;
  matches.reserve(tracks.size());
  for (const ForeignTrack& track : tracks) {
    TrackMatch& match = matches.emplace_back();
    if (!track.location.starts_with(kFile)) {
      match.uri = track.location;
    } else if (const Known* known = index.find(track)) {
      match = {known->uri, known->path};
    }
  }
  return matches;
}

}  // namespace segue::catalog
