// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/clients/program.h"

#include <array>
#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace segue::test {
namespace {

struct Pipe {
  int reader = -1;
  int writer = -1;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
  return {ends[0], ends[1]};
}

Pipe make_terminal() {
  Pipe terminal;
  const winsize size{40, 100, 0, 0};
  if (::openpty(&terminal.reader, &terminal.writer, nullptr, nullptr, &size) != 0) std::abort();
  ::fcntl(terminal.reader, F_SETFD, FD_CLOEXEC);
  ::fcntl(terminal.writer, F_SETFD, FD_CLOEXEC);
  return terminal;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (auto& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

// Reads both until both end, so that neither fills up. A terminal's other side being closed reads as an error.
void read_both(int output, int errors, std::string& out, std::string& err) {
  std::array<pollfd, 2> files{pollfd{output, POLLIN, 0}, pollfd{errors, POLLIN, 0}};
  const std::array<std::string*, 2> texts{&out, &err};
  while (files[0].fd >= 0 || files[1].fd >= 0) {
    ::poll(files.data(), files.size(), -1);
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (files[i].fd < 0 || files[i].revents == 0) continue;
      std::array<char, 4096> buffer{};
      const ssize_t count = ::read(files[i].fd, buffer.data(), buffer.size());
      if (count > 0) {
        texts[i]->append(buffer.data(), static_cast<std::size_t>(count));
      } else {
        files[i].fd = -1;
      }
    }
  }
}

}  // namespace

RunningSegue::RunningSegue(const Start& start) {
  const Pipe in = make_pipe();
  const Pipe out = start.has_terminal ? make_terminal() : make_pipe();
  const Pipe err = make_pipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.reader, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.writer, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.writer, STDERR_FILENO);
  if (!start.out_file.empty()) {
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, start.out_file.c_str(), O_WRONLY | O_CREAT, 0600);
  }
  std::vector<std::string> arguments{SEGUE_BINARY};
  arguments.insert(arguments.end(), start.arguments.begin(), start.arguments.end());
  std::vector<std::string> environment;
  for (const auto& [name, value] : start.environment) environment.push_back(name + "=" + value);
  if (::posix_spawn(&process_, SEGUE_BINARY, &actions, nullptr, pointers(arguments).data(),
                    pointers(environment).data()) != 0) {
    std::abort();
  }
  posix_spawn_file_actions_destroy(&actions);
  ::close(in.reader);
  ::close(out.writer);
  ::close(err.writer);
  input_ = in.writer;
  output_ = out.reader;
  errors_ = err.reader;
  // Small enough for the pipe to hold, so this cannot block.
  if (::write(input_, start.input.data(), start.input.size()) < 0) std::abort();
  ::close(input_);
}

RunningSegue::~RunningSegue() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  if (output_ >= 0) ::close(output_);
  ::close(errors_);
}

std::string RunningSegue::read_line() {
  for (;;) {
    const std::size_t end = unread_.find('\n');
    if (end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    std::array<char, 4096> buffer{};
    const ssize_t count = ::read(output_, buffer.data(), buffer.size());
    if (count <= 0) return {};
    unread_.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

void RunningSegue::close_output() {
  ::close(output_);
  output_ = -1;
}

void RunningSegue::interrupt() { ::kill(process_, SIGINT); }

Outcome RunningSegue::finish() {
  Outcome outcome;
  outcome.out = unread_;
  read_both(output_, errors_, outcome.out, outcome.err);
  int status = 0;
  ::waitpid(process_, &status, 0);
  process_ = -1;
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

Outcome run_segue(const Start& start) { return RunningSegue(start).finish(); }

}  // namespace segue::test
