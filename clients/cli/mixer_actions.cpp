// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/actions.h"

namespace segue::cli {
namespace {

constexpr Travel kGainDb{-96.0, 24.0};
constexpr Travel kEqDb{-96.0, 12.0};
constexpr Travel kMasterDb{-96.0, 12.0};
constexpr Travel kFader{0.0, 1.0};
constexpr Travel kCrossfader{-1.0, 1.0};

// The channel as the daemon sees it. One that does not exist is silent: the daemon then refuses the command by name.
const v1::Channel& channel_in(const v1::State& state, std::uint32_t index) {
  for (const auto& channel : state.channels()) {
    if (channel.channel() == index) return channel;
  }
  return v1::Channel::default_instance();
}

// The value to send; `standing` tells where the control stands in a state.
template <typename Standing>
Result<double> resolve(const Result<Step>& step, Travel travel, StateView& view, Standing standing) {
  if (!step) return tl::unexpected(step.error());
  if (!step->is_relative) return step->value;
  const auto state = view.look();
  if (!state) return tl::unexpected(state.error());
  return stepped(*step, standing(**state), travel);
}

double eq_db(const v1::Channel& channel, v1::SetEq::Band band) {
  if (band == v1::SetEq::LOW) return channel.eq_low_db();
  return band == v1::SetEq::MID ? channel.eq_mid_db() : channel.eq_high_db();
}

}  // namespace

Result<v1::Command> make_gain(const Call& call, StateView& view) {
  const auto channel = parse_index(call.arguments[0], "CH");
  if (!channel) return tl::unexpected(channel.error());
  const auto db = resolve(parse_step(call.arguments[1], "DB", "db"), kGainDb, view,
                          [&](const v1::State& state) { return channel_in(state, *channel).gain_db(); });
  if (!db) return tl::unexpected(db.error());
  v1::Command command;
  command.mutable_set_gain()->set_channel(*channel);
  command.mutable_set_gain()->set_db(*db);
  return command;
}

Result<v1::Command> make_fader(const Call& call, StateView& view) {
  const auto channel = parse_index(call.arguments[0], "CH");
  if (!channel) return tl::unexpected(channel.error());
  const auto level = resolve(parse_step(call.arguments[1], "LEVEL"), kFader, view,
                             [&](const v1::State& state) { return channel_in(state, *channel).fader(); });
  if (!level) return tl::unexpected(level.error());
  v1::Command command;
  command.mutable_set_fader()->set_channel(*channel);
  command.mutable_set_fader()->set_level(*level);
  return command;
}

Result<v1::Command> make_eq(const Call& call, StateView& view) {
  const auto channel = parse_index(call.arguments[0], "CH");
  if (!channel) return tl::unexpected(channel.error());
  const auto band = parse_band(call.arguments[1]);
  if (!band) return tl::unexpected(band.error());
  const auto db = resolve(parse_level(call.arguments[2], "DB"), kEqDb, view,
                          [&](const v1::State& state) { return eq_db(channel_in(state, *channel), *band); });
  if (!db) return tl::unexpected(db.error());
  v1::Command command;
  command.mutable_set_eq()->set_channel(*channel);
  command.mutable_set_eq()->set_band(*band);
  command.mutable_set_eq()->set_db(*db);
  return command;
}

Result<v1::Command> make_crossfader(const Call& call, StateView& view) {
  const auto position = resolve(parse_step(call.arguments[0], "POSITION"), kCrossfader, view,
                                [](const v1::State& state) { return state.master().crossfader(); });
  if (!position) return tl::unexpected(position.error());
  v1::Command command;
  command.mutable_set_crossfader()->set_position(*position);
  return command;
}

Result<v1::Command> make_assign(const Call& call, StateView& /*view*/) {
  const auto channel = parse_index(call.arguments[0], "CH");
  if (!channel) return tl::unexpected(channel.error());
  const auto side = parse_side(call.arguments[1]);
  if (!side) return tl::unexpected(side.error());
  v1::Command command;
  command.mutable_assign()->set_channel(*channel);
  command.mutable_assign()->set_side(*side);
  return command;
}

Result<v1::Command> make_master(const Call& call, StateView& view) {
  const auto db = resolve(parse_step(call.arguments[0], "DB", "db"), kMasterDb, view,
                          [](const v1::State& state) { return state.master().gain_db(); });
  if (!db) return tl::unexpected(db.error());
  v1::Command command;
  command.mutable_set_master()->set_db(*db);
  return command;
}

Result<v1::Command> make_record(const Call& call, StateView& /*view*/) {
  const std::string& verb = call.arguments[0];
  const bool has_file = call.arguments.size() > 1;
  v1::Command command;
  if (verb == "stop" && !has_file) {
    command.mutable_stop_recording();
    return command;
  }
  if (verb != "start" || !has_file) return usage_failure("record: say 'record start FILE' or 'record stop'");
  auto path = absolute_path(call.arguments[1], call.environment.working_dir);
  if (!path) return tl::unexpected(path.error());
  command.mutable_start_recording()->set_path(std::move(*path));
  return command;
}

Result<v1::Command> make_cancel(const Call& call, StateView& /*view*/) {
  const auto id = parse_command_id(call.arguments[0]);
  if (!id) return tl::unexpected(id.error());
  v1::Command command;
  command.mutable_cancel()->set_command_id(*id);
  return command;
}

}  // namespace segue::cli
