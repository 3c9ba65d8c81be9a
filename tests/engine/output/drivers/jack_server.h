// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace segue::test {

// A JACK server of our own with the dummy device, which PortAudio opens like a sound card: 48 kHz, blocks of 256
// frames. Private by its name; ended by its process id.
class JackServer {
 public:
  JackServer() {
    const std::string name = "segue-test-" + std::to_string(::getpid());
    ::setenv("JACK_DEFAULT_SERVER", name.c_str(), 1);
    std::array<std::string, 11> words{"jackd", "-n", name, "-r", "-d", "dummy", "-r", "48000", "-p", "256", ""};
    std::array<char*, 11> arguments{};
    for (std::size_t i = 0; i + 1 < words.size(); ++i) arguments[i] = words[i].data();
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
      ::posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0);
    }
    if (::posix_spawnp(&process_, "jackd", &actions, nullptr, arguments.data(), environ) != 0) process_ = 0;
    ::posix_spawn_file_actions_destroy(&actions);
  }
  ~JackServer() {
    signal(SIGCONT);
    end(SIGTERM);
  }
  JackServer(const JackServer&) = delete;
  JackServer& operator=(const JackServer&) = delete;

  bool has_started() const { return process_ > 0; }
  void signal(int number) const {
    if (process_ > 0) ::kill(process_, number);
  }
  // Returns once the server is no more.
  void end(int number) {
    if (process_ <= 0) return;
    ::kill(process_, number);
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
  }

 private:
  pid_t process_ = 0;
};

}  // namespace segue::test
