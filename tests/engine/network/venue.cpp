// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/network/venue.h"

#include <thread>

#include "tests/support/media/media.h"

namespace segue::test {

// Addresses on the server by the fetcher; those that begin with /live by open_live_stream.
class Venue::Opener final : public stream::MediaOpener {
 public:
  explicit Opener(stream::Rig& rig) : rig_(rig) {}
  Result<stream::OpenedMedia> open(const std::string& uri, const std::stop_token& stop) override {
    if (uri.starts_with("file:")) return stream::open_file_uri(uri);
    model::MediaRef ref;
    ref.provider = "web";
    ref.cache_key = "web/" + uri;
    ref.label = uri;
    ref.url = uri;
    ref.may_be_private = true;
    ref.live = uri.find("/live") != std::string::npos;
    if (ref.live) return stream::open_live_stream(rig_.http(), ref, stop);
    return rig_.fetcher().open(uri, ref, stop);
  }

 private:
  stream::Rig& rig_;
};

Venue::Venue(const stream::Rig::Options& options, int decks)
    : rig(options), opener_(std::make_unique<Opener>(rig)), booth([this, decks] {
        Booth::Options made;
        made.decks = decks;
        made.has_files = true;
        made.opener = opener_.get();
        made.mode = control::Installer::Mode::kLive;
        return made;
      }()) {}

Venue::~Venue() = default;

std::string Venue::serve(const std::string& path, const std::string& file) {
  const auto bytes = read_file(file);
  Resource resource;
  resource.mime = file.ends_with(".flac") ? "audio/flac" : "audio/mpeg";
  server.serve(path, std::string(bytes.begin(), bytes.end()), resource);
  return server.url(path);
}

std::string Venue::load(int deck, const std::string& uri, bool play) {
  const std::string command =
      "load { deck: " + std::to_string(deck) + " uri: '" + uri + "' play: " + (play ? "true" : "false") + " }";
  const auto reply = booth.send({command.c_str()});
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!reply->has_come() && std::chrono::steady_clock::now() < until) {
    // What is loaded commits on a frame, so a little has to be rendered.
    if (!booth.control->inbox().wait(std::chrono::milliseconds(5))) booth.run(0);
    booth.step();
    if (booth.control->agenda().has_sent()) booth.run(1);
  }
  return reply->reason();
}

bool Venue::wait_for(int deck, const std::function<bool(const v1::Deck&)>& holds, std::chrono::milliseconds longest) {
  const auto until = std::chrono::steady_clock::now() + longest;
  while (!holds(booth.deck(deck))) {
    if (std::chrono::steady_clock::now() > until) return false;
    booth.control->inbox().wait(std::chrono::milliseconds(5));
    booth.clock.advance(std::chrono::milliseconds(300));  // control looks at the network a few times a second
    booth.step();
  }
  return true;
}

bool Venue::wait_until_whole(int deck) {
  return wait_for(deck, [](const v1::Deck& d) { return d.loaded() >= 1.0 && d.fetched() >= 1.0; });
}

std::string music_file(const char* format, double seconds, std::uint64_t seed) {
  MediaSignal signal;
  signal.frames = static_cast<Frames>(seconds * 44'100);
  signal.seed = seed;
  return encode(media_format(format), signal);
}

}  // namespace segue::test
