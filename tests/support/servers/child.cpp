// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/servers/child.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/net/raw_client.h"

namespace segue::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kStopPatience = 2s;
constexpr auto kCommandPatience = 60s;
constexpr std::size_t kLogTailBytes = 2'000;
constexpr int kPortFirst = 10'000;
constexpr int kPortLast = 20'000;

// In the child: no allocation, no locks. Returns only if it failed.
void become(char* const* arguments, char* const* environment, const char* folder, int log) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::chdir(folder) != 0) return;
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execvpe(arguments[0], arguments, environment);
}

std::vector<std::string> environment_with(const std::string& home) {
  std::vector<std::string> result{"HOME=" + home, "LC_ALL=C.UTF-8", "XDG_CONFIG_HOME=" + home + "/.config"};
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  result.push_back(std::string("PATH=") + (path ? path : "/usr/bin:/bin"));
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

ScratchFolder::ScratchFolder() {
  path_ = (std::filesystem::temp_directory_path() / "segue_server_XXXXXX").string();
  if (!::mkdtemp(path_.data())) {
    std::perror("scratch folder");
    std::abort();
  }
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void ScratchFolder::write(const std::string& name, const std::string& text) const {
  std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
  std::ofstream(path(name), std::ios::binary) << text;
}

Child::Child(std::vector<std::string> command, const std::string& folder, const std::string& log_name)
    : log_path_(folder + "/" + log_name) {
  std::vector<std::string> environment = environment_with(folder);
  const std::vector<char*> arguments = pointers(command);
  const std::vector<char*> variables = pointers(environment);
  const int log = ::open(log_path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  pid_ = ::fork();
  if (pid_ == 0) {
    become(arguments.data(), variables.data(), folder.c_str(), log);
    ::_exit(127);
  }
  ::close(log);
}

Child::~Child() { stop(); }

bool Child::is_running() {
  if (pid_ <= 0) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return true;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  pid_ = -1;
  return false;
}

int Child::wait(std::chrono::milliseconds patience) {
  if (pid_ <= 0) return status_;
  // A pidfd becomes readable when the process ends.
  const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  pollfd fd{descriptor, POLLIN, 0};
  const auto until = Clock::now() + patience;
  int outcome = -1;
  do {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    outcome = ::poll(&fd, 1, static_cast<int>(std::max(0ms, left).count()));
  } while (outcome < 0 && errno == EINTR);
  ::close(descriptor);
  if (!is_running()) return status_;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
  return -1;
}

void Child::signal(int number) {
  if (pid_ > 0) ::kill(pid_, number);
}

void Child::stop() {
  if (pid_ <= 0) return;
  signal(SIGTERM);
  wait(kStopPatience);
}

std::string Child::log() const {
  std::ifstream file(log_path_, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return text.size() > kLogTailBytes ? "… " + text.substr(text.size() - kLogTailBytes) : text;
}

Result<void> run(std::vector<std::string> command, const std::string& folder) {
  std::string line;
  for (const std::string& word : command) line += (line.empty() ? "" : " ") + word;
  Child child(std::move(command), folder, "command.log");
  const int status = child.wait(kCommandPatience);
  if (status == 0) return {};
  return fail(Code::kInternal, "COMMAND_FAILED", line + ": status " + std::to_string(status) + ": " + child.log());
}

int free_port() {
  std::random_device seed;
  std::uniform_int_distribution<int> ports(kPortFirst, kPortLast);
  for (;;) {
    const int port = ports(seed);
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool is_free = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    if (is_free) return port;
  }
}

bool wait_for_port(int port, Child& child, std::chrono::milliseconds patience) {
  constexpr auto kLookEvery = 20ms;
  const auto until = Clock::now() + patience;
  while (Clock::now() < until && child.is_running()) {
    if (RawClient(port).is_connected()) return true;
    // Another process starts to listen: there is nothing to wait on but the time.
    ::poll(nullptr, 0, static_cast<int>(kLookEvery.count()));
  }
  return false;
}

}  // namespace segue::test
