// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tracks/song.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "tests/support/tracks/voices.h"

namespace segue::test {
namespace {

constexpr int kBeatsPerBar = 4;
constexpr int kChords = 4;  // a bar each
constexpr std::array<int, 7> kMajor = {0, 2, 4, 5, 7, 9, 11};
constexpr std::array<int, 7> kMinor = {0, 2, 3, 5, 7, 8, 10};
// Degrees of the scale, from 0: I–V–vi–IV and i–VI–III–VII.
constexpr std::array<int, kChords> kMajorChords = {0, 4, 5, 3};
constexpr std::array<int, kChords> kMinorChords = {0, 5, 2, 6};

struct Key {
  int tonic = 0;  // semitones above C
  bool is_minor = false;

  // Semitones above C of a degree of the scale; degrees above 6 are in the next octave.
  int semitone(int degree) const {
    const auto step = static_cast<std::size_t>(degree % 7);
    return tonic + (is_minor ? kMinor[step] : kMajor[step]) + 12 * (degree / 7);
  }
  int root_of_chord(int chord) const {
    return is_minor ? kMinorChords[static_cast<std::size_t>(chord)] : kMajorChords[static_cast<std::size_t>(chord)];
  }
};

std::optional<Key> parse_key(std::string_view name) {
  constexpr std::string_view kLetters = "C D EF G A B";
  const auto tonic = name.empty() ? std::string_view::npos : kLetters.find(name[0]);
  if (tonic == std::string_view::npos || name[0] == ' ') return std::nullopt;
  Key key{static_cast<int>(tonic), false};
  name.remove_prefix(1);
  if (name.starts_with('#') || name.starts_with('b')) {
    key.tonic = (key.tonic + (name[0] == '#' ? 1 : 11)) % 12;
    name.remove_prefix(1);
  }
  key.is_minor = name == "m";
  if (!name.empty() && !key.is_minor) return std::nullopt;
  return key;
}

// Equal temperament, A4 = 440 Hz, octave 4 begins at middle C.
double frequency_hz(int semitones_above_c, int octave) {
  return 440.0 * std::exp2((semitones_above_c - 9 + 12 * (octave - 4)) / 12.0);
}

struct Layers {
  bool kick, hats, snare, bass, chords;
};

Layers layers_of(Section section) {
  switch (section) {
    case Section::kIntro: return {true, true, false, false, false};
    case Section::kGroove: return {true, true, true, true, false};
    case Section::kBreak: return {false, true, false, false, true};
    case Section::kDrop: return {true, true, true, true, true};
    case Section::kOutro: return {true, true, true, false, false};
  }
  return {};
}

// Everything a song is made of, each made once.
struct Band {
  StereoAudio kick, snare;
  std::array<StereoAudio, 4> hats;
  std::array<StereoAudio, kChords> bass, chords;
};

Band make_band(const SongPlan& plan, Key key) {
  const int rate = plan.sample_rate_hz;
  const double beat_s = 60.0 / plan.bpm;
  Band band{make_kick(rate), make_snare(rate), {}, {}, {}};
  for (std::size_t i = 0; i < band.hats.size(); ++i) band.hats[i] = make_hat(rate, static_cast<std::uint32_t>(i + 1));
  for (int chord = 0; chord < kChords; ++chord) {
    const int root = key.root_of_chord(chord);
    // The bass stays within an octave from E1 (41 Hz), as basses do.
    const int note = key.semitone(root) % 12;
    const auto slot = static_cast<std::size_t>(chord);
    band.bass[slot] = make_bass(rate, frequency_hz(note, note < 4 ? 2 : 1), 0.45 * beat_s);
    std::vector<double> notes;
    for (const int degree : {root, root + 2, root + 4}) notes.push_back(frequency_hz(key.semitone(degree) % 12, 4));
    band.chords[slot] = make_chord(rate, notes, 1.9 * beat_s);
  }
  return band;
}

void add(StereoAudio& audio, const StereoAudio& voice, Frames at, float level) {
  const auto start = static_cast<std::size_t>(at);
  const auto frames = std::min(voice.left.size(), audio.left.size() - start);
  for (std::size_t i = 0; i < frames; ++i) {
    audio.left[start + i] += level * voice.left[i];
    audio.right[start + i] += level * voice.right[i];
  }
}

void normalise(StereoAudio& audio, float peak) {
  float found = 0.0F;
  for (const float sample : audio.left) found = std::max(found, std::abs(sample));
  for (const float sample : audio.right) found = std::max(found, std::abs(sample));
  if (found == 0.0F) return;
  for (float& sample : audio.left) sample *= peak / found;
  for (float& sample : audio.right) sample *= peak / found;
}

// The frame nearest to a time in beats from the first one.
Frames frame_of(const SongPlan& plan, double beats) {
  return std::llround((plan.first_beat_s + beats * 60.0 / plan.bpm) * plan.sample_rate_hz);
}

void play_beat(Song& song, const Band& band, int beat) {
  const auto bar = beat / kBeatsPerBar;
  const int in_bar = beat % kBeatsPerBar;
  const auto chord = static_cast<std::size_t>(bar % kChords);
  const Layers layers = layers_of(song.plan.sections[static_cast<std::size_t>(bar / song.plan.phrase_bars)]);
  const auto at = [&](double beats) { return frame_of(song.plan, beat + beats); };
  if (layers.kick) add(song.audio, band.kick, at(0), 1.0F);
  if (layers.snare && in_bar % 2 == 1) add(song.audio, band.snare, at(0), 1.0F);
  for (int quarter = 0; layers.hats && quarter < 4; ++quarter) {
    // The off-beat is the loud one.
    const float level = quarter == 2 ? 1.0F : 0.4F;
    add(song.audio, band.hats[static_cast<std::size_t>(quarter)], at(quarter / 4.0), level);
  }
  if (layers.bass) add(song.audio, band.bass[chord], at(0.5), 1.0F);
  if (layers.chords && in_bar % 2 == 0) add(song.audio, band.chords[chord], at(in_bar == 0 ? 0.0 : 0.5), 1.0F);
}

}  // namespace

const char* to_string(Section section) {
  switch (section) {
    case Section::kIntro: return "intro";
    case Section::kGroove: return "groove";
    case Section::kBreak: return "breakdown";
    case Section::kDrop: return "drop";
    case Section::kOutro: return "outro";
  }
  return "";
}

Frames Song::beat_frame(int index) const { return frame_of(plan, index); }

Result<Song> make_song(const SongPlan& plan) {
  const auto key = parse_key(plan.key);
  if (!key) return fail(Code::kInvalidArgument, "KEY_UNKNOWN", "key \"" + plan.key + "\": want a note, # or b, m");
  Song song{plan, {}};
  const double seconds = plan.first_beat_s + song.beats() * 60.0 / plan.bpm + plan.tail_s;
  song.audio = StereoAudio(std::llround(seconds * plan.sample_rate_hz));
  const Band band = make_band(plan, *key);
  for (int beat = 0; beat < song.beats(); ++beat) play_beat(song, band, beat);
  normalise(song.audio, static_cast<float>(plan.peak));
  return song;
}

}  // namespace segue::test
