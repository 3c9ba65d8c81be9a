// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/state.h"

#include <algorithm>

#include "engine/control/analysis/deck_facts.h"

namespace segue::control {
namespace {

double seconds_of(double frames, int rate) { return frames / rate; }

// Seconds of audio that are there from `from` on without a gap.
double buffered_s(const rt::TrackPages& pages, double from, int rate) {
  const Frames length = pages.length();
  const auto start = static_cast<Frames>(std::max(from, 0.0));
  Frames at = start / rt::kPageFrames;
  while (at * rt::kPageFrames < length && pages.page(at) != nullptr) ++at;
  const Frames end = std::min<Frames>(at * rt::kPageFrames, length);
  return seconds_of(static_cast<double>(std::max<Frames>(end - start, 0)), rate);
}

double loaded_part(const rt::TrackPages& pages) {
  const Frames needed = (pages.length() + rt::kPageFrames - 1) / rt::kPageFrames;
  return needed == 0 ? 1.0 : std::min(1.0, static_cast<double>(pages.published()) / static_cast<double>(needed));
}

double fetched_part(const stream::FetchStatus& fetch) {
  using State = stream::FetchStatus::State;
  if (fetch.state == State::kLocal || fetch.state == State::kComplete) return 1.0;
  return fetch.size <= 0 ? 0.0 : std::min(1.0, static_cast<double>(fetch.present) / static_cast<double>(fetch.size));
}

v1::Fetch fetch_message(const stream::FetchStatus& fetch) {
  using State = stream::FetchStatus::State;
  v1::Fetch message;
  switch (fetch.state) {
    case State::kLocal:
    case State::kConnecting: message.set_state(v1::Fetch::CONNECTING); break;
    case State::kFetching: message.set_state(v1::Fetch::FETCHING); break;
    case State::kWaiting: message.set_state(v1::Fetch::WAITING); break;
    case State::kComplete: message.set_state(v1::Fetch::COMPLETE); break;
    case State::kFailed: message.set_state(v1::Fetch::FAILED); break;
  }
  message.set_bytes(fetch.present);
  message.set_size_bytes(std::max<std::int64_t>(fetch.size, 0));
  message.set_bytes_per_s(fetch.bytes_per_s);
  message.set_attempts(fetch.attempts);
  message.set_resumed(fetch.resumed);
  message.set_provider(fetch.provider);
  message.set_quality(fetch.quality);
  if (fetch.trouble) *message.mutable_error() = to_message(*fetch.trouble);
  return message;
}

}  // namespace

v1::Error to_message(const Error& error) {
  v1::Error message;
  message.set_code(to_string(error.code));
  message.set_reason(error.reason);
  message.set_message(error.message);
  return message;
}

StateBook::StateBook(const model::Config& config, std::string epoch, int latency_frames)
    : epoch_(std::move(epoch)), sample_rate_hz_(config.engine.sample_rate_hz) {
  const auto count = static_cast<std::size_t>(config.engine.decks);
  decks_.resize(count);
  channels_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    decks_[i].intent.set_deck(static_cast<std::uint32_t>(i + 1));
    decks_[i].intent.set_stretcher("soundtouch");
    channels_[i].set_channel(static_cast<std::uint32_t>(i + 1));
    channels_[i].set_fader(1.0);
    channels_[i].set_side(v1::Assign::THRU);
  }
  engine_.set_sample_rate(static_cast<std::uint32_t>(sample_rate_hz_));
  engine_.set_latency_frames(static_cast<std::uint32_t>(latency_frames));
  engine_.set_epoch(epoch_);
  engine_.set_output("none");
}

void StateBook::commit_deck(int deck, const DeckPlan& plan) {
  const std::lock_guard lock(mutex_);
  auto& entry = decks_[static_cast<std::size_t>(deck)];
  const bool is_other_track = plan.track != entry.plan.track;
  entry.plan = plan;
  v1::Deck& intent = entry.intent;
  if (is_other_track) {
    intent.clear_error();
    const auto facts = plan.track == nullptr ? model::TrackFacts{} : plan.track->facts();
    intent.set_uri(facts.uri);
    intent.set_title(facts.title);
    intent.set_artist(facts.artist);
    intent.set_album(facts.album);
    intent.clear_fetch();
    intent.clear_analysis();
    intent.clear_trouble();
    intent.clear_live_title();
    intent.set_live(plan.track != nullptr && plan.track->is_live());
    intent.set_fetched(plan.track == nullptr ? 0.0 : 1.0);
  }
  intent.set_tempo_percent(plan.tempo_percent);
  intent.set_pitch_semitones(plan.pitch_semitones);
  intent.set_keylock(plan.keylock);
  intent.set_stretcher(plan.stretcher == render::StretcherKind::kVarispeed ? "varispeed" : "soundtouch");
  fill_knowledge(plan, intent);
  intent.set_cue_s(seconds_of(static_cast<double>(plan.cue), sample_rate_hz_));
  intent.set_revision(++revision_);
}

