// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/stream/decoders/ffmpeg_handles.h"

namespace segue::stream {

// Writes a decoded frame as two planes of float32. Integers become x / 2^(bits − 1), which is exact up to 24 bits. NaN
// becomes 0 and what is beyond ±8 is limited to it. Mono is doubled; more than two channels are mixed by ITU-R BS.775:
// front at unity, centre, sides and backs at −3 dB, low-frequency effects left out, not normalised, so that the front
// is as loud as in a stereo track. False if the sample format is unknown.
bool to_stereo(const AVFrame& frame, float* left, float* right);

}  // namespace segue::stream
