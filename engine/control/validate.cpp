// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/validate.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/base/text.h"
#include "engine/base/units.h"
#include "engine/control/validate_fields.h"
#include "engine/model/config.h"
#include "engine/stream/track_loader.h"

namespace segue::control {
namespace {

constexpr double kBeatsMax = 1e6;  // a week at 100 BPM: only refuses nonsense before it overflows
constexpr std::size_t kPathBytesMax = 4095;  // PATH_MAX without its terminator

// An address that something may be loaded from; whether there is anything is for the loader to find.
Result<void> check_track_uri(const std::string& uri) {
  const auto is_bad = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; };
  for (const char* scheme : {"http://", "https://", "segue://"}) {
    if (!uri.starts_with(scheme)) continue;
    const std::string rest = uri.substr(std::strlen(scheme));
    const std::size_t host_bytes = std::min(rest.find_first_of("/?#"), rest.size());
    const bool is_catalogue = scheme == std::string_view("segue://");
    const bool is_named =
        host_bytes > 0 && (!is_catalogue || (rest.size() > host_bytes + 1 && rest[host_bytes] == '/'));
    if (is_named && std::none_of(uri.begin(), uri.end(), is_bad)) return {};
    return fail(
        Code::kInvalidArgument, "URI_INVALID",
        printable(uri) + (is_catalogue ? ": write segue://PROVIDER/ID" : ": not an address; percent-encode it"));
  }
  if (const auto path = stream::path_of_uri(uri); !path) {
    Error error = path.error();
    if (error.reason == "URI_UNSUPPORTED") {
      error.message = printable(uri) + ": only file:///, http://, https:// and segue:// can be played";
    }
    return tl::unexpected<Error>(std::move(error));
  }
  return {};
}

Result<void> check(const v1::Load& load, const Fields& fields) {
  if (auto deck = fields.deck(load.deck()); !deck) return deck;
  if (load.uri().empty()) return fields.missing("uri");
  if (load.uri().size() > model::kUriBytesMax)
    return invalid("URI_INVALID", fields.where, "uri", "longer than 8,192 bytes");
  if (auto uri = check_track_uri(load.uri()); !uri) return fail_at(fields.where + "uri", uri.error());
  return {};
}

Result<void> check(const v1::Seek& seek, const Fields& fields) {
  if (auto deck = fields.deck(seek.deck()); !deck) return deck;
  switch (seek.to_case()) {
    case v1::Seek::kSeconds: return fields.within("seconds", seek.seconds(), 0, model::kTrackSecondsMax);
    case v1::Seek::kBeats: return fields.within("beats", seek.beats(), -kBeatsMax, kBeatsMax);
    case v1::Seek::kFraction: return fields.within("fraction", seek.fraction(), 0, 1);
    case v1::Seek::TO_NOT_SET: break;
  }
  return fields.missing("to");
}

Result<void> check(const v1::SetTempo& tempo, const Fields& fields) {
  if (auto deck = fields.deck(tempo.deck()); !deck) return deck;
  switch (tempo.tempo_case()) {
    case v1::SetTempo::kPercent:
      return fields.within("percent", tempo.percent(), -model::kTempoPercentMax, model::kTempoPercentMax);
    case v1::SetTempo::kBpm: return fields.within("bpm", tempo.bpm(), model::kBpmMin, model::kBpmMax);
    case v1::SetTempo::TEMPO_NOT_SET: break;
  }
  return fields.missing("tempo");
}

Result<void> check(const v1::SetEq& eq, const Fields& fields) {
  if (auto channel = fields.channel(eq.channel()); !channel) return channel;
  if (eq.band() < v1::SetEq::LOW || eq.band() > v1::SetEq::HIGH) {
    return invalid("FIELD_INVALID", fields.where, "band", std::to_string(eq.band()) + " is none of LOW, MID, HIGH");
  }
  if (std::isfinite(eq.db()) && eq.db() < Decibels::kSilence) return {};  // below −96 dB is as good a kill
  return fields.within("db", eq.db(), Decibels::kSilence, model::kEqDbMax);
}

Result<void> check(const v1::Assign& assign, const Fields& fields) {
  if (auto channel = fields.channel(assign.channel()); !channel) return channel;
  if (assign.side() >= v1::Assign::A && assign.side() <= v1::Assign::THRU) return {};
  return invalid("FIELD_INVALID", fields.where, "side", std::to_string(assign.side()) + " is none of A, B, THRU");
}

Result<void> check(const v1::StartRecording& recording, const Fields& fields) {
  const std::string& path = recording.path();
  if (path.empty()) return fields.missing("path");
  if (path.front() != '/') return invalid("FIELD_INVALID", fields.where, "path", "not absolute");
  if (path.size() > kPathBytesMax) return invalid("FIELD_INVALID", fields.where, "path", "longer than 4,095 bytes");
  if (path.find('\0') != std::string::npos) return invalid("FIELD_INVALID", fields.where, "path", "holds a zero byte");
  return {};
}

Result<void> check_on_channel(const Fields& fields, std::uint32_t channel, const char* field, double value, double low,
                              double high) {
  if (auto known = fields.channel(channel); !known) return known;
  return fields.within(field, value, low, high);
}

Result<void> check_action(const v1::Command& command, const Fields& fields) {
  switch (command.action_case()) {
    case v1::Command::kLoad: return check(command.load(), fields);
    case v1::Command::kEject: return fields.deck(command.eject().deck());
    case v1::Command::kPlay: return fields.deck(command.play().deck());
    case v1::Command::kPause: return fields.deck(command.pause().deck());
    case v1::Command::kCue: return fields.deck(command.cue().deck());
    case v1::Command::kStop: return fields.deck(command.stop().deck());
    case v1::Command::kSeek: return check(command.seek(), fields);
    case v1::Command::kSetTempo: return check(command.set_tempo(), fields);
    case v1::Command::kSetPitch:
      if (auto deck = fields.deck(command.set_pitch().deck()); !deck) return deck;
      return fields.within("semitones", command.set_pitch().semitones(), -model::kPitchSemitonesMax,
                           model::kPitchSemitonesMax);
    case v1::Command::kSetKeylock: return fields.deck(command.set_keylock().deck());
    case v1::Command::kSetStretcher: {
      if (auto deck = fields.deck(command.set_stretcher().deck()); !deck) return deck;
      const std::string& name = command.set_stretcher().name();
      if (name == "varispeed" || name == "soundtouch") return {};
      return invalid("FIELD_INVALID", fields.where, "name", "neither \"varispeed\" nor \"soundtouch\"");
    }
    case v1::Command::kSetGrid: return check(command.set_grid(), fields);
    case v1::Command::kSetGain:
      return check_on_channel(fields, command.set_gain().channel(), "db", command.set_gain().db(), Decibels::kSilence,
                              model::kGainDbMax);
    case v1::Command::kSetFader:
      return check_on_channel(fields, command.set_fader().channel(), "level", command.set_fader().level(), 0, 1);
    case v1::Command::kSetEq: return check(command.set_eq(), fields);
    case v1::Command::kSetCrossfader: return fields.within("position", command.set_crossfader().position(), -1, 1);
    case v1::Command::kAssign: return check(command.assign(), fields);
    case v1::Command::kSetMaster:
      return fields.within("db", command.set_master().db(), Decibels::kSilence, model::kMasterDbMax);
    case v1::Command::kCancel: return {};
    case v1::Command::kStartRecording: return check(command.start_recording(), fields);
    case v1::Command::kStopRecording: return {};
    case v1::Command::kEditGrid: return check(command.edit_grid(), fields);
    case v1::Command::kReanalyze: return check(command.reanalyze(), fields);
    case v1::Command::kAdoptAnalysis: return check(command.adopt_analysis(), fields);
    case v1::Command::ACTION_NOT_SET: break;
  }
  return fail(Code::kInvalidArgument, "COMMAND_EMPTY", fields.where + "action: not set, or unknown to this version");
}

// "set_fader": the name of the action that is set.
std::string action_name(const v1::Command& command) {
  const auto* field = v1::Command::descriptor()->FindFieldByNumber(command.action_case());
  return field == nullptr ? std::string() : field->name() + ".";
}

Result<void> validate_when(const v1::When& when) {
  static const std::string where = "when.";
  const Fields fields{where, 0};
  switch (when.when_case()) {
    case v1::When::kFrame:
      if (when.frame() >= 0) return {};
      return invalid("FIELD_OUT_OF_RANGE", where, "frame", "negative");
    case v1::When::kWall:
      if (auto nanos = fields.within("wall.nanos", when.wall().nanos(), 0, 999'999'999); !nanos) return nanos;
      return fields.within("wall.seconds", static_cast<double>(when.wall().seconds()), 0,
                           253'402'300'799.0);  // year 9999
    case v1::When::kAfterS: return fields.within("after_s", when.after_s(), 0, model::kScheduleHorizonS);
    case v1::When::kNow:
    case v1::When::WHEN_NOT_SET: break;
  }
  return {};
}

}  // namespace

Result<void> validate(const v1::Command& command, int decks, const std::string& where) {
  // The name is looked up only when something is wrong: the good case pays for no string.
  static const std::string nowhere;
  if (check_action(command, Fields{nowhere, decks})) return {};
  return check_action(command, Fields{where + "." + action_name(command), decks});
}

Result<void> validate(const v1::ExecuteRequest& request, int decks) {
  if (request.commands().empty()) return fail(Code::kInvalidArgument, "BATCH_EMPTY", "commands: none");
  if (request.commands_size() > model::kCommandsPerBatchMax) {
    return fail(Code::kInvalidArgument, "BATCH_TOO_LARGE", "commands: more than 64");
  }
  if (request.request_id().size() > model::kRequestIdBytesMax) {
    return fail(Code::kInvalidArgument, "FIELD_INVALID", "request_id: longer than 64 bytes");
  }
  if (!v1::ExecuteRequest::Wait_IsValid(request.wait())) {
    return fail(Code::kInvalidArgument, "FIELD_INVALID", "wait: neither ACCEPTED nor COMMITTED");
  }
  if (request.max_late_ms() > 60'000)
    return fail(Code::kInvalidArgument, "FIELD_OUT_OF_RANGE", "max_late_ms: more than 60,000");
  if (auto when = validate_when(request.when()); !when) return when;
  for (int i = 0; i < request.commands_size(); ++i) {
    if (auto command = validate(request.commands(i), decks, "commands[" + std::to_string(i) + "]"); !command)
      return command;
  }
  return {};
}

}  // namespace segue::control
