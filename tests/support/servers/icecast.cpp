// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/servers/icecast.h"

#include <chrono>
#include <filesystem>

#include <poll.h>
#include <unistd.h>

#include "tests/support/net/raw_client.h"

namespace segue::test {
namespace {

using namespace std::chrono_literals;

constexpr int kAttempts = 3;                                  // somebody else may take the port in between
constexpr const char* kSourceLogin = "c291cmNlOnNlY3JldA==";  // base64 of source:secret
constexpr auto kStreamPatience = 15s;

std::string config(int port, const std::string& folder) {
  // Icecast refuses to be root, and as somebody else it must be able to write its log.
  const bool is_root = ::geteuid() == 0;
  const std::string owner = is_root ? "<changeowner><user>nobody</user><group>nogroup</group></changeowner>" : "";
  return "<icecast><limits><clients>50</clients><sources>4</sources><queue-size>524288</queue-size>"
         "<burst-on-connect>1</burst-on-connect><burst-size>65535</burst-size></limits>"
         "<authentication><source-password>secret</source-password><relay-password>secret</relay-password>"
         "<admin-user>admin</admin-user><admin-password>secret</admin-password></authentication>"
         "<hostname>127.0.0.1</hostname><listen-socket><port>" +
         std::to_string(port) +
         "</port><bind-address>127.0.0.1</bind-address></listen-socket><fileserve>0</fileserve><paths><basedir>" +
         folder + "</basedir><logdir>" + folder + "/log</logdir><webroot>/usr/share/icecast2/web</webroot>" +
         "<adminroot>/usr/share/icecast2/admin</adminroot></paths>" +
         "<logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>3</loglevel></logging>" +
         "<security><chroot>0</chroot>" + owner + "</security></icecast>";
}

std::string percent_encoded(const std::string& text) {
  std::string result;
  for (const unsigned char c : text) {
    char escape[4];
    std::snprintf(escape, sizeof escape, "%%%02X", c);
    result += escape;
  }
  return result;
}

}  // namespace

Result<std::unique_ptr<Icecast>> Icecast::start(const std::string& file) {
  std::unique_ptr<Icecast> server(new Icecast);
  server->file_ = file;
  // The folder is ours alone; another user than us has to get in.
  std::filesystem::permissions(server->folder_.path(), std::filesystem::perms(0755));
  std::filesystem::create_directories(server->folder_.path("log"));
  std::filesystem::permissions(server->folder_.path("log"), std::filesystem::perms(0777));
  for (int attempt = 1;; ++attempt) {
    server->port_ = free_port();
    auto started = server->start_again();
    if (started) return server;
    if (attempt == kAttempts) return fail_at("icecast", started.error());
  }
}

Result<void> Icecast::start_again() {
  if (auto launched = launch(); !launched) return launched;
  return feed();
}

Result<void> Icecast::launch() {
  folder_.write("icecast.xml", config(port_, folder_.path()));
  server_ = std::make_unique<Child>(std::vector<std::string>{"icecast2", "-c", folder_.path("icecast.xml")},
                                    folder_.path(), "icecast.log");
  if (wait_for_port(port_, *server_)) return {};
  return fail(Code::kUnavailable, "SERVER_MISSING", "does not listen: " + server_->log());
}

Result<void> Icecast::feed() {
  const std::string target = "icecast://source:secret@127.0.0.1:" + std::to_string(port_) + "/live.mp3";
  source_ = std::make_unique<Child>(std::vector<std::string>{"ffmpeg",
                                                             "-nostdin",
                                                             "-v",
                                                             "error",
                                                             "-re",
                                                             "-stream_loop",
                                                             "-1",
                                                             "-i",
                                                             file_,
                                                             "-c",
                                                             "copy",
                                                             "-map_metadata",
                                                             "-1",
                                                             "-write_xing",
                                                             "0",
                                                             "-id3v2_version",
                                                             "0",
                                                             "-f",
                                                             "mp3",
                                                             "-content_type",
                                                             "audio/mpeg",
                                                             "-ice_name",
                                                             "Segue Test Radio",
                                                             target},
                                    folder_.path(), "source.log");
  const auto until = std::chrono::steady_clock::now() + kStreamPatience;
  while (std::chrono::steady_clock::now() < until && source_->is_running()) {
    RawClient listener(port_);
    listener.ask("/live.mp3");
    // Until the source is there it is 404.
    if (listener.read(1s, 1).status == 200) return {};
  }
  return fail(Code::kUnavailable, "STREAM_MISSING", "no stream: " + source_->log() + server_->log());
}

Result<void> Icecast::set_title(const std::string& title) {
  RawClient client(port_);
  const RawAnswer answer =
      client.get("/admin/metadata?mount=/live.mp3&mode=updinfo&charset=UTF-8&song=" + percent_encoded(title),
                 std::string("Authorization: Basic ") + kSourceLogin + "\r\n");
  if (answer.status == 200) return {};
  return fail(Code::kUnavailable, "TITLE_REFUSED", "status " + std::to_string(answer.status) + ": " + answer.body);
}

void Icecast::stop() {
  source_->stop();
  server_->stop();
}

}  // namespace segue::test
