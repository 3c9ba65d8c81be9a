// SPDX-License-Identifier: GPL-3.0-or-later
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clients/cli/command_line.h"
#include "clients/cli/grammar.h"
#include "clients/cli/runners.h"
#include "clients/cli/session.h"
#include "clients/cli/terminal.h"
#include "clients/cli/text.h"

namespace segue::cli {
namespace {

constexpr int kExitInterrupted = 130;  // 128 + SIGINT, as shells report it

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): main thread, before any other
  return value == nullptr ? std::string() : std::string(value);
}

Environment read_environment() {
  constexpr int kColumnsDefault = 80;
  Environment environment;
  environment.server = variable("SEGUE_SERVER");
  environment.runtime_dir = variable("XDG_RUNTIME_DIR");
  environment.user_id = ::getuid();
  std::error_code error;
  environment.working_dir = std::filesystem::current_path(error).string();
  environment.stdout_is_terminal = ::isatty(STDOUT_FILENO) == 1;
  environment.stderr_is_terminal = ::isatty(STDERR_FILENO) == 1;
  environment.has_color = environment.stdout_is_terminal && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
  winsize size{};
  const bool has_size = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  environment.terminal_columns = has_size ? size.ws_col : kColumnsDefault;
  return environment;
}

Result<int> run(Invocation& invocation, const Environment& environment) {
  if (invocation.wants_version) {
    const auto printed = print("segue " SEGUE_VERSION "\n");
    if (!printed) return tl::unexpected(printed.error());
    return 0;
  }
  if (!invocation.words.empty() && invocation.words[0] == "--") invocation.words.erase(invocation.words.begin());
  if (invocation.words.empty()) {
    invocation.words = {invocation.wants_help ? "help" : "status"};
  } else if (invocation.wants_help) {
    invocation.words = {"help", invocation.words[0]};
  }
  const std::string& name = invocation.words[0];
  const Row* row = find_row(name);
  if (row == nullptr) {
    const std::string_view nearest = nearest_name(name);
    const std::string hint = nearest.empty() ? std::string() : "; did you mean '" + std::string(nearest) + "'?";
    const std::string kind = name.starts_with('-') ? "option" : "command";
    return usage_failure("there is no " + kind + " '" + one_line(name) + "'" + hint + "; see segue --help");
  }
  auto arguments = read_arguments(*row, invocation);
  if (!arguments) return tl::unexpected(arguments.error());
  const Call call{invocation, environment, std::move(*arguments)};
  Session session(invocation, environment);
  if (const auto* make = std::get_if<Maker>(&row->verb)) return run_maker(*row, *make, call, session);
  return std::get<Runner>(row->verb)(call, session);
}

int finish(const Result<int>& done, Format format) {
  if (done) return *done;
  if (done.error().reason == kReasonReaderGone) return 0;
  print_message(failure_line(done.error(), format));
  return exit_code(done.error());
}

void silence_libraries() {
  // A reader who leaves shows as a failed write, here and in gRPC, and not as a signal.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, [](int) { ::_exit(kExitInterrupted); });
  google::protobuf::SetLogHandler(nullptr);
  // What goes wrong comes back as a status; GRPC_VERBOSITY brings gRPC's own words back.
  if (variable("GRPC_VERBOSITY").empty()) gpr_set_log_function([](gpr_log_func_args*) {});
}

}  // namespace
}  // namespace segue::cli

int main(int argc, char** argv) {
  using namespace segue::cli;
  silence_libraries();
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  auto invocation = read_command_line(arguments);
  if (!invocation) return finish(tl::unexpected(invocation.error()), format_hint(arguments));
  const Format format = invocation->format;
  return finish(run(*invocation, read_environment()), format);
}
