// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/waveform.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/analysis/extremes.h"

namespace segue::analysis {
namespace {

constexpr std::size_t kColumnBytes = 4;
constexpr std::int64_t kColumnsMax = std::int64_t{24} * 3600 * model::Waveform::kDetailPerS;

// One column of many: the highest peak, and of each band the RMS amplitude, of which a byte is the fourth root of the
// mean fourth power.
void append_summary(std::vector<std::uint8_t>& overview, const std::uint8_t* columns, std::size_t count) {
  std::uint8_t peak = 0;
  std::array<double, kColumnBytes> fourths{};
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* column = columns + i * kColumnBytes;
    peak = std::max(peak, column[0]);
    for (std::size_t b = 1; b < kColumnBytes; ++b) {
      const double square = static_cast<double>(column[b]) * column[b];
      fourths[b] += square * square;
    }
  }
  overview.push_back(peak);
  for (std::size_t b = 1; b < kColumnBytes; ++b) {
    const double mean = std::sqrt(std::sqrt(fourths[b] / static_cast<double>(count)));
    overview.push_back(static_cast<std::uint8_t>(std::lround(mean)));
  }
}

std::vector<std::uint8_t> overview_of(const std::vector<std::uint8_t>& detail) {
  constexpr std::size_t kColumns = model::Waveform::kOverviewColumns;
  const std::size_t count = detail.size() / kColumnBytes;
  if (count <= kColumns) return detail;
  std::vector<std::uint8_t> overview;
  overview.reserve(kColumns * kColumnBytes);
  for (std::size_t i = 0; i < kColumns; ++i) {
    const std::size_t from = i * count / kColumns;
    append_summary(overview, detail.data() + from * kColumnBytes, (i + 1) * count / kColumns - from);
  }
  return overview;
}

}  // namespace

WaveformAnalyser::WaveformAnalyser(int sample_rate_hz) : sample_rate_hz_(sample_rate_hz), bands_(sample_rate_hz) {}

void WaveformAnalyser::push(ConstStereoBlock block) {
  for (int from = 0; from < block.frames && columns_ < kColumnsMax;) {
    const int frames = static_cast<int>(std::min<std::int64_t>(block.frames - from, column_end() - frames_));
    const ConstStereoBlock part{block.left + from, block.right + from, frames};
    peak_ = std::max({peak_, extremes_of(part.left, frames).magnitude(), extremes_of(part.right, frames).magnitude()});
    bands_.push(part);
    from += frames;
    frames_ += frames;
    if (frames_ == column_end()) {
      append_column(detail_, peak_, bands_.take());
      peak_ = 0;
      ++columns_;
    }
  }
}

// Frames from the start of the track: columns keep to time however the rate divides.
std::int64_t WaveformAnalyser::column_end() const {
  return (columns_ + 1) * sample_rate_hz_ / model::Waveform::kDetailPerS;
}

void WaveformAnalyser::append_column(std::vector<std::uint8_t>& detail, float peak, const WaveformBands::Peaks& bands) {
  for (const float amplitude : {peak, bands.low, bands.mid, bands.high}) detail.push_back(byte_of(amplitude));
}

model::Waveform WaveformAnalyser::estimate() const {
  model::Waveform waveform;
  waveform.detail = detail_;
  const std::int64_t begun = columns_ * sample_rate_hz_ / model::Waveform::kDetailPerS;
  if (frames_ > begun) append_column(waveform.detail, peak_, WaveformBands(bands_).take());
  waveform.overview = overview_of(waveform.detail);
  return waveform;
}

std::uint8_t WaveformAnalyser::byte_of(float amplitude) {
  return static_cast<std::uint8_t>(std::lround(255.0F * std::sqrt(std::min(amplitude, 1.0F))));
}

float WaveformAnalyser::amplitude_of(std::uint8_t byte) {
  const float root = static_cast<float>(byte) / 255.0F;
  return root * root;
}

}  // namespace segue::analysis
