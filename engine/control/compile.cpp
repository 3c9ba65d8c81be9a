// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/compile.h"

#include <algorithm>
#include <cmath>

#include "engine/control/compile_knowledge.h"

namespace segue::control {
namespace {

// A paused playhead this close to the cue point, in frames, is at it: pausing leaves it between two frames.
constexpr double kAtCueFrames = 1.0;

std::string deck_name(std::uint32_t deck) { return "deck " + std::to_string(deck); }


Compiled of(std::uint32_t deck, render::Action action) {
  return {action, static_cast<std::uint8_t>(deck - 1), std::nullopt};
}

// The nearest whole frame inside the track.
Frames on_track(double track_frame, const DeckPlan& plan) {
  const Frames length = plan.track->pages().length();
  return std::clamp<Frames>(std::llround(track_frame), 0, std::max<Frames>(length, 0));
}

Compiled start(std::uint32_t deck, const CompileAt& at, DeckPlan& plan) {
  const double from = plan.has_ended ? 0.0 : plan.path.at(at.frame);
  const bool stood = !plan.is_playing;
  plan.is_playing = true;
  plan.is_cue_held = plan.has_ended = false;
  plan.place(at.frame, from);
  Compiled compiled = of(deck, render::StartDeck{});
  if (stood) compiled.sounds_from = from;
  return compiled;
}

Compiled park(std::uint32_t deck, Frames track_frame, const CompileAt& at, DeckPlan& plan) {
  plan.is_playing = plan.is_cue_held = plan.has_ended = false;
  plan.place(at.frame, static_cast<double>(track_frame));
  return of(deck, render::ParkDeck{track_frame});
}

Result<Compiled> compile(const v1::Load& load, const CompileAt& at, DeckPlan& plan) {
  plan.track = at.loaded;
  plan.load_id = at.load_id;
  plan.is_playing = load.play();
  plan.is_cue_held = plan.has_ended = false;
  plan.cue = 0;
  plan.forget_track();
  plan.place(at.frame, 0);
  Compiled compiled = of(load.deck(), render::LoadTrack{&at.loaded->pages(), at.load_id, load.play(), nullptr});
  if (load.play()) compiled.sounds_from = 0;
  return compiled;
}

Result<Compiled> compile(const v1::Eject& eject, const CompileAt& at, DeckPlan& plan) {
  if (plan.track == nullptr) return Compiled{};
  plan.track = nullptr;
  plan.forget_track();
  plan.load_id = 0;
  plan.cue = 0;
  plan.is_playing = plan.is_cue_held = plan.has_ended = false;
  plan.place(at.frame, 0);
  return of(eject.deck(), render::EjectTrack{});
}

Result<Compiled> compile(const v1::Play& play, const CompileAt& at, DeckPlan& plan) {
  if (plan.track == nullptr) return no_track(play.deck());
  return start(play.deck(), at, plan);
}

Result<Compiled> compile(const v1::Pause& pause, const CompileAt& at, DeckPlan& plan) {
  if (plan.track == nullptr) return no_track(pause.deck());
  const double stands_at = std::round(plan.path.at(at.frame));
  plan.is_playing = plan.is_cue_held = plan.has_ended = false;
  plan.place(at.frame, stands_at);
  return of(pause.deck(), render::PauseDeck{});
}

Result<Compiled> compile(const v1::Stop& stop, const CompileAt& at, DeckPlan& plan) {
  if (plan.track == nullptr) return no_track(stop.deck());
  return park(stop.deck(), plan.cue, at, plan);
}

// A club player's cue button. Pressed, or tapped: from playing back to the cue point; standing elsewhere, the cue
// point moves here; standing at it, plays while held (so a tap there does nothing). Released: ends that playing.
Result<Compiled> compile(const v1::Cue& cue, const CompileAt& at, DeckPlan& plan) {
  if (plan.track == nullptr) return no_track(cue.deck());
  const bool is_tap = !cue.has_pressed();
  if (!is_tap && !cue.pressed()) {
    if (!plan.is_cue_held) return Compiled{};
    return park(cue.deck(), plan.cue, at, plan);
  }
  if (plan.is_playing) return park(cue.deck(), plan.cue, at, plan);
  const double here = plan.path.at(at.frame);
  if (std::abs(here - static_cast<double>(plan.cue)) > kAtCueFrames) {
    plan.cue = on_track(here, plan);
    return park(cue.deck(), plan.cue, at, plan);
  }
  if (is_tap) return Compiled{};
  Compiled compiled = start(cue.deck(), at, plan);
  plan.is_cue_held = true;
  return compiled;
}

Result<Compiled> compile(const v1::Seek& seek, const CompileAt& at, DeckPlan& plan) {
  if (plan.track == nullptr) return no_track(seek.deck());
  double target = 0;
  switch (seek.to_case()) {
    case v1::Seek::kBeats:
      if (plan.grid == nullptr) return no_grid(seek.deck());
      target = plan.grid->seconds_of_beat(seek.beats()) * at.sample_rate_hz;
      break;
    case v1::Seek::kFraction: target = seek.fraction() * static_cast<double>(plan.track->pages().length()); break;
    default: target = seek.seconds() * at.sample_rate_hz; break;
  }
  const Frames track_frame = on_track(target, plan);
  plan.has_ended = false;
  plan.place(at.frame, static_cast<double>(track_frame));
  Compiled compiled = of(seek.deck(), render::SeekDeck{track_frame, nullptr});
  if (plan.is_playing) compiled.sounds_from = static_cast<double>(track_frame);
  return compiled;
}

Result<Compiled> compile(const v1::SetTempo& tempo, const CompileAt& at, DeckPlan& plan) {
  double percent = tempo.percent();
  if (tempo.tempo_case() == v1::SetTempo::kBpm) {
    if (plan.grid == nullptr) return no_grid(tempo.deck());
    const double here_s = plan.path.at(at.frame) / at.sample_rate_hz;
    percent = (tempo.bpm() / plan.grid->bpm_at(here_s) - 1.0) * 100.0;
    if (!(std::abs(percent) <= model::kTempoPercentMax)) {
      return fail(Code::kInvalidArgument, "FIELD_OUT_OF_RANGE",
                  "set_tempo.bpm: " + deck_name(tempo.deck()) + " reaches it only beyond +100 %");
    }
  }
  const double here = plan.path.at(at.frame);
  plan.tempo_percent = percent;
  plan.place(at.frame, here);
  return of(tempo.deck(), render::SetRate{plan.rate()});
}

render::StretcherKind kind_of(const std::string& name) {
  return name == "varispeed" ? render::StretcherKind::kVarispeed : render::StretcherKind::kSoundtouch;
}

}  // namespace

Result<Compiled> compile_deck(const v1::Command& command, const CompileAt& at, DeckPlan& plan) {
  switch (command.action_case()) {
    case v1::Command::kLoad: return compile(command.load(), at, plan);
    case v1::Command::kEject: return compile(command.eject(), at, plan);
    case v1::Command::kPlay: return compile(command.play(), at, plan);
    case v1::Command::kPause: return compile(command.pause(), at, plan);
    case v1::Command::kCue: return compile(command.cue(), at, plan);
    case v1::Command::kStop: return compile(command.stop(), at, plan);
    case v1::Command::kSeek: return compile(command.seek(), at, plan);
    case v1::Command::kSetTempo: return compile(command.set_tempo(), at, plan);
    case v1::Command::kSetGrid:
    case v1::Command::kEditGrid:
    case v1::Command::kReanalyze:
    case v1::Command::kAdoptAnalysis: return compile_knowledge(command, at, plan);
    case v1::Command::kSetPitch:
      plan.pitch_semitones = command.set_pitch().semitones();
      return of(command.set_pitch().deck(), render::SetKeyShift{plan.key_shift()});
    case v1::Command::kSetKeylock:
      plan.keylock = command.set_keylock().on();
      return of(command.set_keylock().deck(), render::SetKeylock{plan.keylock});
    case v1::Command::kSetStretcher:
      plan.stretcher = kind_of(command.set_stretcher().name());
      return of(command.set_stretcher().deck(), render::ChooseStretcher{plan.stretcher});
    default: return Compiled{};
  }
}

void enter_commit(const v1::Command& command, const DeckPlan& after, Frames frame, DeckPlan& committed) {
  double position = committed.path.at(frame);
  const auto take_motion = [&] {
    committed.is_playing = after.is_playing;
    committed.is_cue_held = after.is_cue_held;
    committed.has_ended = after.has_ended;
    position = after.path.position;
  };
  const auto take_knowledge = [&] {
    committed.grid = after.grid;
    committed.grid_origin = after.grid_origin;
    committed.knowledge = after.knowledge;
  };
  switch (command.action_case()) {
    case v1::Command::kLoad:
    case v1::Command::kEject:
      committed.track = after.track;
      committed.load_id = after.load_id;
      take_knowledge();
      committed.cue = after.cue;
      take_motion();
      break;
    case v1::Command::kCue:
      committed.cue = after.cue;
      take_motion();
      break;
    case v1::Command::kPlay:
    case v1::Command::kPause:
    case v1::Command::kStop: take_motion(); break;
    case v1::Command::kSeek:
      committed.has_ended = false;
      position = after.path.position;
      break;
    case v1::Command::kSetTempo: committed.tempo_percent = after.tempo_percent; break;
    case v1::Command::kSetPitch: committed.pitch_semitones = after.pitch_semitones; break;
    case v1::Command::kSetKeylock: committed.keylock = after.keylock; break;
    case v1::Command::kSetStretcher: committed.stretcher = after.stretcher; break;
    case v1::Command::kSetGrid:
    case v1::Command::kEditGrid:
    case v1::Command::kReanalyze:
    case v1::Command::kAdoptAnalysis: take_knowledge(); break;
    default: return;
  }
  committed.place(frame, position);
}

Compiled compile_mixer(const v1::Command& command) {
  const auto gain = [](double db) { return to_gain(Decibels{db}).value; };
  switch (command.action_case()) {
    case v1::Command::kSetGain: return of(command.set_gain().channel(), render::SetTrim{gain(command.set_gain().db())});
    case v1::Command::kSetFader:
      return of(command.set_fader().channel(), render::SetFaderGain{static_cast<float>(command.set_fader().level())});
    case v1::Command::kSetEq: {
      const auto band = static_cast<render::Band>(command.set_eq().band() - v1::SetEq::LOW);
      return of(command.set_eq().channel(), render::SetEqGain{band, gain(command.set_eq().db())});
    }
    case v1::Command::kSetCrossfader:
      return of(1, render::SetCrossfaderPosition{static_cast<float>(command.set_crossfader().position())});
    case v1::Command::kAssign:
      return of(command.assign().channel(),
                render::AssignSide{static_cast<render::Side>(command.assign().side() - v1::Assign::A)});
    case v1::Command::kSetMaster: return of(1, render::SetMasterGain{gain(command.set_master().db())});
    default: return {};
  }
}

}  // namespace segue::control
