// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace segue::model {

// One [[provider]] of the configuration. Made valid by daemon/config; secrets are read by engine/net/secrets.h when
// they are needed, so that a file may be replaced while the daemon runs.
struct ProviderConfig {
  std::string name;                  // [a-z0-9_-]{1,32}, unique; the host part of segue://NAME/ID
  std::string type;                  // "local", "http" or "opensubsonic"
  std::string url;                   // opensubsonic: base address of the server
  std::vector<std::string> folders;  // local: absolute paths that are scanned and watched
  std::string user;
  std::string password;       // in the file itself; password_file is safer
  std::string password_file;  // path; first line is the password
  std::string api_key_file;   // path; first line is the key
  std::string policy;         // name of a rights profile; empty: the type's own
  bool allow_legacy_auth = false;      // opensubsonic: the password itself over http:// beyond loopback
  std::int64_t cache_bytes_max = 0;    // part of the disk cache this provider may fill; 0: all of it
};

}  // namespace segue::model
