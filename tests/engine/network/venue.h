// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/stream/fetch/fetcher.h"
#include "engine/stream/live/live_stream.h"
#include "tests/engine/control/booth.h"
#include "tests/engine/stream/fetch/rig.h"
#include "tests/support/net/fault_server.h"

namespace segue::test {

// A booth whose tracks come over HTTP from a server that does wrong on command: the real fetcher, cache, loader,
// control and renderer. Sound is rendered in virtual time, as fast as it goes; the network runs in its own. A test
// decides how far each of them gets.
class Venue {
 public:
  Venue() : Venue(stream::Rig::Options{}) {}
  explicit Venue(const stream::Rig::Options& options, int decks = 4);
  ~Venue();

  // Serves a file as `path` and returns its address.
  std::string serve(const std::string& path, const std::string& file);
  // Loads with the server's help and waits (in real time) until control has answered; its reason, or "(ok)".
  std::string load(int deck, const std::string& uri, bool play = false);
  // Waits, in real time and without rendering, until that holds of the deck; false after `longest`.
  bool wait_for(int deck, const std::function<bool(const v1::Deck&)>& holds,
                std::chrono::milliseconds longest = std::chrono::seconds(20));
  // Every byte has come and every frame is decoded.
  bool wait_until_whole(int deck);

  FaultServer server;
  stream::Rig rig;

 private:
  class Opener;
  std::unique_ptr<Opener> opener_;

 public:
  Booth booth;
};

// A track of music at 44.1 kHz, encoded as that format; made once.
std::string music_file(const char* format, double seconds, std::uint64_t seed = 1);

}  // namespace segue::test
