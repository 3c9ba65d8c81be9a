// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/run.h"

#include <chrono>
#include <csignal>
#include <optional>

#include <sys/resource.h>
#include <sys/stat.h>

#include "daemon/exit_code.h"
#include "daemon/listener.h"
#include "daemon/server.h"
#include "daemon/sockets.h"
#include "daemon/startup_pages.h"
#include "daemon/stop_request.h"
#include "daemon/systemd.h"
#include "daemon/watchdog.h"
#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/engine.h"

namespace segue::daemon {
namespace {

// Calls under way get this long before they are cut off; the rest of the second is the engine's.
constexpr std::chrono::milliseconds kStopGrace{200};
constexpr rlim_t kDescriptorsWanted = 8'192;  // as the systemd unit allows

int give_up(const Error& error) {
  log::error("start_failed", {{"reason", error.reason}, {"message", error.message}});
  return exit_code(error.code);
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kDescriptorsWanted) return;
  limit.rlim_cur = std::min(limit.rlim_max, kDescriptorsWanted);
  setrlimit(RLIMIT_NOFILE, &limit);
}

struct Sockets {
  UnixSocket unix_socket;
  std::optional<LoopbackSocket> loopback;
};

Result<Sockets> open_sockets(const Settings::Daemon& settings) {
  auto unix_socket = UnixSocket::listen_at(settings.socket);
  if (!unix_socket) return tl::unexpected(unix_socket.error());
  Sockets sockets{*std::move(unix_socket), std::nullopt};
  if (settings.grpc == "off") return sockets;
  const auto endpoint = parse_loopback(settings.grpc);
  if (!endpoint) return tl::unexpected(endpoint.error());
  auto loopback = listen_loopback(*endpoint);
  if (!loopback) return tl::unexpected(loopback.error());
  sockets.loopback = *std::move(loopback);
  return sockets;
}

void announce(const Settings& settings, const std::string& grpc, const Engine& engine) {
  const auto state = engine.state();
  const auto& output = state.engine().output();
  log::info("ready",
            {{"socket", settings.daemon.socket}, {"grpc", grpc}, {"output", output}, {"epoch", engine.epoch()}});
  if (!state.engine().output_note().empty()) log::warning("output", {{"note", state.engine().output_note()}});
  if (settings.daemon.http != "off") log::warning("http_not_served", {{"http", settings.daemon.http}});
  notify_service_manager("READY=1\nSTATUS=serving " + settings.daemon.socket + " and " + grpc + ", output " + output);
}

void wait_for_end(StopRequest& stop, const Engine& engine) {
  auto period = watchdog_period();
  while (!stop.wait(period)) period = feed_watchdog(engine);
}

}  // namespace

int run(const Settings& settings) {
  std::signal(SIGPIPE, SIG_IGN);
  ::umask(0077);  // what is written here is nobody else's: a journal and a library may hold addresses with passwords
  StopRequest stop;
  log::set_level(settings.daemon.log_level);
  raise_descriptor_limit();
  release_startup_pages();

  // Sockets first: a second daemon must find out before it touches the sound device or the journal.
  auto sockets = open_sockets(settings.daemon);
  if (!sockets) return give_up(sockets.error());
  const std::string grpc = sockets->loopback ? sockets->loopback->endpoint.text() : "off";
  const SystemClock clock;
  auto engine = Engine::create(settings.engine, clock, SEGUE_VERSION);
  if (!engine) return give_up(engine.error());
  Peers peers;
  auto server = Server::start(
      {.engine = **engine, .peers = peers, .version = SEGUE_VERSION, .shut_down = [&stop] { stop.request(); }});
  if (!server) return give_up(server.error());
  auto listener = Listener::start({.unix_socket = std::move(sockets->unix_socket),
                                   .loopback = std::move(sockets->loopback),
                                   .peers = peers,
                                   .adopt = [&server](int fd) { (*server)->adopt(fd); }});
  if (!listener) return give_up(listener.error());
  announce(settings, grpc, **engine);

  wait_for_end(stop, **engine);
  notify_service_manager("STOPPING=1");
  const auto began = std::chrono::steady_clock::now();
  StopRequest::let_signals_kill();
  listener->reset();
  (*server)->stop(kStopGrace);
  engine->reset();
  const auto took = std::chrono::steady_clock::now() - began;
  log::info("stopped", {{"took_ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()}});
  return kExitDone;
}

}  // namespace segue::daemon
