// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/render/stretchers/varispeed.h"

#include <algorithm>
#include <cmath>

namespace segue::render {
namespace {

constexpr double kRateMax = 2.0;
constexpr std::size_t kWindowFrames =
    static_cast<std::size_t>(kQuantumFrames * kRateMax) + 2 * Varispeed::kReachMax + 8;

}  // namespace

Varispeed::Varispeed() : bank_(dsp::SincBank::shared()), left_(kWindowFrames), right_(kWindowFrames) {}

void Varispeed::render(StereoBlock out, const rt::TrackPages& pages, const Trajectory& trajectory, Frames frame) {
  const double position = trajectory.at(frame);
  const double whole = std::floor(position);
  if (trajectory.rate == 1.0 && position == whole) {
    pages.read(static_cast<Frames>(whole), out.frames, out.left, out.right);
    return;
  }
  const double rate = std::clamp(trajectory.rate, -kRateMax, kRateMax);
  const int reach = std::min(bank_.reach(rate), kReachMax);
  const double last = position + (out.frames - 1) * rate;
  const auto from = static_cast<Frames>(std::floor(std::min(position, last))) - reach;
  const auto to = static_cast<Frames>(std::floor(std::max(position, last))) + reach + 2;
  pages.read(from, static_cast<int>(to - from), left_.data(), right_.data());
  bank_.interpolate(left_.data(), right_.data(), position - static_cast<double>(from), rate, out);
}

}  // namespace segue::render
