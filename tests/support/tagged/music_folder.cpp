// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tagged/music_folder.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace segue::test {
namespace {

constexpr int kWords = 8'000;  // of a listener's language
constexpr int kTracksPerAlbum = 10;
constexpr int kAlbumsPerArtist = 3;

std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9U;
  value = (value ^ value >> 27) * 0x94d049bb133111ebU;
  return value ^ value >> 31;
}

// Syllables: letters at the front differ in how often they come, as in a language.
std::string word(std::uint64_t rank) {
  static constexpr const char* kSyllables[] = {"so", "ma", "re", "ti", "lo", "be", "ka", "un", "de", "ri", "fa",
                                               "no", "gi", "hu", "ve", "pa", "el", "jo", "wi", "cy", "za", "or",
                                               "ix", "qu", "mé", "sø", "ta", "ly", "st", "an", "br", "ne"};
  std::string text;
  std::uint64_t value = mixed(rank);
  const int syllables = 2 + static_cast<int>(value % 3);
  for (int i = 0; i < syllables; ++i) {
    value = mixed(value);
    text += kSyllables[value % 32];
  }
  return text;
}

std::string zipf_word(std::uint64_t random) {
  const double place = static_cast<double>(mixed(random) >> 11) * 0x1p-53;
  return word(static_cast<std::uint64_t>(std::pow(kWords, place)));
}

std::string words(std::uint64_t random, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += (i == 0 ? "" : " ") + zipf_word(random * 31 + static_cast<unsigned>(i));
  return text;
}

}  // namespace

std::string seeded_word(std::uint64_t seed, int number) {
  return zipf_word(mixed(seed ^ 0x7157U) + static_cast<unsigned>(number));
}

SeededTrack seeded_track(std::uint64_t seed, int number) {
  const auto album_number = static_cast<std::uint64_t>(number / kTracksPerAlbum);
  const std::uint64_t artist_number = album_number / kAlbumsPerArtist;
  const std::string artist = words(mixed(seed + 1) + artist_number, 2);
  const std::string album = words(mixed(seed + 2) + album_number, 2);
  const std::string title = words(mixed(seed + 3) + static_cast<unsigned>(number), 3);
  static constexpr const char* kGenres[] = {"House", "Techno", "Drum & Bass", "Disco", "Hip-Hop", "Ambient"};
  const std::string genre = kGenres[artist_number % 6];
  const std::string nr = std::to_string(number % kTracksPerAlbum + 1);
  static constexpr const char* kExtensions[] = {"flac", "mp3", "opus"};
  SeededTrack track;
  track.path = genre + "/" + artist + " " + std::to_string(artist_number) + "/" + album + "/" + nr + " " + title + "." +
               kExtensions[album_number % 3];
  track.tags = {{"TITLE", title},    {"ARTIST", artist},
                {"ALBUM", album},    {"ALBUMARTIST", artist},
                {"GENRE", genre},    {"DATE", std::to_string(1970 + album_number % 55)},
                {"TRACKNUMBER", nr}, {"BPM", std::to_string(90 + number % 90)},
                {"INITIALKEY", "Am"}};
  return track;
}

void write_bytes(const std::string& path, const std::string& bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  if (!file.flush()) std::abort();
}

void make_music_folder(const std::string& folder, std::uint64_t seed, int tracks) {
  for (int i = 0; i < tracks; ++i) {
    const SeededTrack track = seeded_track(seed, i);
    const std::string bytes = track.path.ends_with("flac")  ? flac_file(track.tags)
                              : track.path.ends_with("mp3") ? mp3_file(track.tags)
                                                            : opus_file(track.tags);
    write_bytes(folder + "/" + track.path, bytes);
  }
}

}  // namespace segue::test