void StateBook::commit_mixer(const v1::Command& command) {
  const std::lock_guard lock(mutex_);
  ++revision_;
  const auto channel = [this](std::uint32_t number) -> v1::Channel& {
    auto& entry = channels_[number - 1];
    entry.set_revision(revision_);
    return entry;
  };
  switch (command.action_case()) {
    case v1::Command::kSetGain: channel(command.set_gain().channel()).set_gain_db(command.set_gain().db()); break;
    case v1::Command::kSetFader: channel(command.set_fader().channel()).set_fader(command.set_fader().level()); break;
    case v1::Command::kAssign: channel(command.assign().channel()).set_side(command.assign().side()); break;
    case v1::Command::kSetEq: {
      const double db = std::max(command.set_eq().db(), Decibels::kSilence);
      v1::Channel& entry = channel(command.set_eq().channel());
      if (command.set_eq().band() == v1::SetEq::LOW) entry.set_eq_low_db(db);
      if (command.set_eq().band() == v1::SetEq::MID) entry.set_eq_mid_db(db);
      if (command.set_eq().band() == v1::SetEq::HIGH) entry.set_eq_high_db(db);
      break;
    }
    case v1::Command::kSetCrossfader:
      master_.set_crossfader(command.set_crossfader().position());
      master_.set_revision(revision_);
      break;
    case v1::Command::kSetMaster:
      master_.set_gain_db(command.set_master().db());
      master_.set_revision(revision_);
      break;
    default: break;
  }
}

void StateBook::commit_recording(const v1::Recording* running) {
  const std::lock_guard lock(mutex_);
  master_.clear_recording();
  if (running != nullptr) *master_.mutable_recording() = *running;
  master_.set_revision(++revision_);
}

void StateBook::commit_nothing() {
  const std::lock_guard lock(mutex_);
  ++revision_;
}

void StateBook::add_pending_load(int deck, int change) {
  const std::lock_guard lock(mutex_);
  decks_[static_cast<std::size_t>(deck)].pending_loads += change;
}

void StateBook::set_load_error(int deck, const std::optional<Error>& error) {
  const std::lock_guard lock(mutex_);
  v1::Deck& intent = decks_[static_cast<std::size_t>(deck)].intent;
  intent.clear_error();
  if (error) *intent.mutable_error() = to_message(*error);
}

void StateBook::set_recording(const v1::Recording& running) {
  const std::lock_guard lock(mutex_);
  *master_.mutable_recording() = running;
}

bool StateBook::set_network(int deck, const DeckNetwork& network) {
  const std::lock_guard lock(mutex_);
  v1::Deck& intent = decks_[static_cast<std::size_t>(deck)].intent;
  v1::Deck next = intent;
  next.set_live(network.is_live);
  next.set_live_title(network.live_title);
  next.clear_trouble();
  if (network.trouble) *next.mutable_trouble() = to_message(*network.trouble);
  next.clear_fetch();
  next.set_fetched(fetched_part(network.fetch));
  if (network.fetch.state != stream::FetchStatus::State::kLocal) *next.mutable_fetch() = fetch_message(network.fetch);
  const bool is_other = next.SerializeAsString() != intent.SerializeAsString();
  intent = std::move(next);
  return is_other;
}

void StateBook::set_analysis(int deck, const v1::AnalysisProgress* progress) {
  const std::lock_guard lock(mutex_);
  v1::Deck& intent = decks_[static_cast<std::size_t>(deck)].intent;
  intent.clear_analysis();
  if (progress != nullptr) *intent.mutable_analysis() = *progress;
}

void StateBook::set_output(const OutputFacts& output) {
  const std::lock_guard lock(mutex_);
  engine_.set_output(output.name);
  engine_.set_output_note(output.note);
  engine_.set_block_frames(static_cast<std::uint32_t>(output.block_frames));
  engine_.set_lost_frames(output.lost_frames);
  engine_.set_load(output.load);
}

void StateBook::count_late_command() {
  const std::lock_guard lock(mutex_);
  engine_.set_late_commands(engine_.late_commands() + 1);
}

void StateBook::set_journal_unsaved(std::uint64_t entries) {
  const std::lock_guard lock(mutex_);
  engine_.set_journal_unsaved(entries);
}

