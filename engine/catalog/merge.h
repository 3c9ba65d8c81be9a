// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/catalog/catalogue.h"

namespace segue::catalog {

// Gathers one search's results of several providers into one list, as they arrive. The same recording is: equal ISRC,
// else equal MusicBrainz id, else equal artist and title (fold_artist, fold_title) with durations within 2 s. What one
// provider has twice stays two; an address told twice counts once. Time is linear in the entries, memory holds them
// all. One thread.
class Merge {
 public:
  // `local`: names of the providers whose tracks are on this machine.
  explicit Merge(std::set<std::string> local = {}) : local_(std::move(local)) {}

  // Takes results of a provider, in its order; returns the matches that are new or have got another source, each once
  // and whole.
  std::vector<Match> add(std::vector<Entry> entries);
  std::size_t size() const { return matches_.size(); }

 private:
  using Places = std::unordered_map<std::string, std::vector<std::size_t>>;  // key → matches

  std::size_t place_of(const Entry& entry) const;
  std::size_t find(const Places& places, const std::string& key, const std::function<bool(const Match&)>& fits) const;
  void index(const Entry& entry, std::size_t match);
  void put(Match& match, Entry entry) const;

  const std::set<std::string> local_;
  std::vector<Match> matches_;
  std::unordered_set<std::string> uris_;
  Places by_isrc_;
  Places by_musicbrainz_;
  Places by_words_;  // artist, title and a slot of duration
};

// Whether `a` is the better source of the two: available, then local, then lossless, then the higher bit rate.
bool is_better_source(const Entry& a, const Entry& b, const std::set<std::string>& local);

}  // namespace segue::catalog
