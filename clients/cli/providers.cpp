// SPDX-License-Identifier: GPL-3.0-or-later
// providers, network.
#include <cstdio>

#include "clients/cli/json.h"
#include "clients/cli/progress.h"
#include "clients/cli/runners.h"
#include "clients/cli/terminal.h"
#include "clients/cli/text.h"

namespace segue::cli {
namespace {

using Providers = v1::ProviderService::StubInterface;

Result<int> answer(const std::string& text) {
  const auto printed = print(text);
  if (!printed) return tl::unexpected(printed.error());
  return 0;
}

std::string provider_text(const v1::Provider& provider, bool has_color) {
  std::string health = "not asked yet";
  Colour colour = Colour::kDim;
  if (provider.health() == v1::Provider::UP) health = "up", colour = Colour::kGreen;
  if (provider.health() == v1::Provider::DOWN) health = "down", colour = Colour::kRed;
  if (provider.health() == v1::Provider::REFUSED) health = "refuses us", colour = Colour::kYellow;
  constexpr std::size_t kNameColumns = 16;
  constexpr std::size_t kTypeColumns = 14;
  constexpr std::size_t kHealthColumns = 14;
  std::string line = padded(one_line(provider.name()), kNameColumns) + padded(one_line(provider.type()), kTypeColumns) +
                     painted(padded(health, kHealthColumns), colour, has_color);
  if (provider.has_tracks()) line += std::to_string(provider.tracks()) + " tracks  ";
  if (provider.latency_ms() > 0) {
    char latency[32];
    std::snprintf(latency, sizeof(latency), "%.0f ms  ", provider.latency_ms());
    line += latency;
  }
  if (provider.cached_bytes() > 0) line += bytes_text(provider.cached_bytes()) + " cached  ";
  line += one_line(provider.title());
  line.erase(line.find_last_not_of(' ') + 1);
  line += "\n";
  if (provider.has_error()) line += "    " + one_line(provider.error().message()) + "\n";
  if (provider.has_scan() && !provider.scan().ended()) {
    const v1::Progress& scan = provider.scan();
    line += "    " + progress_line("scanning", scan.done(), scan.total(), scan.unit()) + "\n";
  }
  return line;
}

}  // namespace

Result<int> run_providers(const Call& call, Session& session) {
  const bool is_text = call.invocation.format == Format::kText;
  if (!call.arguments.empty()) {
    v1::RefreshProviderRequest request;
    request.set_name(call.arguments[0]);
    const auto response = session.ask(&Providers::RefreshProvider, request);
    if (!response) return tl::unexpected(response.error());
    return answer(is_text ? provider_text(response->provider(), call.environment.has_color)
                          : to_json(*response, call.invocation.format));
  }
  const auto response = session.ask(&Providers::ListProviders, v1::ListProvidersRequest{});
  if (!response) return tl::unexpected(response.error());
  if (!is_text) return answer(to_json(*response, call.invocation.format));
  std::string text;
  for (const auto& provider : response->providers()) text += provider_text(provider, call.environment.has_color);
  return answer(text);
}

Result<int> run_network(const Call& call, Session& session) {
  const auto network = session.ask(&Providers::GetNetwork, v1::GetNetworkRequest{});
  if (!network) return tl::unexpected(network.error());
  if (call.invocation.format != Format::kText) return answer(to_json(*network, call.invocation.format));
  std::string text = "fetched  " + bytes_text(network->bytes()) + " in " + std::to_string(network->requests()) +
                     " requests for " + std::to_string(network->contents()) + " tracks, " +
                     std::to_string(network->contents_from_disk()) + " more from the cache\n";
  text += "resumed  " + std::to_string(network->resumed()) + " times, " + std::to_string(network->resolved_again()) +
          " addresses had expired\n";
  text += "cache    " + bytes_text(network->cache_disk_bytes()) + " of " + bytes_text(network->cache_disk_bytes_max()) +
          " on the disk, " + bytes_text(network->cache_ram_bytes()) + " in memory\n";
  const auto count = [&](std::uint64_t value, const char* what) {
    if (value > 0) text += "         " + std::to_string(value) + " " + what + "\n";
  };
  count(network->cache_corrupt(), "blocks were corrupt and fetched again");
  count(network->cache_evicted(), "blocks left for newer ones");
  count(network->cache_disk_failures(), "times the disk refused");
  for (const auto& fault : network->faults()) {
    text += "fault    " + one_line(fault.reason()) + " " + std::to_string(fault.count()) + " times\n";
  }
  return answer(text);
}

}  // namespace segue::cli
