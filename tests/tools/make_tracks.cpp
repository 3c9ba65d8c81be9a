// SPDX-License-Identifier: GPL-3.0-or-later
// Makes the demo's two tracks, or one track to order, and truth.json beside them.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/audio/wav.h"
#include "tests/support/tracks/song.h"

namespace {

using segue::Result;
using segue::test::Song;
using segue::test::SongPlan;

constexpr const char* kArtist = "Segue";

struct Order {
  std::string name;
  std::string title;
  SongPlan plan;
};

// Two neighbouring keys of the circle of fifths, so that the chords of both sound together.
std::vector<Order> demo_orders(int phrase_bars) {
  return {{"one", "Harbour Lights", {.bpm = 124.0, .key = "Am", .first_beat_s = 0.25, .phrase_bars = phrase_bars}},
          {"two", "Night Tram", {.bpm = 128.0, .key = "Em", .first_beat_s = 0.4, .phrase_bars = phrase_bars}}};
}

void append_number(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU);
}

// Appends title and artist to a WAV file as a LIST chunk, and tells the outer chunk of its new length.
bool tag_wav(const std::string& path, const std::string& title, const std::string& artist) {
  std::string entries = "INFO";
  for (const auto& [name, text] : {std::pair("INAM", title), std::pair("IART", artist)}) {
    entries += name;
    append_number(entries, static_cast<std::uint32_t>(text.size() + 1));
    entries += text + '\0';
    if (entries.size() % 2 == 1) entries += '\0';
  }
  std::string chunk = "LIST";
  append_number(chunk, static_cast<std::uint32_t>(entries.size()));
  chunk += entries;
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out | std::ios::ate);
  std::string length;
  append_number(length, static_cast<std::uint32_t>(static_cast<std::size_t>(file.tellp()) + chunk.size() - 8));
  file << chunk;
  file.seekp(4);
  file << length;
  file.close();
  return !file.fail();
}

// Writes FOLDER/NAME.FORMAT; what is not WAV is encoded by ffmpeg. Returns the file's name.
Result<std::string> write_track(const Order& order, const Song& song, const std::filesystem::path& folder,
                                const std::string& format) {
  const std::string wav = (folder / (order.name + ".wav")).string();
  if (!segue::test::write_wav(wav, {song.audio.left, song.audio.right}, {.rate_hz = song.plan.sample_rate_hz}) ||
      !tag_wav(wav, order.title, kArtist)) {
    return segue::fail(segue::Code::kFailedPrecondition, "FILE_UNWRITABLE", wav + " cannot be written");
  }
  if (format == "wav") return order.name + ".wav";
  const std::string encoded = order.name + "." + format;
  const std::string command =
      "ffmpeg -nostdin -loglevel error -y -i '" + wav + "' -bitexact '" + (folder / encoded).string() + "'";
  if (std::system(command.c_str()) != 0) {  // NOLINT(concurrency-mt-unsafe): there is one thread
    return segue::fail(segue::Code::kFailedPrecondition, "ENCODER_FAILED", "ffmpeg cannot write " + encoded);
  }
  std::filesystem::remove(wav);
  return encoded;
}

nlohmann::json truth_of(const Order& order, const Song& song, const std::string& file) {
  nlohmann::json sections = nlohmann::json::array();
  for (std::size_t i = 0; i < song.plan.sections.size(); ++i) {
    const int first_bar = static_cast<int>(i) * song.plan.phrase_bars;
    sections.push_back({{"at_s", song.plan.first_beat_s + first_bar * 240.0 / song.plan.bpm},
                        {"first_bar", first_bar},
                        {"label", segue::test::to_string(song.plan.sections[i])}});
  }
  const double duration_s = static_cast<double>(song.audio.frames()) / song.plan.sample_rate_hz;
  return {{"file", file},
          {"title", order.title},
          {"bpm", song.plan.bpm},
          {"first_beat_s", song.plan.first_beat_s},
          {"key", song.plan.key},
          {"duration_s", duration_s},
          {"phrase_bars", song.plan.phrase_bars},
          {"sections", sections}};
}

Result<void> make(const std::vector<Order>& orders, const std::filesystem::path& folder, const std::string& format) {
  nlohmann::json truth = nlohmann::json::array();
  for (const Order& order : orders) {
    const auto song = segue::test::make_song(order.plan);
    if (!song) return tl::unexpected(song.error());
    const auto file = write_track(order, *song, folder, format);
    if (!file) return tl::unexpected(file.error());
    truth.push_back(truth_of(order, *song, *file));
  }
  std::ofstream out(folder / "truth.json");
  out << truth.dump(2) << "\n";
  out.close();
  if (!out) return segue::fail(segue::Code::kFailedPrecondition, "FILE_UNWRITABLE", "truth.json cannot be written");
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Makes tracks of known tempo, beats and key, and truth.json that tells them."};
  std::string folder;
  std::string format = "wav";
  Order one{"track", "Track", {}};
  int phrase_bars = 8;
  app.add_option("FOLDER", folder, "Where to; made if absent")->required();
  app.add_option("--format", format, "wav, or what ffmpeg shall encode to: flac, mp3, m4a, opus, ...");
  app.add_option("--phrase-bars", phrase_bars, "Bars of each of the five sections")->check(CLI::Range(1, 64));
  auto* bpm = app.add_option("--bpm", one.plan.bpm, "One track of this tempo")->check(CLI::Range(20.0, 400.0));
  app.add_option("--key", one.plan.key, "Its key: Am, C#, Ebm ...")->needs(bpm);
  app.add_option("--first-beat", one.plan.first_beat_s, "Its first beat, seconds")
      ->needs(bpm)
      ->check(CLI::Range(0.0, 60.0));
  app.add_option("--sample-rate", one.plan.sample_rate_hz, "Its rate in Hz")
      ->needs(bpm)
      ->check(CLI::Range(8'000, 192'000));
  CLI11_PARSE(app, argc, argv);

  one.plan.phrase_bars = phrase_bars;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const auto made = make(bpm->count() > 0 ? std::vector<Order>{one} : demo_orders(phrase_bars), folder, format);
  if (!made) std::fprintf(stderr, "make_tracks: %s\n", made.error().message.c_str());
  return made ? 0 : 1;
}
