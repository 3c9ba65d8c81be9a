// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "clients/cli/actions.h"
#include "clients/cli/text.h"

namespace segue::cli {
namespace {

constexpr Travel kTempoPercent{-100.0, 100.0};
constexpr Travel kTempoBpm{20.0, 400.0};
constexpr Travel kPitchSemitones{-12.0, 12.0};

// A command that needs nothing but its deck.
template <auto kMember>
Result<v1::Command> with_deck(const Call& call) {
  const auto deck = parse_index(call.arguments[0], "DECK");
  if (!deck) return tl::unexpected(deck.error());
  v1::Command command;
  (command.*kMember)()->set_deck(*deck);
  return command;
}

// The deck as the daemon sees it. One that does not exist is empty: the daemon then refuses the command by name.
const v1::Deck& deck_in(const v1::State& state, std::uint32_t index) {
  for (const auto& deck : state.decks()) {
    if (deck.deck() == index) return deck;
  }
  return v1::Deck::default_instance();
}

Result<void> resolve(SecondsBy by, std::uint32_t index, StateView& view, v1::Seek& seek) {
  const auto state = view.look();
  if (!state) return tl::unexpected(state.error());
  const v1::Deck& deck = deck_in(**state, index);
  const double target = std::max(0.0, position_now(**state, deck) + by.value);
  seek.set_seconds(deck.duration_s() > 0.0 ? std::min(target, deck.duration_s()) : target);
  return {};
}

Result<double> resolve(const Tempo& tempo, std::uint32_t index, StateView& view) {
  if (!tempo.step.is_relative) return tempo.step.value;
  const auto state = view.look();
  if (!state) return tl::unexpected(state.error());
  const v1::Deck& deck = deck_in(**state, index);
  if (tempo.unit == Tempo::Unit::kPercent) return stepped(tempo.step, deck.tempo_percent(), kTempoPercent);
  if (deck.effective_bpm() > 0.0) return stepped(tempo.step, deck.effective_bpm(), kTempoBpm);
  const std::string number = std::to_string(index);
  return tl::unexpected(
      Failure{"FAILED_PRECONDITION", "NO_GRID",
              "deck " + number + ": its tempo is not known, so it has no bpm to step from; set it with 'segue grid " +
                  number + " BPM FIRST_BEAT_S', or step in %"});
}

}  // namespace

double stepped(const Step& step, double now, Travel travel) {
  if (!step.is_relative) return step.value;
  constexpr double kGrains = 1e9;  // finer than any control resolves
  const double target = std::round((now + step.value) * kGrains) / kGrains;
  return std::clamp(target, travel.least, travel.most);
}

double position_now(const v1::State& state, const v1::Deck& deck) {
  const double sample_rate = state.engine().sample_rate();
  if (!deck.has_anchor() || sample_rate <= 0.0) return deck.position_s();
  const v1::Anchor& anchor = deck.anchor();
  const auto frames = static_cast<double>(state.engine().frame() - anchor.frame());
  const double position = anchor.position_s() + frames / sample_rate * anchor.rate();
  return deck.duration_s() > 0.0 ? std::clamp(position, 0.0, deck.duration_s()) : std::max(position, 0.0);
}

Result<v1::Command> make_load(const Call& call, StateView& /*view*/) {
  auto command = with_deck<&v1::Command::mutable_load>(call);
  if (!command) return command;
  auto uri = track_uri(call.arguments[1], call.environment.working_dir);
  if (!uri) return tl::unexpected(uri.error());
  command->mutable_load()->set_uri(std::move(*uri));
  command->mutable_load()->set_play(call.has("--play"));
  command->mutable_load()->set_force(call.has("--force"));
  return command;
}

Result<v1::Command> make_eject(const Call& call, StateView& /*view*/) {
  return with_deck<&v1::Command::mutable_eject>(call);
}

Result<v1::Command> make_play(const Call& call, StateView& /*view*/) {
  return with_deck<&v1::Command::mutable_play>(call);
}

Result<v1::Command> make_pause(const Call& call, StateView& /*view*/) {
  return with_deck<&v1::Command::mutable_pause>(call);
}

Result<v1::Command> make_stop(const Call& call, StateView& /*view*/) {
  return with_deck<&v1::Command::mutable_stop>(call);
}

Result<v1::Command> make_cue(const Call& call, StateView& /*view*/) {
  const bool is_pressed = call.has("--pressed");
  if (is_pressed && call.has("--released")) return usage_failure("cue: say --pressed or --released, not both");
  auto command = with_deck<&v1::Command::mutable_cue>(call);
  if (command && (is_pressed || call.has("--released"))) command->mutable_cue()->set_pressed(is_pressed);
  return command;
}

Result<v1::Command> make_seek(const Call& call, StateView& view) {
  auto command = with_deck<&v1::Command::mutable_seek>(call);
  if (!command) return command;
  const auto place = parse_place(call.arguments[1]);
  if (!place) return tl::unexpected(place.error());
  v1::Seek& seek = *command->mutable_seek();
  if (const auto* seconds = std::get_if<Seconds>(&*place)) seek.set_seconds(seconds->value);
  if (const auto* beat = std::get_if<Beat>(&*place)) seek.set_beats(beat->value);
  if (const auto* fraction = std::get_if<Fraction>(&*place)) seek.set_fraction(fraction->value);
  if (const auto* by = std::get_if<SecondsBy>(&*place)) {
    const auto resolved = resolve(*by, seek.deck(), view, seek);
    if (!resolved) return tl::unexpected(resolved.error());
  }
  return command;
}

Result<v1::Command> make_tempo(const Call& call, StateView& view) {
  auto command = with_deck<&v1::Command::mutable_set_tempo>(call);
  if (!command) return command;
  const auto tempo = parse_tempo(call.arguments[1]);
  if (!tempo) return tl::unexpected(tempo.error());
  const auto value = resolve(*tempo, command->set_tempo().deck(), view);
  if (!value) return tl::unexpected(value.error());
  if (tempo->unit == Tempo::Unit::kPercent) {
    command->mutable_set_tempo()->set_percent(*value);
  } else {
    command->mutable_set_tempo()->set_bpm(*value);
  }
  return command;
}

Result<v1::Command> make_pitch(const Call& call, StateView& view) {
  auto command = with_deck<&v1::Command::mutable_set_pitch>(call);
  if (!command) return command;
  const auto step = parse_step(call.arguments[1], "SEMITONES");
  if (!step) return tl::unexpected(step.error());
  double now = 0.0;
  if (step->is_relative) {
    const auto state = view.look();
    if (!state) return tl::unexpected(state.error());
    now = deck_in(**state, command->set_pitch().deck()).pitch_semitones();
  }
  command->mutable_set_pitch()->set_semitones(stepped(*step, now, kPitchSemitones));
  return command;
}

Result<v1::Command> make_keylock(const Call& call, StateView& /*view*/) {
  auto command = with_deck<&v1::Command::mutable_set_keylock>(call);
  if (!command) return command;
  const auto on = parse_switch(call.arguments[1]);
  if (!on) return tl::unexpected(on.error());
  command->mutable_set_keylock()->set_on(*on);
  return command;
}

Result<v1::Command> make_stretcher(const Call& call, StateView& /*view*/) {
  auto command = with_deck<&v1::Command::mutable_set_stretcher>(call);
  if (!is_valid_utf8(call.arguments[1])) return bad_value("NAME must be soundtouch or varispeed, in UTF-8");
  if (command) command->mutable_set_stretcher()->set_name(call.arguments[1]);
  return command;
}

}  // namespace segue::cli
