// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace segue::model {

// A musical key, one of 24.
struct Key {
  int tonic = 0;  // pitch class, 0 (C) to 11 (B)
  bool is_minor = false;

  friend bool operator==(const Key&, const Key&) = default;
};

// "C", "Am", "C#m", "Eb": the spelling DJs use, flats for Db, Eb, Ab, Bb major and Ebm, Bbm minor, else sharps.
std::string name_of(const Key& key);
// Place on the Camelot wheel, "8B" for C and "8A" for Am.
std::string camelot_of(const Key& key);
// Open Key notation, "1d" for C and "1m" for Am.
std::string open_key_of(const Key& key);
// Reads any of the three notations, enharmonic spellings, "A minor", "Amin" and "Abm" too; nothing if it is no key.
std::optional<Key> key_from(std::string_view text);

}  // namespace segue::model
