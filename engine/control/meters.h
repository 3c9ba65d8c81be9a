// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/render/message.h"
#include "segue/v1/engine_service.pb.h"

namespace segue::control {

// The snapshot's levels in decibels.
::segue::v1::WatchMetersResponse meters_of(const render::Snapshot& snapshot, int channels);

}  // namespace segue::control
