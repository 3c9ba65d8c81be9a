// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/status_text.h"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <vector>

#include "clients/cli/actions.h"
#include "clients/cli/terminal.h"
#include "clients/cli/text.h"

namespace segue::cli {
namespace {

constexpr double kSilenceDb = -96.0;
constexpr std::size_t kTrackColumn = 58;  // where the last column of the deck table begins
constexpr std::size_t kTrackColumnsMin = 20;
constexpr std::size_t kNameColumnsMin = 12;

[[gnu::format(printf, 1, 2)]] std::string formatted(const char* format, ...) {
  char buffer[128];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(buffer, sizeof(buffer), format, arguments);
  va_end(arguments);
  return buffer;
}

std::string state_name(v1::Deck::State state) {
  std::string name = v1::Deck::State_Name(state);
  std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return name;
}

Colour state_colour(v1::Deck::State state) {
  switch (state) {
    case v1::Deck::PLAYING: return Colour::kGreen;
    case v1::Deck::LOADING: return Colour::kYellow;
    case v1::Deck::FAILED: return Colour::kRed;
    case v1::Deck::EMPTY: return Colour::kDim;
    default: return Colour::kPlain;
  }
}

bool has_track(const v1::Deck& deck) { return !deck.uri().empty() && deck.state() != v1::Deck::FAILED; }

std::string duration_text(const v1::Deck& deck) {
  if (deck.duration_s() <= 0.0) return "–";
  const std::string text = clock_text(deck.duration_s());
  return text.substr(0, text.size() - 2);  // nobody mixes by the tenths of a whole track
}

std::string track_name(const v1::Deck& deck) {
  if (!deck.live_title().empty()) return one_line(deck.live_title()) + " – " + one_line(deck.title());
  std::string name = one_line(deck.artist());
  if (!name.empty() && !deck.title().empty()) name += " – ";
  name += one_line(deck.title());
  return name.empty() ? one_line(deck.uri()) : name;
}

// What is special about a deck, each note after a dot.
std::string notes_text(const v1::Deck& deck) {
  std::string text;
  const auto add = [&](const std::string& note) { text += " · " + note; };
  if (has_track(deck) && deck.loaded() < 1.0) add(formatted("%.0f%% decoded", std::floor(deck.loaded() * 100.0)));
  if (deck.live()) add("live");
  if (deck.rolling()) add("rolls");
  if (deck.has_fetch() && deck.fetch().state() != v1::Fetch::COMPLETE && !deck.live()) {
    add(formatted("%.0f%% fetched", std::floor(deck.fetched() * 100.0)));
  }
  if (deck.synced()) add("sync");
  if (deck.keylock()) add("key lock");
  if (deck.pitch_semitones() != 0.0) add(formatted("pitch %+g", deck.pitch_semitones()));
  if (deck.underruns() > 0) add(formatted("%llu underruns", static_cast<unsigned long long>(deck.underruns())));
  if (deck.has_fetch() && deck.fetch().has_error()) add(one_line(deck.fetch().error().message()));
  if (deck.has_trouble()) add(one_line(deck.trouble().message()));
  if (deck.has_error()) add(one_line(deck.error().message()));
  return text;
}

// Name and notes within `columns`; the name gives way first. 0: as long as they are.
std::string track_text(const v1::Deck& deck, std::size_t columns) {
  constexpr std::string_view kDot = " · ";
  const std::string notes = notes_text(deck);
  std::string name = track_name(deck);
  if (columns > 0) {
    const std::size_t taken = std::min(columns_of(notes), columns);
    name = shortened(name, std::max(columns - taken, kNameColumnsMin));
  }
  std::string text = name.empty() && !notes.empty() ? notes.substr(kDot.size()) : name + notes;
  return columns > 0 ? shortened(text, columns) : text;
}

std::string deck_row(const v1::State& state, const v1::Deck& deck, const TextStyle& style) {
  std::string row = formatted("%3u   ", deck.deck());
  row += painted(padded(state_name(deck.state()), 8), state_colour(deck.state()), style.has_color);
  const bool is_loaded = has_track(deck);
  const std::string time =
      is_loaded ? clock_text(position_now(state, deck)) + " / " + duration_text(deck) : std::string();
  const bool has_tempo = is_loaded || deck.tempo_percent() != 0.0;
  const std::string tempo = has_tempo ? percent_text(deck.tempo_percent()) : std::string();
  const bool has_bpm = is_loaded && deck.effective_bpm() > 0.0;
  row += " " + right_aligned(time, 19) + "  " + right_aligned(tempo, 8) + " " +
         right_aligned(has_bpm ? formatted("%.2f", deck.effective_bpm()) : std::string(), 7) + "  " +
         padded(one_line(deck.key()), 3) + " ";
  const auto columns = static_cast<std::size_t>(std::max(style.columns, 0));
  const std::size_t room = std::max(kTrackColumnsMin, columns - std::min(columns, kTrackColumn));
  const std::string track = track_text(deck, columns > 0 ? room : 0);
  const Colour colour = deck.has_error() ? Colour::kRed : Colour::kPlain;
  row += painted(track, colour, style.has_color);
  row.erase(row.find_last_not_of(' ') + 1);
  return row + "\n";
}

std::string fader_bar(double level) {
  constexpr int kCells = 10;
  const int filled = static_cast<int>(std::lround(std::clamp(level, 0.0, 1.0) * kCells));
  std::string bar;
  for (int i = 0; i < kCells; ++i) bar += i < filled ? "█" : "░";
  return bar;
}

std::string crossfader_bar(double position) {
  constexpr int kCells = 17;
  const int knob = static_cast<int>(std::lround((std::clamp(position, -1.0, 1.0) + 1.0) / 2.0 * (kCells - 1)));
  std::string bar;
  for (int i = 0; i < kCells; ++i) bar += i == knob ? "●" : "─";
  return bar;
}

std::string side_text(v1::Assign::Side side) {
  if (side == v1::Assign::A) return "A";
  return side == v1::Assign::B ? "B" : "thru";
}

// A sign for what is off its centre, none for what is on it.
std::string signed_text(double value, int digits) {
  const std::string text = formatted("%+.*f", digits, value);
  return text.find_first_of("123456789") == std::string::npos ? text.substr(1) : text;
}

std::string plain_db(double db) { return db <= kSilenceDb ? std::string("kill") : signed_text(db, 1); }

std::string channel_row(const v1::Channel& channel) {
  std::string row = formatted("%3u   ", channel.channel());
  for (const double db : {channel.gain_db(), channel.eq_low_db(), channel.eq_mid_db(), channel.eq_high_db()}) {
    row += right_aligned(plain_db(db), 6) + " ";
  }
  return row + "  " + fader_bar(channel.fader()) + formatted(" %.2f  ", channel.fader()) + side_text(channel.side()) +
         "\n";
}

std::string recording_text(const v1::State& state, const TextStyle& style) {
  const v1::Recording& recording = state.master().recording();
  const double sample_rate = std::max<double>(1.0, state.engine().sample_rate());
  std::string text = painted("● recording ", Colour::kRed, style.has_color) + one_line(recording.path()) + " " +
                     clock_text(static_cast<double>(recording.frames()) / sample_rate);
  if (recording.dropped_frames() > 0) {
    text += formatted(", %llu frames lost", static_cast<unsigned long long>(recording.dropped_frames()));
  }
  if (recording.has_error()) text += ", " + one_line(recording.error().message());
  return text;
}

// What is wrong with the engine; empty if all is well.
std::string engine_trouble(const v1::EngineState& engine) {
  std::string text;
  const auto count = [&](std::uint64_t value, const char* what) {
    if (value > 0) text += formatted(" · %llu %s", static_cast<unsigned long long>(value), what);
  };
  count(engine.late_commands(), "late commands");
  count(engine.lost_frames(), "frames lost by the output");
  count(engine.journal_unsaved(), "journal entries not on disk");
  if (!engine.output_note().empty()) text += " · " + one_line(engine.output_note());
  return text;
}

std::string engine_facts(const v1::EngineState& engine) {
  const double sample_rate = std::max<double>(1.0, engine.sample_rate());
  return one_line(engine.output()) + formatted(" · %u Hz · %u frames (%.1f ms) · load %.1f%% · %llu underruns",
                                               engine.sample_rate(), engine.block_frames(),
                                               engine.block_frames() * 1000.0 / sample_rate, engine.load() * 100.0,
                                               static_cast<unsigned long long>(engine.underruns()));
}

}  // namespace

std::string clock_text(double seconds) {
  // The small amount lifts 1.3, which binary holds as a little less, over its tenth.
  const auto tenths = static_cast<long long>(std::floor(std::max(seconds, 0.0) * 10.0 + 1e-6));
  const long long hours = tenths / 36'000;
  const long long minutes = tenths / 600 % 60;
  const long long rest = tenths % 600;
  if (hours > 0) return formatted("%lld:%02lld:%02lld.%lld", hours, minutes, rest / 10, rest % 10);
  return formatted("%lld:%02lld.%lld", minutes, rest / 10, rest % 10);
}

std::string percent_text(double percent) { return signed_text(percent, 2) + "%"; }

std::string db_text(double db) { return db <= kSilenceDb ? std::string("kill") : signed_text(db, 1) + " dB"; }

std::string status_text(const v1::State& state, const TextStyle& style) {
  std::string text =
      painted("DECK  STATE                   TIME     TEMPO     BPM  KEY TRACK", Colour::kDim, style.has_color) + "\n";
  for (const auto& deck : state.decks()) text += deck_row(state, deck, style);
  text +=
      "\n" + painted("CH      GAIN    LOW    MID   HIGH   FADER            SIDE", Colour::kDim, style.has_color) + "\n";
  for (const auto& channel : state.channels()) text += channel_row(channel);
  const v1::Master& master = state.master();
  text += "\nA " + crossfader_bar(master.crossfader()) + " B" + " " + signed_text(master.crossfader(), 2) +
          "   master " + db_text(master.gain_db());
  if (master.has_recording()) text += "   " + recording_text(state, style);
  const std::string trouble = engine_trouble(state.engine());
  text += "\n" + engine_facts(state.engine()) + painted(trouble, Colour::kYellow, style.has_color) + "\n";
  return text;
}

std::string deck_line(const v1::State& state, const v1::Deck& deck) {
  std::string line = formatted("deck %u ", deck.deck()) + state_name(deck.state());
  if (has_track(deck)) {
    line += " " + clock_text(position_now(state, deck)) + "/" + duration_text(deck);
    line += " " + percent_text(deck.tempo_percent());
    if (deck.effective_bpm() > 0.0) line += formatted(" %.2f bpm", deck.effective_bpm());
  }
  const std::string track = track_text(deck, 0);
  return line + (track.empty() ? "" : " ") + track + "\n";
}

std::string channel_line(const v1::Channel& channel) {
  return formatted("channel %u gain ", channel.channel()) + db_text(channel.gain_db()) + " eq " +
         plain_db(channel.eq_low_db()) + " " + plain_db(channel.eq_mid_db()) + " " + plain_db(channel.eq_high_db()) +
         formatted(" fader %.2f side ", channel.fader()) + side_text(channel.side()) + "\n";
}

std::string master_line(const v1::Master& master) {
  std::string line = "master " + db_text(master.gain_db()) + " crossfader " + signed_text(master.crossfader(), 2);
  if (master.has_recording()) line += " recording " + one_line(master.recording().path());
  return line + "\n";
}

std::string engine_line(const v1::EngineState& engine) {
  return "engine " + engine_facts(engine) + engine_trouble(engine) + "\n";
}

}  // namespace segue::cli
