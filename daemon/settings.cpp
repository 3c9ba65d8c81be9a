// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/settings.h"

#include <cstdlib>

#include <unistd.h>

namespace segue::daemon {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// systemd hands over a colon-separated list; ours is the first.
std::string service_directory(const char* name) {
  const std::string list = environment(name);
  return list.substr(0, list.find(':'));
}

std::string home_directory(const char* xdg_name, const char* below_home) {
  const std::string xdg = environment(xdg_name);
  if (!xdg.empty() && xdg.front() == '/') return xdg + "/segue";
  const std::string home = environment("HOME");
  return (home.empty() ? std::string("/root") : home) + "/" + below_home + "/segue";
}

std::string directory(const char* service_name, const char* xdg_name, const char* below_home) {
  const std::string service = service_directory(service_name);
  return service.empty() ? home_directory(xdg_name, below_home) : service;
}

std::string runtime_directory() {
  const std::string service = service_directory("RUNTIME_DIRECTORY");
  if (!service.empty()) return service;
  const std::string xdg = environment("XDG_RUNTIME_DIR");
  if (!xdg.empty() && xdg.front() == '/') return xdg + "/segue";
  // A user without a session has no directory of its own but what it makes in /tmp; the system's is root's.
  return getuid() == 0 ? std::string("/run/segue") : "/tmp/segue-" + std::to_string(getuid());
}

}  // namespace

Settings default_settings() {
  Settings settings;
  settings.engine.paths.data_dir = directory("STATE_DIRECTORY", "XDG_DATA_HOME", ".local/share");
  settings.engine.paths.cache_dir = directory("CACHE_DIRECTORY", "XDG_CACHE_HOME", ".cache");
  settings.daemon.socket = runtime_directory() + "/segued.sock";
  settings.daemon.grpc = "127.0.0.1:7421";
  return settings;
}

std::string default_config_path() {
  return directory("CONFIGURATION_DIRECTORY", "XDG_CONFIG_HOME", ".config") + "/segued.toml";
}

}  // namespace segue::daemon
