// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/analysis_messages.h"

#include <algorithm>

#include "engine/base/compression.h"
#include "engine/control/library/messages.h"
#include "engine/control/state.h"

namespace segue::control {
namespace {

constexpr std::size_t kColumnBytes = 4;

v1::Analysis::Rhythm rhythm_of(const model::Rhythm& rhythm) {
  v1::Analysis::Rhythm message;
  message.set_bpm(rhythm.bpm);
  message.set_confidence(rhythm.confidence);
  for (const model::TempoCandidate& candidate : rhythm.alternatives) {
    auto& tempo = *message.add_alternatives();
    tempo.set_bpm(candidate.bpm);
    tempo.set_confidence(candidate.confidence);
  }
  for (const model::BeatGrid::Marker& marker : rhythm.grid.markers) {
    auto& added = *message.add_grid();
    added.set_at_s(marker.at_s);
    added.set_bpm(marker.bpm);
  }
  message.set_first_beat_s(rhythm.first_beat_s);
  message.set_downbeat_s(rhythm.downbeat_s);
  message.set_downbeat_confidence(rhythm.downbeat_confidence);
  message.set_beats_per_bar(static_cast<std::uint32_t>(rhythm.beats_per_bar));
  message.set_phrase_bars(static_cast<std::uint32_t>(rhythm.phrase_bars));
  message.set_phrase_s(rhythm.phrase_s);
  message.set_is_constant(rhythm.is_constant);
  message.mutable_beats_s()->Add(rhythm.beats_s.begin(), rhythm.beats_s.end());
  return message;
}

v1::Analysis::Key key_of(const model::Key& key, double confidence) {
  v1::Analysis::Key message;
  message.set_name(model::name_of(key));
  message.set_camelot(model::camelot_of(key));
  message.set_open_key(model::open_key_of(key));
  message.set_confidence(confidence);
  return message;
}

v1::Analysis::Tonality tonality_of(const model::Tonality& tonality) {
  v1::Analysis::Tonality message;
  if (tonality.key) *message.mutable_key() = key_of(*tonality.key, tonality.confidence);
  for (const model::KeyCandidate& candidate : tonality.alternatives) {
    *message.add_alternatives() = key_of(candidate.key, candidate.confidence);
  }
  message.set_tuning_cents(tonality.tuning_cents);
  for (const model::KeyChange& change : tonality.changes) {
    auto& added = *message.add_changes();
    added.set_at_s(change.at_s);
    *added.mutable_key() = key_of(change.key, change.confidence);
  }
  return message;
}

v1::Analysis::Loudness loudness_of(const model::Loudness& loudness) {
  v1::Analysis::Loudness message;
  if (loudness.integrated_lufs) message.set_integrated_lufs(*loudness.integrated_lufs);
  if (loudness.range_lu) message.set_range_lu(*loudness.range_lu);
  if (loudness.true_peak_dbtp) message.set_true_peak_dbtp(*loudness.true_peak_dbtp);
  message.set_sample_peak_db(loudness.sample_peak_db);
  message.set_clipped_runs(loudness.clipped_runs);
  return message;
}

v1::Analysis::Section::Label label_of(model::SectionLabel label) {
  using Section = v1::Analysis::Section;
  switch (label) {
    case model::SectionLabel::kIntro: return Section::INTRO;
    case model::SectionLabel::kGroove: return Section::GROOVE;
    case model::SectionLabel::kBuild: return Section::BUILD;
    case model::SectionLabel::kDrop: return Section::DROP;
    case model::SectionLabel::kBreakdown: return Section::BREAKDOWN;
    case model::SectionLabel::kOutro: return Section::OUTRO;
  }
  return Section::LABEL_UNSPECIFIED;
}

v1::Analysis::Structure structure_of(const model::Structure& structure) {
  v1::Analysis::Structure message;
  for (const model::Section& section : structure.sections) {
    auto& added = *message.add_sections();
    added.set_at_s(section.at_s);
    added.set_label(label_of(section.label));
    added.set_bars(static_cast<std::uint32_t>(section.bars));
    added.set_energy(section.energy);
  }
  message.mutable_energy()->Add(structure.energy.begin(), structure.energy.end());
  message.mutable_bass()->Add(structure.bass.begin(), structure.bass.end());
  message.mutable_vocal()->Add(structure.vocal.begin(), structure.vocal.end());
  message.set_mix_in_s(structure.mix_in_s);
  message.set_mix_out_s(structure.mix_out_s);
  message.set_energy_level(static_cast<std::uint32_t>(structure.energy_level));
  message.set_spectral_tilt_db(structure.spectral_tilt_db);
  return message;
}

v1::AnalyzeResponse::State state_of(AnalysisNews::Stage stage) {
  switch (stage) {
    case AnalysisNews::Stage::kQueued: return v1::AnalyzeResponse::QUEUED;
    case AnalysisNews::Stage::kRunning: return v1::AnalyzeResponse::RUNNING;
    case AnalysisNews::Stage::kDone: return v1::AnalyzeResponse::DONE;
    case AnalysisNews::Stage::kFailed: return v1::AnalyzeResponse::FAILED;
  }
  return v1::AnalyzeResponse::STATE_UNSPECIFIED;
}

v1::ListAnalysesResponse::Urgency urgency_of(Urgency urgency) {
  switch (urgency) {
    case Urgency::kPlaying: return v1::ListAnalysesResponse::PLAYING;
    case Urgency::kLoaded: return v1::ListAnalysesResponse::LOADED;
    case Urgency::kAsked: return v1::ListAnalysesResponse::ASKED;
    case Urgency::kBackground: return v1::ListAnalysesResponse::BACKGROUND;
  }
  return v1::ListAnalysesResponse::URGENCY_UNSPECIFIED;
}

}  // namespace

v1::Analysis to_message(const model::TrackAnalysis& analysis) {
  v1::Analysis message;
  message.set_version(static_cast<std::uint32_t>(analysis.version));
  message.set_is_final(analysis.is_final);
  message.set_duration_s(analysis.duration_s);
  message.set_analysed_s(analysis.analysed_s);
  *message.mutable_rhythm() = rhythm_of(analysis.rhythm);
  *message.mutable_tonality() = tonality_of(analysis.tonality);
  *message.mutable_loudness() = loudness_of(analysis.loudness);
  message.set_sound_start_s(analysis.sound.start_s);
  message.set_sound_end_s(analysis.sound.end_s);
  *message.mutable_structure() = structure_of(analysis.structure);
  message.set_ai_generated(clean_text(analysis.ai_generated));
  message.set_problem(clean_text(analysis.error));
  message.set_warning(clean_text(analysis.warning));
  return message;
}

v1::AnalyzeResponse to_message(const std::string& uri, const AnalysisNews& news) {
  v1::AnalyzeResponse message;
  message.set_uri(uri);
  message.set_state(state_of(news.stage));
  message.set_progress(news.progress);
  if (news.analysis != nullptr) *message.mutable_analysis() = to_message(*news.analysis);
  message.set_is_from_library(news.is_from_library);
  if (news.error) *message.mutable_error() = to_message(*news.error);
  return message;
}

v1::ListAnalysesResponse::Item to_message(const AnalysisQueue::Item& item) {
  v1::ListAnalysesResponse::Item message;
  message.set_uri(clean_text(item.uri));
  message.set_urgency(urgency_of(item.urgency));
  message.set_state(state_of(item.stage));
  message.set_progress(item.progress);
  return message;
}

Result<v1::GetWaveformResponse> waveform_message(const v1::GetWaveformRequest& request, const std::string& content,
                                                 const model::TrackAnalysis& analysis) {
  const bool is_detail = request.resolution() == v1::GetWaveformRequest::DETAIL;
  const std::vector<std::uint8_t>& bytes = is_detail ? analysis.waveform.detail : analysis.waveform.overview;
  const auto total = static_cast<std::uint32_t>(bytes.size() / kColumnBytes);
  if (request.first_column() > total) {
    return fail(Code::kInvalidArgument, "FIELD_OUT_OF_RANGE",
                "first_column: " + std::to_string(request.first_column()) + " is beyond the " + std::to_string(total) +
                    " there are");
  }
  v1::GetWaveformResponse message;
  message.set_encoding(v1::GetWaveformResponse::ZLIB);
  message.set_total_columns(total);
  const double overview_per_s = analysis.duration_s > 0 ? total / analysis.duration_s : 0;
  message.set_columns_per_s(is_detail ? model::Waveform::kDetailPerS : overview_per_s);
  message.set_version(content + (is_detail ? "/detail/" : "/overview/") + std::to_string(analysis.version));
  if (request.known_version() == message.version()) return message;
  const std::uint32_t columns = std::min(total - request.first_column(), kWaveformColumnsMax);
  message.set_columns(columns);
  const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(request.first_column() * kColumnBytes);
  message.set_data(compress({first, first + static_cast<std::ptrdiff_t>(columns * kColumnBytes)}));
  return message;
}

}  // namespace segue::control
