// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/servers/supysonic.h"

#include <csignal>
#include <filesystem>

namespace segue::test {
namespace {

constexpr int kAttempts = 3;  // somebody else may take the port in between

}  // namespace

Result<std::unique_ptr<Supysonic>> Supysonic::start(const std::vector<MusicFile>& music) {
  std::unique_ptr<Supysonic> server(new Supysonic);
  if (auto prepared = server->prepare(music); !prepared) return fail_at("supysonic", prepared.error());
  for (int attempt = 1;; ++attempt) {
    server->port_ = free_port();
    const auto launched = server->launch();
    if (launched) return server;
    if (attempt == kAttempts) return fail_at("supysonic", launched.error());
  }
}

Result<void> Supysonic::prepare(const std::vector<MusicFile>& music) {
  std::filesystem::create_directories(music_folder());
  for (const MusicFile& file : music)
    if (auto made = make_music(music_folder(), file); !made) return made;
  folder_.write("supysonic.conf", "[base]\ndatabase_uri = sqlite:///" + folder_.path("supysonic.db") +
                                      "\nscanner_extensions = mp3 flac ogg opus wav m4a\n[webapp]\ncache_dir = " +
                                      folder_.path("cache") + "\nlog_file = " + folder_.path("web.log") +
                                      "\nmount_webui = off\n[daemon]\nsocket = " + folder_.path("supysonic.sock") +
                                      "\nrun_watcher = no\n");
  const std::vector<std::vector<std::string>> commands{
      {"supysonic-cli", "user", "add", user_, "--password", password_},
      {"supysonic-cli", "user", "setroles", "--admin", user_},
      {"supysonic-cli", "folder", "add", "music", music_folder()},
      {"supysonic-cli", "folder", "scan", "--foreground", "music"},
  };
  for (const auto& command : commands)
    if (auto ran = run(command, folder_.path()); !ran) return ran;
  return {};
}

Result<void> Supysonic::launch() {
  server_ = std::make_unique<Child>(std::vector<std::string>{"supysonic-server", "--server", "waitress", "--host",
                                                             "127.0.0.1", "--port", std::to_string(port_)},
                                    folder_.path(), "server.log");
  if (wait_for_port(port_, *server_)) return {};
  return fail(Code::kUnavailable, "SERVER_MISSING", "does not listen: " + server_->log());
}

void Supysonic::stop() { server_->stop(); }
Result<void> Supysonic::start_again() { return launch(); }
void Supysonic::freeze() { server_->signal(SIGSTOP); }
void Supysonic::thaw() { server_->signal(SIGCONT); }

}  // namespace segue::test
