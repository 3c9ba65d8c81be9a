// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/load_progress.h"

#include <chrono>

#include "clients/cli/progress.h"
#include "clients/cli/session.h"
#include "clients/cli/text.h"

namespace segue::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kSilent{500};     // most loads are over by then
constexpr milliseconds kLookEvery{200};  // as often as a bar on a screen is worth drawing

const char* word_of(const v1::Deck& deck) {
  if (!deck.has_fetch()) return "loading";
  switch (deck.fetch().state()) {
    case v1::Fetch::CONNECTING: return "connecting";
    case v1::Fetch::FETCHING: return "fetching";
    case v1::Fetch::WAITING: return "waiting for the network";
    default: return "loading";
  }
}

}  // namespace

std::string load_line(const v1::Deck& deck) {
  std::string line = "deck " + std::to_string(deck.deck()) + "  " + word_of(deck) + "  ";
  line += progress_bar(deck.has_fetch() ? deck.fetched() : deck.loaded());
  const std::string why = deck.fetch().error().message();
  return why.empty() ? line : line + "  " + one_line(why);
}

LoadProgress::LoadProgress(const Call& call, std::uint32_t deck) : call_(call) {
  if (!call.environment.stderr_is_terminal || call.invocation.is_quiet) return;
  thread_ = std::jthread([this, deck](const std::stop_token& stop) { follow(stop, deck); });
}

void LoadProgress::follow(const std::stop_token& stop, std::uint32_t deck) {
  Session session(call_.invocation, call_.environment);
  ProgressLine line(true);
  for (milliseconds wait = kSilent;; wait = kLookEvery) {
    {
      std::unique_lock lock(mutex_);
      (void)stopped_.wait_for(lock, stop, wait, [] { return false; });
    }
    if (stop.stop_requested()) return;
    const auto state = session.state();
    if (!state || deck < 1 || static_cast<int>(deck) > state->decks_size()) return;
    line.show(load_line(state->decks(static_cast<int>(deck) - 1)));
  }
}

}  // namespace segue::cli
