// SPDX-License-Identifier: GPL-3.0-or-later
// Makes music of many kinds with exactly known truth, and the files that tell it: truth.json, truth.csv, sections.csv
// and a list of beats for each track whose tempo moves.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "tests/support/audio/wav.h"
#include "tests/support/reference/reference_track.h"

namespace {

using segue::reference::ReferenceTrack;

// What ffmpeg is told beside the file's extension.
std::string encoder_options(const std::string& format) {
  if (format == "mp3") return "-b:a 192k";
  if (format == "m4a") return "-c:a aac -b:a 192k";
  if (format == "opus") return "-c:a libopus -b:a 128k";
  return "";
}

bool encode(const std::filesystem::path& wav, const std::filesystem::path& encoded, const std::string& format) {
  const std::string command = "ffmpeg -nostdin -loglevel error -y -i '" + wav.string() + "' -bitexact " +
                              encoder_options(format) + " '" + encoded.string() + "'";
  return std::system(command.c_str()) == 0;  // NOLINT(concurrency-mt-unsafe): there is one thread
}

struct Lists {
  std::ofstream json, truth, sections;
};

void write_truth(const ReferenceTrack& track, const std::string& file, const std::filesystem::path& folder,
                 Lists& lists) {
  const auto truth = as_counted(track.truth);
  lists.json << segue::reference::json_of(track.plan, truth, file) << "\n";
  char line[200];
  std::snprintf(line, sizeof line, ",%.5f,%s,%.6f,%d,%s,", truth.bpm, segue::model::name_of(truth.key).c_str(),
                truth.downbeat_s, truth.beats_per_bar, to_string(track.plan.genre));
  lists.truth << file << line;
  for (const double bpm : truth.also_bpm) lists.truth << (bpm == truth.also_bpm[0] ? "" : " ") << bpm;
  lists.truth << "\n";
  int start_bar = 0;
  for (const auto& section : truth.sections) {
    std::snprintf(line, sizeof line, ",%s,%d,%.6f,%d\n", to_string(section.label), start_bar, section.at_s,
                  section.bars);
    lists.sections << file << line;
    start_bar += section.bars;
  }
  if (truth.is_constant) return;
  std::ofstream beats(folder / (std::filesystem::path(file).stem().string() + ".beats.txt"));
  for (const double beat : truth.beats_s) {
    std::snprintf(line, sizeof line, "%.6f\n", beat);
    beats << line;
  }
}

bool make(const std::vector<ReferenceTrack>& tracks, const std::filesystem::path& folder,
          const std::vector<std::string>& formats) {
  Lists lists{std::ofstream(folder / "truth.json"), std::ofstream(folder / "truth.csv"),
              std::ofstream(folder / "sections.csv")};
  lists.truth << "file,bpm,key,first_downbeat_s,beats_per_bar,genre,also_bpm\n";
  lists.sections << "file,section,start_bar,start_s,bars\n";
  for (std::size_t index = 0; index < tracks.size(); ++index) {
    const auto& track = tracks[index];
    char name[80];
    std::snprintf(name, sizeof name, "%03zu_%s", index + 1, to_string(track.plan.genre));
    const auto wav = folder / (std::string(name) + ".wav");
    {
      const auto audio = track.render();
      if (!segue::test::write_wav(wav.string(), {audio.left, audio.right}, {.rate_hz = track.plan.sample_rate_hz})) {
        std::fprintf(stderr, "make_reference_set: %s cannot be written\n", wav.c_str());
        return false;
      }
    }
    bool keeps_wav = false;
    for (const auto& format : formats) {
      const std::string extension = format == "aac" ? "m4a" : format;
      const std::string file = std::string(name) + "." + extension;
      keeps_wav = keeps_wav || format == "wav";
      if (format != "wav" && !encode(wav, folder / file, extension)) {
        std::fprintf(stderr, "make_reference_set: ffmpeg cannot write %s\n", file.c_str());
        return false;
      }
      write_truth(track, file, folder, lists);
    }
    if (!keeps_wav) std::filesystem::remove(wav);
  }
  return lists.json.good() && lists.truth.good() && lists.sections.good();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Makes music of many kinds with known truth: truth.json (an object a line), truth.csv, sections.csv."};
  std::string folder;
  std::string genre;
  std::vector<std::string> formats = {"wav"};
  segue::reference::ReferenceOrder order;
  app.add_option("FOLDER", folder, "Where to; made if absent")->required();
  app.add_option("--count", order.count, "How many tracks")->check(CLI::Range(1, 100'000));
  app.add_option("--seed", order.seed, "Another seed makes other music");
  app.add_option("--seconds", order.seconds, "Length of each, roughly")->check(CLI::Range(10.0, 3'600.0));
  app.add_option("--genre", genre,
                 "Only this one: house, techno, drum_and_bass, trance, hip_hop, rock, waltz, "
                 "six_eight, swing, breakbeat");
  app.add_option("--encode", formats, "wav, flac, mp3, aac, opus; several make a file each")
      ->delimiter(',')
      ->check(CLI::IsMember({"wav", "flac", "mp3", "aac", "opus"}));
  CLI11_PARSE(app, argc, argv);
  if (!genre.empty()) {
    order.genre = segue::reference::genre_from(genre);
    if (!order.genre) {
      std::fprintf(stderr, "make_reference_set: no genre %s\n", genre.c_str());
      return 2;
    }
  }
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  return make(segue::reference::reference_set(order), folder, formats) ? 0 : 1;
}
