// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/output/drivers/jack_server.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/engine/output/eventually.h"

namespace segue::test {
namespace {

constexpr const char* kName = "segue-test";
// Set while a server runs, for child processes.
constexpr const char* kRuns = "SEGUE_TEST_JACK_RUNS";

}  // namespace

void set_environment(const char* name, const char* value) {
  (void)::setenv(name, value, 1);  // NOLINT(concurrency-mt-unsafe): tests do it before there are other threads
}

JackServer::JackServer() {
  set_environment("JACK_DEFAULT_SERVER", kName);
  // A death test's child goes through the test again.
  if (std::getenv(kRuns) != nullptr) return;  // NOLINT(concurrency-mt-unsafe): as above
  const auto lock_path = std::filesystem::temp_directory_path() / "segue-test-jack.lock";
  lock_ = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  (void)::flock(lock_, LOCK_EX);
  set_environment(kRuns, "1");
  start();
}

JackServer::~JackServer() {
  if (lock_ < 0) return;
  signal(SIGCONT);
  end(SIGTERM);
  if (was_killed_) {
    start();
    (void)eventually([this] { return accepts_clients(); }, std::chrono::seconds(5));
    end(SIGTERM);
  }
  (void)::unsetenv(kRuns);  // NOLINT(concurrency-mt-unsafe): as above
  (void)::close(lock_);
}

void JackServer::start() {
  std::array<std::string, 10> words{"jackd", "-n", kName, "-r", "-d", "dummy", "-r", "48000", "-p", "256"};
  std::array<char*, 11> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const pid_t process = ::fork();
  if (process == 0) {
    // A test that crashes or is killed must not leave its server behind: it would keep the name.
    (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) (void)::dup2(nowhere, stream);
    (void)::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  (void)::close(nowhere);
  process_ = process > 0 ? process : 0;
}

void JackServer::signal(int number) const {
  if (process_ > 0) (void)::kill(process_, number);
}

void JackServer::end(int number) {
  if (process_ <= 0) return;
  (void)::kill(process_, number);
  (void)::waitpid(process_, nullptr, 0);
  process_ = 0;
  was_killed_ = number == SIGKILL;
}

bool JackServer::accepts_clients() const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = std::string("/dev/shm/jack_") + kName + "_" + std::to_string(::getuid()) + "_0";
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool is_connected = ::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  (void)::close(client);
  return is_connected;
}

}  // namespace segue::test
