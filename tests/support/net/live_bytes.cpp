// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include "tests/support/net/fault_server.h"

namespace segue::test {

std::function<void(std::int64_t, char*, std::size_t)> repeated(std::string bytes) {
  return [bytes = std::make_shared<const std::string>(std::move(bytes))](std::int64_t position, char* out,
                                                                         std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) out[i] = (*bytes)[(static_cast<std::size_t>(position) + i) % bytes->size()];
  };
}

}  // namespace segue::test
