// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/key.h"

#include <array>
#include <cctype>
#include <cstddef>

namespace segue::model {
namespace {

constexpr std::array<const char*, 12> kMajorNames = {"C",  "Db", "D",  "Eb", "E",  "F",
                                                     "F#", "G",  "Ab", "A",  "Bb", "B"};
constexpr std::array<const char*, 12> kMinorNames = {"Cm",  "C#m", "Dm",  "Ebm", "Em",  "Fm",
                                                     "F#m", "Gm",  "G#m", "Am",  "Bbm", "Bm"};

// Steps round the circle of fifths from C major or A minor, 0 to 11.
int fifths_of(const Key& key) { return (key.tonic + (key.is_minor ? 3 : 0)) * 7 % 12; }

// The key at a number of the Camelot or the Open Key wheel, whose numbers for C major and A minor is `zero`.
std::optional<Key> at_number(int number, int zero, bool is_minor) {
  if (number < 1 || number > 12) return std::nullopt;
  const int major = (number - zero + 12) * 7 % 12;
  return Key{(major + (is_minor ? 9 : 0)) % 12, is_minor};
}

std::optional<Key> from_wheel(std::string_view text) {
  int number = 0;
  std::size_t digits = 0;
  while (digits < text.size() && digits < 2 && std::isdigit(static_cast<unsigned char>(text[digits])) != 0) {
    number = number * 10 + (text[digits++] - '0');
  }
  if (digits == 0 || text.size() != digits + 1) return std::nullopt;
  switch (text[digits]) {
    case 'A': case 'a': return at_number(number, 8, true);
    case 'B': case 'b': return at_number(number, 8, false);
    case 'm': return at_number(number, 1, true);
    case 'd': return at_number(number, 1, false);
    default: return std::nullopt;
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return text;
}

// Semitones of an accidental at the front of `text`, which it is taken off; "♯" and "♭" are three bytes of UTF-8.
int take_accidental(std::string_view& text) {
  if (text.starts_with("\u266F")) return text.remove_prefix(3), 1;
  if (text.starts_with("\u266D")) return text.remove_prefix(3), -1;
  if (text.starts_with('#')) return text.remove_prefix(1), 1;
  if (text.starts_with('b')) return text.remove_prefix(1), -1;
  return 0;
}

}  // namespace

std::string name_of(const Key& key) {
  return (key.is_minor ? kMinorNames : kMajorNames)[static_cast<std::size_t>(key.tonic)];
}

std::string camelot_of(const Key& key) {
  return std::to_string((fifths_of(key) + 7) % 12 + 1) + (key.is_minor ? 'A' : 'B');
}

std::string open_key_of(const Key& key) { return std::to_string(fifths_of(key) + 1) + (key.is_minor ? 'm' : 'd'); }

std::optional<Key> key_from(std::string_view text) {
  text = trimmed(text);
  if (const auto key = from_wheel(text)) return key;
  if (text.empty()) return std::nullopt;
  constexpr std::array<int, 7> kNaturals = {9, 11, 0, 2, 4, 5, 7};  // A to G
  const int letter = std::toupper(static_cast<unsigned char>(text.front())) - 'A';
  if (letter < 0 || letter > 6) return std::nullopt;
  text.remove_prefix(1);
  const int tonic = (kNaturals[static_cast<std::size_t>(letter)] + take_accidental(text) + 12) % 12;
  const std::string mode = lower(trimmed(text));
  if (mode.empty() || mode == "maj" || mode == "major") return Key{tonic, false};
  if (mode == "m") return Key{tonic, trimmed(text) == "m"};
  if (mode == "min" || mode == "minor") return Key{tonic, true};
  return std::nullopt;
}

}  // namespace segue::model
