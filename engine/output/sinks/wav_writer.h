// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/audio_block.h"
#include "engine/base/result.h"
#include "engine/base/units.h"

namespace segue::output {

// Writes a float32 stereo WAV file that can be played at any moment, also after the process was killed: the header is
// brought up to date after each second of sound. Becomes RF64 (EBU Tech 3306) when it outgrows 32-bit sizes. One
// thread; may block on the disk. Once a write has failed, the file ends before it and every write fails.
class WavWriter {
 public:
  enum class Mode { kFailIfExists, kOverwrite };
  struct Options {
    int sample_rate_hz = 48'000;
    Mode mode = Mode::kFailIfExists;
    std::int64_t rf64_from_bytes = 0xFFFFFFFF;  // size of the file's RIFF chunk that 32 bits do not hold any more
  };

  // Fails with ALREADY_EXISTS FILE_EXISTS, FAILED_PRECONDITION FILE_UNWRITABLE, RESOURCE_EXHAUSTED DISK_FULL.
  static Result<std::unique_ptr<WavWriter>> create(const std::string& path, const Options& options);
  // Closes the file; what close() would report is lost.
  ~WavWriter();
  WavWriter(const WavWriter&) = delete;
  WavWriter& operator=(const WavWriter&) = delete;

  // Fails with RESOURCE_EXHAUSTED DISK_FULL, UNAVAILABLE FILE_UNWRITABLE.
  Result<void> write(ConstStereoBlock block);
  // Takes back what was written beyond the first `frames`. Fails as write does.
  Result<void> cut(Frames frames);
  // Writes what is buffered and the final header. Fails as write does, or with the error that ended the file.
  Result<void> close();

  // Frames accepted by write; once a write has failed or the file is closed, those in the file.
  Frames frames() const { return frames_; }
  const std::string& path() const { return path_; }

 private:
  WavWriter(std::string path, int file, const Options& options);
  Result<void> flush();
  Result<void> write_header();
  Result<void> put(const void* bytes, std::size_t size, std::int64_t offset);
  tl::unexpected<Error> end_with(Error error);

  const std::string path_;
  const Options options_;
  int file_;
  Frames frames_ = 0;  // accepted
  Frames frames_in_file_ = 0;
  Frames header_due_ = 0;      // frames_in_file_ at which the header is written again
  std::vector<float> buffer_;  // interleaved
  std::size_t buffered_ = 0;   // floats
  bool has_failed_ = false;
  Error error_;
};

}  // namespace segue::output
