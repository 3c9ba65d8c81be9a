// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/completion.h"
#include "clients/cli/json.h"
#include "clients/cli/runners.h"
#include "clients/cli/status_text.h"
#include "clients/cli/terminal.h"
#include "clients/cli/text.h"

namespace segue::cli {
namespace {

Result<int> answer(const std::string& text, int exit = 0) {
  const auto printed = print(text);
  if (!printed) return tl::unexpected(printed.error());
  return exit;
}

}  // namespace

Result<int> run_version(const Call& call, Session& session) {
  const bool is_text = call.invocation.format == Format::kText;
  if (is_text) {
    const auto printed = print("segue " SEGUE_VERSION "\n");
    if (!printed) return tl::unexpected(printed.error());
  }
  const auto version = session.version();
  if (!version) return tl::unexpected(version.error());
  if (!is_text) return answer(to_json(*version, call.invocation.format));
  std::string line = "segued " + one_line(version->version());
  for (const auto& api : version->api_versions()) line += " " + one_line(api);
  return answer(line + " pid " + std::to_string(version->pid()) + " epoch " + one_line(version->epoch()) + "\n");
}

// For monitors: 0 as long as audio flows, 1 when it does not.
Result<int> run_health(const Call& call, Session& session) {
  const auto health = session.health();
  if (!health) return tl::unexpected(health.error());
  const auto status = health->status();
  const bool flows = status == v1::GetHealthResponse::SERVING || status == v1::GetHealthResponse::DEGRADED;
  const int exit = flows ? 0 : 1;
  if (call.invocation.format != Format::kText) return answer(to_json(*health, call.invocation.format), exit);
  std::string text = status == v1::GetHealthResponse::SERVING ? "serving" : flows ? "degraded" : "not serving";
  text += ", up " + clock_text(health->uptime_s()) + "\n";
  for (const auto& finding : health->findings()) text += "  " + one_line(finding) + "\n";
  return answer(text, exit);
}

Result<int> run_shutdown(const Call& call, Session& session) {
  const auto response = session.shutdown();
  if (!response) return tl::unexpected(response.error());
  return answer(call.invocation.format == Format::kText ? std::string() : to_json(*response, call.invocation.format));
}

Result<int> run_help(const Call& call, Session& /*session*/) {
  if (call.arguments.empty()) return answer(help_of_all());
  const Row* row = find_row(call.arguments[0]);
  if (row == nullptr) return usage_failure("help: there is no command '" + one_line(call.arguments[0]) + "'");
  return answer(help_of(*row));
}

Result<int> run_completion(const Call& call, Session& /*session*/) {
  if (call.arguments[0] == "bash") return answer(bash_completion());
  if (call.arguments[0] == "zsh") return answer(zsh_completion());
  return bad_value("completion: there is bash and zsh, not '" + one_line(call.arguments[0]) + "'");
}

}  // namespace segue::cli
