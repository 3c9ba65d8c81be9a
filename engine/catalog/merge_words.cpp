// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/merge_words.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "engine/catalog/utf8.h"

namespace segue::catalog {
namespace {

constexpr std::size_t kTextBytesMax = 1024;  // of a title or an artist; what is longer is cut before it is compared

// Latin letters without accents (Unicode's NFKD, and the usual spelling of those that have none): U+00C0 to U+017F and
// U+1E00 to U+1EFF. 1: ss, 2: ae, 3: oe, 4: th, 5: ij, a dot: not a letter.
constexpr std::string_view kLatin =
    "aaaaaa2ceeeeiiiidnooooo.ouuuuy41aaaaaa2ceeeeiiiidnooooo.ouuuuy4yaaaaaaccccccccddddeeeeeeeeeegggg"
    "gggghhhhiiiiiiiiii55jjkkkllllllllllnnnnnnnnnoooooo33rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
constexpr std::string_view kLatinMore =
    "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrr"
    "ssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwyas....aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
    "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......";
static_assert(kLatin.size() == 0x180 - 0xC0 && kLatinMore.size() == 0x100);

// The next character of `text` from `at` on, which moves behind it; 0 for what is not UTF-8.
char32_t take_character(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at++);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 && first < 0xF8 ? 3 : first >= 0xE0 ? 2 : first >= 0xC2 ? 1 : 0;
  if (more == 0 || first >= 0xF8) return 0;
  char32_t character = first & (0x3FU >> more);
  for (int i = 0; i < more; ++i) {
    if (at >= text.size() || (byte(at) & 0xC0) != 0x80) return 0;
    character = character << 6 | (byte(at++) & 0x3FU);
  }
  return character;
}

// Greek and Cyrillic in lower case; all else as it is.
char32_t lower_other(char32_t c) {
  if ((c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F)) return c + 32;
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  return c;
}

bool is_mark(char32_t c) { return c >= 0x300 && c <= 0x36F; }  // combining accents
bool is_apostrophe(char32_t c) {
  return c == '\'' || c == '`' || c == 0xB4 || c == 0x2018 || c == 0x2019 || c == 0x2B9;
}
bool is_other_punctuation(char32_t c) {
  return (c >= 0x80 && c < 0xC0 && c != 0xAA && c != 0xBA) || c == 0xD7 || c == 0xF7 || (c >= 0x2000 && c <= 0x206F) ||
         (c >= 0x3000 && c <= 0x303F) || (c >= 0xFF00 && c <= 0xFF0F) || (c >= 0xFF1A && c <= 0xFF20) || c >= 0x110000;
}

void append_latin(std::string& out, char letter) {
  static constexpr std::array<const char*, 5> kPairs{"ss", "ae", "oe", "th", "ij"};
  if (letter >= '1' && letter <= '5') {
    out += kPairs[static_cast<std::size_t>(letter - '1')];
  } else if (letter != '.') {
    out += letter;
  }
}

// One character folded onto `out`; false if it separates words.
bool fold_character(std::string& out, char32_t c) {
  if (c >= 'A' && c <= 'Z') {
    out += static_cast<char>(c + 32);
  } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
    out += static_cast<char>(c);
  } else if (c < 0x80 || is_other_punctuation(c)) {
    return false;
  } else if (c >= 0xC0 && c < 0x180) {
    append_latin(out, kLatin[c - 0xC0]);
  } else if (c >= 0x1E00 && c < 0x1F00) {
    append_latin(out, kLatinMore[c - 0x1E00]);
  } else {
    append_utf8(out, lower_other(c));
  }
  return true;
}

std::vector<std::string_view> words_of(std::string_view folded) {
  std::vector<std::string_view> words;
  while (!folded.empty()) {
    const std::size_t end = std::min(folded.find(' '), folded.size());
    if (end > 0) words.push_back(folded.substr(0, end));
    folded.remove_prefix(std::min(end + 1, folded.size()));
  }
  return words;
}

bool is_guest_word(std::string_view word) {
  return word == "feat" || word == "ft" || word == "featuring" || word == "feats";
}

bool is_number_word(std::string_view word) {
  return word.front() >= '0' && word.front() <= '9';  // 2011, 50th
}

// Whether a bracket or an ending names the same recording once more.
bool is_noise(std::string_view part) {
  static constexpr std::array<std::string_view, 7> kSame{
      "original mix", "album version", "explicit", "official audio", "official video", "official music video", "audio"};
  static constexpr std::array<std::string_view, 7> kAround{"digital",     "digitally", "version", "edition",
                                                           "anniversary", "deluxe",    "hd"};
  const std::string folded = fold_words(part);
  if (std::find(kSame.begin(), kSame.end(), folded) != kSame.end()) return true;
  bool says_remaster = false;
  for (const std::string_view word : words_of(folded)) {
    if (word == "remaster" || word == "remastered" || word == "remastering") {
      says_remaster = true;
    } else if (!is_number_word(word) && std::find(kAround.begin(), kAround.end(), word) == kAround.end()) {
      return false;
    }
  }
  return says_remaster;
}

bool names_guests(std::string_view part) {
  const std::string folded = fold_words(part);
  const auto words = words_of(folded);
  return !words.empty() && is_guest_word(words.front());
}

// The words before the first that announces guests; all of them if that would be none.
std::string without_guests(const std::string& folded) {
  std::string kept;
  for (const std::string_view word : words_of(folded)) {
    if (is_guest_word(word) && !kept.empty()) break;
    if (!kept.empty()) kept += ' ';
    kept += word;
  }
  return kept;
}

std::string_view cut(std::string_view text) { return text.substr(0, kTextBytesMax); }

}  // namespace

std::string fold_words(std::string_view text) {
  text = cut(text);
  std::string folded;
  folded.reserve(text.size());
  bool is_word_open = false;
  std::string letters;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = take_character(text, at);
    if (c == 0 || is_mark(c) || is_apostrophe(c)) continue;
    letters.clear();
    const bool is_word = fold_character(letters, c);
    if (c == '&') letters = "and";
    if (letters.empty()) {
      is_word_open = is_word_open && is_word;
      continue;
    }
    if (!folded.empty() && (!is_word_open || c == '&')) folded += ' ';
    folded += letters;
    is_word_open = c != '&';
  }
  return folded;
}

std::string fold_title(std::string_view title) {
  title = cut(title);
  // Parts are what stands in brackets, and what stands between them or dashes; guests end with their part.
  std::string kept;
  std::size_t from = 0;
  const auto take = [&](std::size_t to) {
    const std::string_view part = title.substr(from, to - from);
    const bool is_first = kept.empty();
    if (is_first || (!is_noise(part) && !names_guests(part))) {
      const std::string folded = without_guests(fold_words(part));
      if (!folded.empty() && !kept.empty()) kept += ' ';
      kept += folded;
    }
    from = to + 1;
  };
  for (std::size_t at = 0; at < title.size(); ++at) {
    const char c = title[at];
    const bool is_dash = c == '-' && at > 0 && title[at - 1] == ' ' && at + 1 < title.size() && title[at + 1] == ' ';
    if (is_dash || c == '(' || c == ')' || c == '[' || c == ']' || c == '{' || c == '}') take(at);
  }
  take(title.size());
  return kept;
}

std::string fold_artist(std::string_view artist) { return without_guests(fold_words(artist)); }

}  // namespace segue::catalog
