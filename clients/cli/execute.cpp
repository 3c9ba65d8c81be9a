// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>

#include "clients/cli/json.h"
#include "clients/cli/load_progress.h"
#include "clients/cli/runners.h"
#include "clients/cli/state_view.h"
#include "clients/cli/terminal.h"
#include "clients/cli/text.h"
#include "clients/cli/when.h"

namespace segue::cli {
namespace {

constexpr int kAttemptsMax = 1000;  // of a step: a second or more of other clients moving the same control
constexpr std::size_t kBatchBytesMax = 1U << 20;  // the daemon takes no larger request

struct Order {
  v1::ExecuteRequest request;
  Patience patience = Patience::kShort;
};

// The request without its commands: when, and how long to wait.
Result<Order> order_for(const Invocation& invocation, Until until) {
  auto when = parse_when(invocation.at);
  if (!when) return tl::unexpected(when.error());
  const bool is_scheduled = !when->has_now();
  const bool waits = !invocation.is_unwaited && (!is_scheduled || until == Until::kCommittedAlways);
  Order order;
  *order.request.mutable_when() = std::move(*when);
  order.request.set_request_id(invocation.request_id);
  order.request.set_wait(waits ? v1::ExecuteRequest::COMMITTED : v1::ExecuteRequest::ACCEPTED);
  if (waits) order.patience = is_scheduled ? Patience::kUnbounded : Patience::kCommit;
  return order;
}

std::string id_and_frame(const v1::CommandResult& result) {
  return "command " + std::to_string(result.command_id()) + " at frame " + std::to_string(result.frame()) + "\n";
}

// A scheduled command is told with its id, which `cancel` takes; one that is done needs no word.
Result<int> report(const Invocation& invocation, const v1::ExecuteResponse& response) {
  if (invocation.format != Format::kText) {
    const auto printed = print(to_json(response, invocation.format));
    if (!printed) return tl::unexpected(printed.error());
    return 0;
  }
  if (invocation.is_quiet) return 0;
  std::string lines;
  std::string remarks;
  for (const auto& result : response.results()) {
    if (!result.committed()) lines += id_and_frame(result);
    if (result.late_frames() > 0) {
      remarks += "segue: command " + std::to_string(result.command_id()) + " came " +
                 std::to_string(result.late_frames()) + " frames late\n";
    }
  }
  if (response.repeated_request()) remarks += "segue: this request_id was known; nothing was done again\n";
  print_message(remarks);
  const auto printed = print(lines);
  if (!printed) return tl::unexpected(printed.error());
  return 0;
}

Result<int> run_commands(const Call& call, Session& session, const std::vector<v1::Command>& commands) {
  auto order = order_for(call.invocation, Until::kCommitted);
  if (!order) return tl::unexpected(order.error());
  order->request.mutable_commands()->Add(commands.begin(), commands.end());
  const auto response = session.execute(order->request, order->patience);
  if (!response) return tl::unexpected(response.error());
  return report(call.invocation, *response);
}

Result<std::string> read_all(std::istream& input, const std::string& name) {
  std::string text(kBatchBytesMax + 1, '\0');
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (input.bad()) return bad_value(name + ": cannot be read");
  text.resize(static_cast<std::size_t>(input.gcount()));
  if (text.size() > kBatchBytesMax) return bad_value(name + ": is larger than 1 MiB, the most one batch may be");
  return text;
}

// The daemon names a bad field by its place in the batch. Whoever typed one command knows of no batch.
Failure without_batch(Failure failure, Format format) {
  constexpr std::string_view kFirst = "commands[0]";
  if (format != Format::kText || !failure.message.starts_with(kFirst)) return failure;
  const std::size_t start = failure.message.find_first_not_of(".: ", kFirst.size());
  if (start != std::string::npos) failure.message.erase(0, start);
  return failure;
}

// A load may wait for a network, which is shown.
Result<v1::ExecuteResponse> execute(const Order& order, const Call& call, Session& session) {
  std::optional<LoadProgress> progress;
  const v1::Command& command = order.request.commands(0);
  if (command.has_load() && order.request.wait() == v1::ExecuteRequest::COMMITTED)
    progress.emplace(call, command.load().deck());
  return session.execute(order.request, order.patience);
}

}  // namespace

Result<int> run_maker(const Row& row, Maker make, const Call& call, Session& session) {
  for (int attempt = 1;; ++attempt) {
    StateView view([&session] { return session.state(); });
    auto order = order_for(call.invocation, row.until);
    if (!order) return tl::unexpected(order.error());
    auto command = make(call, view);
    if (!command) return tl::unexpected(command.error());
    *order->request.add_commands() = std::move(*command);
    if (const auto revision = view.revision_seen()) {
      if (!order->request.when().has_now()) {
        return usage_failure(std::string(row.name) +
                             ": a step counts from where things stand now, so it takes no --at");
      }
      order->request.set_expected_revision(*revision);
    }
    const auto response = execute(*order, call, session);
    if (response) return report(call.invocation, *response);
    const bool was_overtaken = view.revision_seen() && response.error().reason == "REVISION_MISMATCH";
    if (!was_overtaken || attempt == kAttemptsMax) {
      return tl::unexpected(without_batch(response.error(), call.invocation.format));
    }
  }
}

Result<int> run_do(const Call& call, Session& session) {
  std::vector<v1::Command> commands(call.arguments.size());
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const auto read = from_json(call.arguments[i], "command " + std::to_string(i + 1), commands[i]);
    if (!read) return tl::unexpected(read.error());
  }
  return run_commands(call, session, commands);
}

Result<std::vector<v1::Command>> read_batch(const std::string& text, const std::string& name) {
  std::vector<v1::Command> commands;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::size_t start = line.find_first_not_of(" \t\r");
    if (start == std::string::npos || line[start] == '#') continue;
    const auto read = from_json(line, name + " line " + std::to_string(number), commands.emplace_back());
    if (!read) return tl::unexpected(read.error());
  }
  if (commands.empty()) return bad_value(name + ": holds no command; write one JSON object a line");
  return commands;
}

Result<int> run_batch(const Call& call, Session& session) {
  const bool is_stdin = call.arguments[0] == "-";
  const std::string name = is_stdin ? "standard input" : one_line(call.arguments[0]);
  std::ifstream file;
  if (!is_stdin) file.open(call.arguments[0]);
  if (!is_stdin && !file) {
    return tl::unexpected(
        Failure{"NOT_FOUND", "FILE_MISSING", name + ": there is no such file, or it cannot be opened"});
  }
  const auto text = read_all(is_stdin ? std::cin : file, name);
  if (!text) return tl::unexpected(text.error());
  const auto commands = read_batch(*text, name);
  if (!commands) return tl::unexpected(commands.error());
  return run_commands(call, session, *commands);
}

}  // namespace segue::cli