void StateBook::observe(const render::Snapshot& snapshot, Nanoseconds frame_time) {
  const std::lock_guard lock(mutex_);
  snapshot_ = snapshot;
  const auto ns = frame_time.count();
  engine_.mutable_frame_time()->set_seconds(ns / 1'000'000'000);
  engine_.mutable_frame_time()->set_nanos(static_cast<std::int32_t>(ns % 1'000'000'000));
}

v1::Deck::State StateBook::state_of(const DeckEntry& entry, const render::DeckSnapshot& sound) const {
  switch (sound.state) {
    case render::DeckState::kReady: return v1::Deck::READY;
    case render::DeckState::kPlaying: return v1::Deck::PLAYING;
    case render::DeckState::kPaused: return v1::Deck::PAUSED;
    case render::DeckState::kEnded: return v1::Deck::ENDED;
    case render::DeckState::kEmpty: break;
  }
  if (entry.pending_loads > 0) return v1::Deck::LOADING;
  return entry.intent.has_error() ? v1::Deck::FAILED : v1::Deck::EMPTY;
}

v1::Deck StateBook::merge(const DeckEntry& entry, const render::DeckSnapshot& sound) const {
  v1::Deck deck = entry.intent;
  deck.set_state(state_of(entry, sound));
  deck.set_underruns(sound.underruns);
  deck.set_rolls(sound.rolls);
  deck.set_rolling(sound.is_rolling);
  const DeckPlan& plan = entry.plan;
  if (plan.track == nullptr) return deck;
  const rt::TrackPages& pages = plan.track->pages();
  const double position_s = seconds_of(sound.position, sample_rate_hz_);
  if (!deck.live()) deck.set_duration_s(seconds_of(static_cast<double>(pages.length()), sample_rate_hz_));
  deck.set_loaded(loaded_part(pages));
  if (plan.grid != nullptr) {
    deck.set_bpm(plan.grid->bpm_at(position_s));
  } else if (plan.knowledge.facts != nullptr) {
    deck.set_bpm(plan.knowledge.facts->bpm());
  }
  deck.set_effective_bpm(deck.bpm() * plan.rate());
  if (sound.load_id != plan.load_id) return deck;  // the snapshot is of the track before
  deck.set_position_s(position_s);
  deck.set_buffered_s(buffered_s(pages, sound.position, sample_rate_hz_));
  v1::Anchor& anchor = *deck.mutable_anchor();
  anchor.set_frame(snapshot_.frame);
  anchor.set_position_s(position_s);
  anchor.set_rate(sound.anchor_rate);
  return deck;
}

void StateBook::fill_engine(v1::EngineState& engine) const {
  engine = engine_;
  engine.set_frame(snapshot_.frame);
  engine.set_revision(revision_);
  std::uint64_t underruns = 0;
  for (std::size_t i = 0; i < decks_.size(); ++i) underruns += snapshot_.decks[i].underruns;
  engine.set_underruns(underruns);
}

v1::State StateBook::read() const {
  const std::lock_guard lock(mutex_);
  v1::State state;
  for (std::size_t i = 0; i < decks_.size(); ++i) *state.add_decks() = merge(decks_[i], snapshot_.decks[i]);
  for (const auto& channel : channels_) *state.add_channels() = channel;
  *state.mutable_master() = master_;
  fill_engine(*state.mutable_engine());
  return state;
}

v1::Deck StateBook::read_deck(int deck) const {
  const std::lock_guard lock(mutex_);
  const auto at = static_cast<std::size_t>(deck);
  return merge(decks_[at], snapshot_.decks[at]);
}

v1::Channel StateBook::read_channel(int channel) const {
  const std::lock_guard lock(mutex_);
  return channels_[static_cast<std::size_t>(channel)];
}

v1::Master StateBook::read_master() const {
  const std::lock_guard lock(mutex_);
  return master_;
}

v1::EngineState StateBook::read_engine() const {
  const std::lock_guard lock(mutex_);
  v1::EngineState engine;
  fill_engine(engine);
  return engine;
}

render::Snapshot StateBook::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

Frames StateBook::frame() const {
  const std::lock_guard lock(mutex_);
  return snapshot_.frame;
}

std::uint64_t StateBook::revision() const {
  const std::lock_guard lock(mutex_);
  return revision_;
}

std::uint64_t StateBook::deck_revision(int deck) const {
  const std::lock_guard lock(mutex_);
  return decks_[static_cast<std::size_t>(deck)].intent.revision();
}

std::uint64_t StateBook::channel_revision(int channel) const {
  const std::lock_guard lock(mutex_);
  return channels_[static_cast<std::size_t>(channel)].revision();
}

std::uint64_t StateBook::master_revision() const {
  const std::lock_guard lock(mutex_);
  return master_.revision();
}

}  // namespace segue::control
