// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/admission.h"

#include <algorithm>

#include "engine/control/validate.h"

namespace segue::control {
namespace {

// Who asks must be allowed to use any file of this machine, until there are roots that others may use.
Result<void> check_files(const v1::ExecuteRequest& request, const Origin& origin) {
  if (origin.may_use_any_file) return {};
  for (int i = 0; i < request.commands_size(); ++i) {
    const v1::Command& command = request.commands(i);
    const bool is_of_catalogue = command.has_load() && command.load().uri().starts_with("segue://");
    if (is_of_catalogue || (!command.has_load() && !command.has_start_recording())) continue;
    return fail(Code::kPermissionDenied, "FILE_FORBIDDEN",
                "commands[" + std::to_string(i) + "]: only the daemon's own user may name files and addresses");
  }
  return {};
}

}  // namespace

void Admission::take(Request request, const FrameMap& map) {
  if (memory_.repeats(request, map.now)) return;
  auto admitted = admit(request, map);
  if (!admitted) {
    request.answer(tl::unexpected<Error>(admitted.error()));
    return;
  }
  Batch& batch = **admitted;
  const bool waits = request.message.wait() == v1::ExecuteRequest::COMMITTED;
  auto answer = memory_.remember(request, std::move(request.answer), map.now);
  fill(batch, request);
  write_down(batch);
  if (waits) {
    batch.answer = std::move(answer);
  } else {
    answer(accepted(batch, map.rendered));
  }
  parts_.agenda.add(std::move(*admitted));
}

Result<std::unique_ptr<Batch>> Admission::admit(Request& request, const FrameMap& map) {
  const v1::ExecuteRequest& message = request.message;
  if (auto valid = validate(message, parts_.config.engine.decks); !valid) return tl::unexpected<Error>(valid.error());
  if (auto allowed = check_files(message, request.origin); !allowed) return tl::unexpected<Error>(allowed.error());
  auto batch = std::make_unique<Batch>();
  if (auto time = resolve_time(message, map, *batch); !time) return tl::unexpected<Error>(time.error());
  batch->items.resize(static_cast<std::size_t>(message.commands_size()));
  batch->is_immediate = request.is_immediate;
  batch->id = last_id_ + 1;
  for (int i = 0; i < message.commands_size(); ++i) {
    Item& item = batch->items[static_cast<std::size_t>(i)];
    item.id = batch->id + static_cast<std::uint64_t>(i);
    item.command.Swap(request.message.mutable_commands(i));
    item.deck = deck_of(item.command);
    batch->objects |= objects_of(item.command);
  }
  if (auto current = check_revision(message, *batch); !current) return tl::unexpected<Error>(current.error());
  const auto checked = parts_.agenda.check(*batch);
  if (!checked) return tl::unexpected<Error>(checked.error());
  last_id_ += batch->items.size();
  return batch;
}

Result<void> Admission::check_revision(const v1::ExecuteRequest& request, const Batch& batch) const {
  if (!request.has_expected_revision()) return {};
  const Objects objects = batch.objects;
  if ((objects & parts_.agenda.under_way_before(batch)) != 0) {
    return fail(Code::kAborted, "REVISION_MISMATCH",
                "expected_revision: what the commands name is changed by commands that were accepted before");
  }
  std::uint64_t newest = (objects & (kMasterBit | kRecordingBit)) != 0 ? parts_.book.master_revision() : 0;
  for (int i = 0; i < parts_.config.engine.decks; ++i) {
    if ((objects & deck_bit(i)) != 0) newest = std::max(newest, parts_.book.deck_revision(i));
    if ((objects & channel_bit(i)) != 0) newest = std::max(newest, parts_.book.channel_revision(i));
  }
  if (newest <= request.expected_revision()) return {};
  return fail(Code::kAborted, "REVISION_MISMATCH",
              "expected_revision: what the commands name changed in revision " + std::to_string(newest));
}

Result<void> Admission::resolve_time(const v1::ExecuteRequest& request, const FrameMap& map, Batch& batch) const {
  const auto frame = resolve(request.when(), map);
  if (!frame) return tl::unexpected<Error>(frame.error());
  const int late_ms =
      request.has_max_late_ms() ? static_cast<int>(request.max_late_ms()) : parts_.config.engine.late_ms_max;
  batch.wanted = *frame;
  batch.order = batch.is_now() ? map.rendered : *frame;
  batch.late_max = batch.is_now() ? INT64_MAX : static_cast<Frames>(late_ms) * map.sample_rate_hz / 1000;
  if (batch.is_now() || map.rendered - *frame <= batch.late_max) return {};
  return fail(Code::kFailedPrecondition, "SCHEDULE_MISSED",
              "when: " + std::to_string(map.rendered - *frame) + " frames ago, more than max_late_ms");
}

void Admission::fill(Batch& batch, Request& request) {
  batch.request_id = std::move(*request.message.mutable_request_id());
  batch.principal = std::move(request.origin.principal);
}

void Admission::write_down(const Batch& batch) {
  v1::JournalEntry::Accepted entry;
  entry.set_wanted_frame(batch.wanted);
  entry.set_batch_id(batch.id);
  entry.set_request_id(batch.request_id);
  for (const Item& item : batch.items) {
    entry.set_command_id(item.id);
    *entry.mutable_command() = item.command;
    parts_.journal.accepted(entry);
  }
}

v1::ExecuteResponse Admission::accepted(const Batch& batch, Frames frame) const {
  v1::ExecuteResponse response;
  for (const Item& item : batch.items) {
    auto& result = *response.add_results();
    result.set_command_id(item.id);
    result.set_frame(batch.is_now() ? frame : batch.wanted);
  }
  response.set_revision(parts_.book.revision());
  response.set_epoch(parts_.book.epoch());
  return response;
}

}  // namespace segue::control
