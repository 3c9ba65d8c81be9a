// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "clients/cli/failure.h"
#include "segue/v1/state.pb.h"

namespace segue::cli {

// The state a relative value starts from. Asks the daemon on the first look only, so a command that sets an absolute
// value costs one call. What was looked at is guarded: the batch then carries its revision as expected_revision.
class StateView {
 public:
  explicit StateView(std::function<Result<v1::State>()> read) : read_(std::move(read)) {}

  Result<const v1::State*> look() {
    if (state_) return &*state_;
    auto state = read_();
    if (!state) return tl::unexpected(state.error());
    state_ = std::move(*state);
    return &*state_;
  }

  std::optional<std::uint64_t> revision_seen() const {
    if (!state_) return std::nullopt;
    return state_->engine().revision();
  }

 private:
  std::function<Result<v1::State>()> read_;
  std::optional<v1::State> state_;
};

}  // namespace segue::cli
