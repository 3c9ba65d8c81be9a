// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/catalog/providers/opensubsonic.h"
#include "engine/net/http.h"
#include "tests/engine/catalog/providers/no_library.h"
#include "tests/support/subsonic/subsonic_server.h"

namespace segue::catalog {

inline test::SubsonicSong subsonic_song(const std::string& id, const std::string& title) {
  test::SubsonicSong song;
  song.id = id;
  song.title = title;
  song.artist = "Artist";
  song.album = "Album";
  song.genre = "House";
  song.duration_s = 200;
  song.bitrate_kbps = 320;
  song.bytes = "bytes of " + id;
  return song;
}

// A stub of a server and the provider that is configured for it.
class Subsonic : public testing::Test {
 protected:
  using Options = test::SubsonicServer::Options;

  void start(const Options& options = {}) {
    provider_.reset();
    server_ = std::make_unique<test::SubsonicServer>(options);
    configure(config());
  }
  model::ProviderConfig config() const {
    model::ProviderConfig config;
    config.name = "home";
    config.type = "opensubsonic";
    config.url = server_->url();
    config.user = "dj";
    config.password = "sesame";
    return config;
  }
  void configure(const model::ProviderConfig& config) {
    auto made = make_opensubsonic(config, {*http_, library_});
    ASSERT_TRUE(made) << made.error().message;
    provider_ = std::move(*made);
  }
  void add_songs(int count) {
    for (int i = 0; i < count; ++i) server_->add(subsonic_song(std::to_string(i), "Song " + std::to_string(i)));
  }
  std::size_t calls(const std::string& method) const { return server_->calls(method).size(); }
  // Other than that an address to download holds a secret, as it has to.
  std::vector<std::string> complaints() const {
    std::vector<std::string> all = server_->complaints();
    std::erase_if(all, [](const std::string& text) {
      return text.starts_with("download: a secret") || text.starts_with("stream: a secret");
    });
    return all;
  }

  std::unique_ptr<test::SubsonicServer> server_;
  test::NoLibrary library_;
  std::unique_ptr<net::HttpClient> http_ = net::HttpClient::create({});
  std::unique_ptr<Provider> provider_;
};

}  // namespace segue::catalog
