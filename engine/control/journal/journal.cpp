// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/journal/journal.h"

#include "engine/control/journal/segments.h"
#include "engine/control/state.h"

namespace segue::control {

Journal::Journal(const Options& options, const Clock& clock) : clock_(clock) {
  if (!options.config.enabled || options.folder.empty()) return;
  segments_ = std::make_unique<Segments>(options.config, options.folder, options.epoch);
}

Journal::~Journal() = default;

void Journal::epoch_began(const std::string& epoch, const model::Config& config, const std::string& version) {
  auto& began = *entry_.mutable_epoch_began();
  began.set_epoch(epoch);
  began.set_sample_rate(static_cast<std::uint32_t>(config.engine.sample_rate_hz));
  began.set_decks(static_cast<std::uint32_t>(config.engine.decks));
  began.set_version(version);
  began.set_limiter_ceiling_dbtp(config.engine.limiter_ceiling_dbtp);
  append();
  if (segments_ != nullptr) segments_->set_head(bytes_);
}

void Journal::accepted(const v1::JournalEntry::Accepted& entry) {
  *entry_.mutable_accepted() = entry;
  append();
}

void Journal::committed(const v1::JournalEntry::Committed& entry) {
  *entry_.mutable_committed() = entry;
  append();
}

void Journal::dropped(std::uint64_t command_id, const Error& error) {
  auto& dropped = *entry_.mutable_dropped();
  dropped.set_command_id(command_id);
  *dropped.mutable_error() = to_message(error);
  append();
}

void Journal::stretcher_installed(int deck, Frames frame) {
  auto& installed = *entry_.mutable_stretcher_installed();
  installed.set_deck(static_cast<std::uint32_t>(deck + 1));
  installed.set_frame(frame);
  append();
}

std::uint64_t Journal::unsaved() const { return segments_ == nullptr ? 0 : segments_->unsaved(); }

void Journal::append() {
  if (segments_ == nullptr) return;
  const auto ns = clock_.wall().count();
  entry_.set_sequence(++sequence_);
  entry_.set_frame(frame_);
  entry_.mutable_time()->set_seconds(ns / 1'000'000'000);
  entry_.mutable_time()->set_nanos(static_cast<std::int32_t>(ns % 1'000'000'000));
  entry_.SerializeToString(&bytes_);
  segments_->append(bytes_);
}

}  // namespace segue::control
