// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/output/driver.h"

namespace segue::output {

// Opens a PortAudio device (ALSA, JACK). PortAudio's control functions can hang – with a JACK server that was killed,
// or a USB interface that was pulled – so they run on threads of their own, and callers wait kOpenWaitS at most. A
// driver opened too late for its caller is destroyed by the thread that opened it.
Result<std::unique_ptr<Driver>> open_portaudio(const DriverOptions& options, std::shared_ptr<BlockSource> source);

Result<std::vector<std::string>> list_portaudio();

}  // namespace segue::output
