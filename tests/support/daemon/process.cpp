// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/daemon/process.h"

#include <csignal>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace segue::testing {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  daemon::Descriptor read;
  daemon::Descriptor write;
};

Pipe make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
  return {daemon::Descriptor(ends[0]), daemon::Descriptor(ends[1])};
}

bool wait_readable(int fd, Clock::time_point until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  pollfd readable{.fd = fd, .events = POLLIN, .revents = 0};
  return left > 0 && poll(&readable, 1, static_cast<int>(left)) == 1;
}

std::string read_all(int fd) {
  std::string all;
  char bytes[4096];
  for (ssize_t got = 0; (got = read(fd, bytes, sizeof bytes)) > 0;) all.append(bytes, static_cast<std::size_t>(got));
  return all;
}

}  // namespace

Process::Process(std::vector<std::string> command, const std::vector<std::string>& environment) {
  Pipe output = make_pipe();
  Pipe errors = make_pipe();
  std::vector<char*> words;
  for (auto& word : command) words.push_back(word.data());
  words.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    dup2(output.write.get(), STDOUT_FILENO);
    dup2(errors.write.get(), STDERR_FILENO);
    for (const auto& variable : environment) putenv(strdup(variable.c_str()));
    execv(words[0], words.data());
    _exit(127);
  }
  output_ = std::move(output.read);
  errors_ = std::move(errors.read);
}

Process::~Process() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void Process::signal(int number) const { kill(pid_, number); }

std::optional<int> Process::wait(std::chrono::milliseconds patience) {
  const daemon::Descriptor ended(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  if (!wait_readable(ended.get(), Clock::now() + patience)) return std::nullopt;
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool Process::wait_for_error_line(const std::string& text, std::chrono::milliseconds patience) {
  const auto until = Clock::now() + patience;
  for (;;) {
    const auto at = errors_seen_.find(text);
    if (at != std::string::npos && errors_seen_.find('\n', at) != std::string::npos) return true;
    if (!wait_readable(errors_.get(), until)) return false;
    char bytes[4096];
    const ssize_t got = read(errors_.get(), bytes, sizeof bytes);
    if (got <= 0) return false;
    errors_seen_.append(bytes, static_cast<std::size_t>(got));
  }
}

std::string Process::output() { return read_all(output_.get()); }

std::string Process::errors() { return errors_seen_ += read_all(errors_.get()); }

}  // namespace segue::testing
