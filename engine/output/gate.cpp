// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/output/gate.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace segue::output {

// How at most one pull gets in: a pass enters by taking `inside` from kNobody, and only then looks whether it is still
// the newest. admit() and close() first write `newest`, then look at `inside`. All four accesses are sequentially
// consistent, so either the pull sees that it was superseded, or the other side sees it inside.
struct Gate::State {
  explicit State(BlockSource& behind) : source(behind) {}
  BlockSource& source;
  std::atomic<std::uint64_t> newest{kClosed};
  std::atomic<std::uint64_t> inside{kNobody};
  std::atomic<std::uint64_t> admitted{0};

  static constexpr std::uint64_t kClosed = 0;
  static constexpr std::uint64_t kNobody = 0;
};

class Gate::Pass final : public BlockSource {
 public:
  Pass(std::shared_ptr<State> state, std::uint64_t number) : state_(std::move(state)), number_(number) {}

  SEGUE_RT void pull(StereoBlock block) override {
    if (!pull_through(block)) {
      std::fill_n(block.left, block.frames, 0.0F);
      std::fill_n(block.right, block.frames, 0.0F);
    }
  }

 private:
  SEGUE_RT bool pull_through(StereoBlock block) {
    if (state_->newest.load() != number_) return false;
    std::uint64_t nobody = State::kNobody;
    if (!state_->inside.compare_exchange_strong(nobody, number_)) return false;
    const bool is_newest = state_->newest.load() == number_;
    if (is_newest) state_->source.pull(block);
    state_->inside.store(State::kNobody);
    return is_newest;
  }

  const std::shared_ptr<State> state_;
  const std::uint64_t number_;
};

Gate::Gate(BlockSource& source) : state_(std::make_shared<State>(source)) {}

Gate::~Gate() { close(); }

std::shared_ptr<BlockSource> Gate::admit() {
  const std::uint64_t number = ++state_->admitted;
  auto pass = std::make_shared<Pass>(state_, number);
  state_->newest.store(number);
  return pass;
}

void Gate::close() {
  state_->newest.store(State::kClosed);
  // A pull lasts less than a block and cannot tell us that it has ended without a system call, so we look again.
  while (state_->inside.load() != State::kNobody) std::this_thread::sleep_for(std::chrono::microseconds(100));
}

}  // namespace segue::output
