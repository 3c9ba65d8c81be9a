// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include "engine/analysis/analyser.h"
#include "engine/base/thread.h"
#include "engine/catalog/import/location.h"
#include "engine/catalog/local/tags.h"
#include "engine/engine.h"
#include "engine/stream/decoder.h"
#include "engine/stream/sources/file_source.h"

// The half of the facade that listens to files.
namespace segue {
namespace {

constexpr int kChunkFrames = 8192;       // 0.19 s at 44.1 kHz: planes that stay in the cache
constexpr double kProgressEveryS = 5.0;  // of the track: about fifty times a second

model::TrackAnalysis cannot_say(const std::string& why) {
  model::TrackAnalysis analysis;
  analysis.is_final = true;
  analysis.error = why;
  return analysis;
}

// What the decoder could not read at all, if anything.
Result<void> feed(stream::Decoder& decoder, analysis::Analyser& analyser, const AnalyseRequest& request) {
  std::vector<float> left(kChunkFrames);
  std::vector<float> right(kChunkFrames);
  const double rate = decoder.facts().source_rate_hz;
  double told_s = 0;
  for (;;) {
    const Result<int> frames = decoder.read(left.data(), right.data(), kChunkFrames);
    if (!frames) return tl::unexpected<Error>(frames.error());
    if (*frames == 0) return {};
    analyser.push({left.data(), right.data(), *frames});
    if (!request.progress || analyser.pushed_s() - told_s < kProgressEveryS) continue;
    told_s = analyser.pushed_s();
    const double length_s = static_cast<double>(decoder.length()) / rate;
    request.progress(length_s > 0 ? std::min(1.0, told_s / length_s) : 0.0);
  }
}

}  // namespace

model::TrackAnalysis analyse_file(const AnalyseRequest& request) {
  flush_denormals();
  auto source = stream::open_file(request.path);
  if (!source) return cannot_say(source.error().message);
  auto decoder = stream::open_decoder(std::move(*source), request.path, stream::Purpose::kAnalyse);
  if (!decoder) return cannot_say(decoder.error().message);
  const model::TrackFacts& facts = (*decoder)->facts();
  const auto analyser = analysis::Analyser::create({.sample_rate_hz = facts.source_rate_hz, .hint = request.hint});
  if (!analyser) {
    return cannot_say(request.path + ": a sample rate of " + std::to_string(facts.source_rate_hz) +
                      " Hz is not within 8000 to 384000");
  }
  const Result<void> read = feed(**decoder, *analyser, request);
  model::TrackAnalysis analysis = analyser->finish();
  analysis.ai_generated = facts.ai_generated;
  if (const std::string damage = stream::damage_of(**decoder); !damage.empty()) add_warning(analysis, damage);
  if (!analysis.error.empty()) analysis.error = request.path + ": " + analysis.error;
  if (!read) analysis.error = read.error().message;
  return analysis;
}

AudioFiles audio_files_in(const std::string& path) {
  namespace fs = std::filesystem;
  AudioFiles found;
  std::error_code error;
  const std::string plain = catalog::path_of_file_uri(path).value_or(path);
  if (!fs::is_directory(plain, error)) return {.files = {plain}, .unreadable = {}};
  std::vector<std::string> folders = {plain};
  while (!folders.empty()) {
    const std::string folder = std::move(folders.back());
    folders.pop_back();
    fs::directory_iterator entry(folder, error);
    for (const fs::directory_iterator end; !error && entry != end; entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      std::error_code ignored;
      if (name.starts_with('.')) continue;
      if (entry->is_directory(ignored)) {
        if (!entry->is_symlink(ignored)) folders.push_back(entry->path().string());
      } else if (catalog::is_audio_name(name) && entry->is_regular_file(ignored)) {
        found.files.push_back(entry->path().string());
      }
    }
    if (error) found.unreadable.push_back(folder + ": " + error.message());
  }
  std::sort(found.files.begin(), found.files.end());
  std::sort(found.unreadable.begin(), found.unreadable.end());
  return found;
}

}  // namespace segue
