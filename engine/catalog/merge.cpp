// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/merge.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include "engine/catalog/merge_words.h"

namespace segue::catalog {
namespace {

constexpr double kSameDurationS = 2;   // encoders' padding and rounding to whole seconds, less than an edit
constexpr double kSlotS = 2;           // of the index: what is within kSameDurationS is in the same or the next slot
constexpr double kDurationMaxS = 1e7;  // beyond it is nonsense of a server
// Matches of one key that are looked at: enough for all copies a provider has, and no quadratic search of a catalogue
// whose tracks are all called "Track 1".
constexpr std::size_t kCandidatesMax = 32;
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

bool is_lossless(const Entry& entry) {
  static constexpr std::array<std::string_view, 8> kCodecs{"flac", "alac", "wav",     "aiff",
                                                           "aif",  "ape",  "wavpack", "tta"};
  return entry.bits > 0 || std::find(kCodecs.begin(), kCodecs.end(), entry.codec) != kCodecs.end() ||
         entry.codec.starts_with("pcm");
}

bool has_duration(const Entry& entry) { return entry.duration_s > 0 && entry.duration_s < kDurationMaxS; }

// Key of the words index without its slot; empty if the entry says too little to be compared by words.
std::string words_key(const Entry& entry) {
  if (!has_duration(entry) || entry.is_live) return {};
  const std::string artist = fold_artist(entry.artist);
  const std::string title = fold_title(entry.title);
  return artist.empty() || title.empty() ? std::string() : artist + '\n' + title;
}

std::int64_t slot_of(const Entry& entry) { return static_cast<std::int64_t>(entry.duration_s / kSlotS); }
std::string in_slot(const std::string& key, std::int64_t slot) { return key + '\n' + std::to_string(slot); }

template <typename Visit>
bool any_source(const Match& match, Visit visit) {
  return visit(match.entry) || std::any_of(match.others.begin(), match.others.end(), visit);
}

}  // namespace

bool is_better_source(const Entry& a, const Entry& b, const std::set<std::string>& local) {
  const auto rank = [&](const Entry& entry) {
    const bool is_local = entry.uri.starts_with("file:") || local.contains(entry.provider);
    return std::tuple(entry.is_available, is_local, is_lossless(entry), entry.bitrate_kbps);
  };
  return rank(a) > rank(b);
}

std::vector<Match> Merge::add(std::vector<Entry> entries) {
  std::vector<std::size_t> touched;
  std::vector<bool> is_touched(matches_.size() + entries.size(), false);
  for (Entry& entry : entries) {
    if (!entry.uri.empty() && !uris_.insert(entry.uri).second) continue;
    const std::size_t place = place_of(entry);
    index(entry, place);
    if (place == matches_.size()) {
      matches_.push_back({std::move(entry), {}});
    } else {
      put(matches_[place], std::move(entry));
    }
    if (!is_touched[place]) touched.push_back(place);
    is_touched[place] = true;
  }
  std::vector<Match> told;
  told.reserve(touched.size());
  for (const std::size_t place : touched) told.push_back(matches_[place]);
  return told;
}

// The match that the entry belongs to, the number of matches for a new one.
std::size_t Merge::place_of(const Entry& entry) const {
  const auto lacks_provider = [&](const Match& match) {
    return !any_source(match, [&](const Entry& other) { return other.provider == entry.provider; });
  };
  const auto is_as_long = [&](const Entry& other) {
    return has_duration(other) && std::abs(other.duration_s - entry.duration_s) <= kSameDurationS;
  };
  const auto fits = [&](const Match& match) { return lacks_provider(match) && any_source(match, is_as_long); };
  if (!entry.isrc.empty()) {
    if (const std::size_t found = find(by_isrc_, entry.isrc, lacks_provider); found != kNone) return found;
  }
  if (!entry.musicbrainz_id.empty()) {
    if (const std::size_t found = find(by_musicbrainz_, entry.musicbrainz_id, lacks_provider); found != kNone)
      return found;
  }
  const std::string key = words_key(entry);
  if (key.empty()) return matches_.size();
  for (const std::int64_t step : {0, -1, 1}) {
    if (const std::size_t found = find(by_words_, in_slot(key, slot_of(entry) + step), fits); found != kNone)
      return found;
  }
  return matches_.size();
}

// The first match of a key that fits.
std::size_t Merge::find(const Places& places, const std::string& key,
                        const std::function<bool(const Match&)>& fits) const {
  const auto found = places.find(key);
  if (found == places.end()) return kNone;
  const auto match = std::find_if(found->second.begin(), found->second.end(),
                                  [&](std::size_t place) { return fits(matches_[place]); });
  return match == found->second.end() ? kNone : *match;
}

void Merge::index(const Entry& entry, std::size_t match) {
  const auto enter = [match](Places& places, const std::string& key) {
    auto& matches = places[key];
    if (matches.size() >= kCandidatesMax || (!matches.empty() && matches.back() == match)) return;
    matches.push_back(match);
  };
  if (!entry.isrc.empty()) enter(by_isrc_, entry.isrc);
  if (!entry.musicbrainz_id.empty()) enter(by_musicbrainz_, entry.musicbrainz_id);
  if (const std::string key = words_key(entry); !key.empty()) enter(by_words_, in_slot(key, slot_of(entry)));
}

// Adds a source, the best one first; of equal ones that came earlier.
void Merge::put(Match& match, Entry entry) const {
  if (is_better_source(entry, match.entry, local_)) std::swap(match.entry, entry);
  const auto is_worse = [&](const Entry& other) { return is_better_source(entry, other, local_); };
  match.others.insert(std::find_if(match.others.begin(), match.others.end(), is_worse), std::move(entry));
}

}  // namespace segue::catalog
