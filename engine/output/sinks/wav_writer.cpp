// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/output/sinks/wav_writer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

// The file: RIFF/WAVE · JUNK of the size of a ds64 chunk, which it becomes in an RF64 file · fmt (IEEE float) · fact ·
// data. A ds64 chunk must come first, hence the place is kept free from the start (EBU Tech 3306, section 3).
namespace segue::output {
namespace {

static_assert(std::endian::native == std::endian::little, "samples are written as they lie in memory");

constexpr std::size_t kHeaderBytes = 94;
constexpr std::int64_t kFrameBytes = 8;
constexpr std::size_t kBufferFloats = 16'384;    // 64 KiB a write: few calls, and small against any disk's own buffers
constexpr std::uint32_t kIn64Bits = 0xFFFFFFFF;  // "look in ds64"
constexpr std::int64_t kRiffHeadBytes = 8;       // what a chunk's size does not count

// Appends little-endian fields to the header.
class HeaderText {
 public:
  HeaderText& id(std::string_view four) {
    std::memcpy(bytes_.data() + at_, four.data(), 4);
    at_ += 4;
    return *this;
  }
  template <typename Number>
  HeaderText& number(Number value) {
    std::memcpy(bytes_.data() + at_, &value, sizeof value);
    at_ += sizeof value;
    return *this;
  }
  const std::array<char, kHeaderBytes>& bytes() const { return bytes_; }

 private:
  std::array<char, kHeaderBytes> bytes_{};
  std::size_t at_ = 0;
};

std::array<char, kHeaderBytes> header_of(Frames frames, const WavWriter::Options& options) {
  const std::int64_t data_bytes = frames * kFrameBytes;
  const std::int64_t riff_bytes = static_cast<std::int64_t>(kHeaderBytes) - kRiffHeadBytes + data_bytes;
  const bool is_rf64 = riff_bytes >= options.rf64_from_bytes;
  const auto size32 = [is_rf64](std::int64_t size) { return is_rf64 ? kIn64Bits : static_cast<std::uint32_t>(size); };
  const auto rate = static_cast<std::uint32_t>(options.sample_rate_hz);
  constexpr std::uint16_t kIeeeFloat = 3;
  HeaderText header;
  header.id(is_rf64 ? "RF64" : "RIFF").number(size32(riff_bytes)).id("WAVE");
  header.id(is_rf64 ? "ds64" : "JUNK").number(std::uint32_t{28});
  header.number(is_rf64 ? riff_bytes : std::int64_t{0});
  header.number(is_rf64 ? data_bytes : std::int64_t{0});
  header.number(is_rf64 ? frames : std::int64_t{0});
  header.number(std::uint32_t{0});  // no table of further sizes
  header.id("fmt ").number(std::uint32_t{18}).number(kIeeeFloat).number(std::uint16_t{2}).number(rate);
  header.number(static_cast<std::uint32_t>(rate * kFrameBytes)).number(static_cast<std::uint16_t>(kFrameBytes));
  header.number(std::uint16_t{32}).number(std::uint16_t{0});  // bits, no extension
  header.id("fact").number(std::uint32_t{4}).number(size32(frames));
  header.id("data").number(size32(data_bytes));
  return header.bytes();
}

Error write_error(const std::string& path, int number) {
  const std::string message = path + ": " + std::generic_category().message(number);
  // A quota and a limit on the size of files are met like a full disk: make room or record elsewhere.
  if (number == ENOSPC || number == EDQUOT || number == EFBIG) return {Code::kResourceExhausted, "DISK_FULL", message};
  return {Code::kUnavailable, "FILE_UNWRITABLE", message};
}

}  // namespace

Result<std::unique_ptr<WavWriter>> WavWriter::create(const std::string& path, const Options& options) {
  const int exclusive = options.mode == Mode::kFailIfExists ? O_EXCL : O_TRUNC;
  // Non-blocking, so that a pipe in the way is an error and not a wait; without effect on files.
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | exclusive, 0644);
  if (file < 0) {
    if (errno == EEXIST) return fail(Code::kAlreadyExists, "FILE_EXISTS", path + ": exists already");
    return fail(Code::kFailedPrecondition, "FILE_UNWRITABLE", path + ": " + std::generic_category().message(errno));
  }
  struct stat facts {};
  if (::fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    (void)::close(file);
    return fail(Code::kFailedPrecondition, "FILE_UNWRITABLE", path + ": not a file");
  }
  std::unique_ptr<WavWriter> writer(new WavWriter(path, file, options));
  if (auto written = writer->write_header(); !written) {
    (void)::unlink(path.c_str());
    return tl::unexpected<Error>(written.error());
  }
  return writer;
}

WavWriter::WavWriter(std::string path, int file, const Options& options)
    : path_(std::move(path)), options_(options), file_(file), buffer_(kBufferFloats) {}

WavWriter::~WavWriter() { (void)close(); }

Result<void> WavWriter::write(ConstStereoBlock block) {
  if (has_failed_) return tl::unexpected<Error>(error_);
  if (file_ < 0) return fail(Code::kFailedPrecondition, "FILE_UNWRITABLE", path_ + ": closed");
  for (int i = 0; i < block.frames; ++i) {
    buffer_[buffered_] = block.left[i];
    buffer_[buffered_ + 1] = block.right[i];
    buffered_ += 2;
    ++frames_;
    if (buffered_ < buffer_.size()) continue;
    if (auto flushed = flush(); !flushed) return flushed;
  }
  if (frames_ < header_due_) return {};
  if (auto flushed = flush(); !flushed) return flushed;
  return write_header();
}

Result<void> WavWriter::cut(Frames frames) {
  if (has_failed_) return tl::unexpected<Error>(error_);
  if (frames >= frames_) return {};
  if (auto flushed = flush(); !flushed) return flushed;
  frames_ = frames_in_file_ = frames;
  const std::int64_t bytes = static_cast<std::int64_t>(kHeaderBytes) + frames * kFrameBytes;
  if (::ftruncate(file_, bytes) != 0) return end_with(write_error(path_, errno));
  return write_header();
}

Result<void> WavWriter::close() {
  if (file_ < 0) return has_failed_ ? Result<void>(tl::unexpected<Error>(error_)) : Result<void>();
  Result<void> result;
  if (!has_failed_) result = flush();
  if (!has_failed_) result = write_header();
  if (::close(std::exchange(file_, -1)) != 0 && !has_failed_) (void)end_with(write_error(path_, errno));
  if (has_failed_) return tl::unexpected<Error>(error_);
  return result;
}

Result<void> WavWriter::flush() {
  const std::size_t bytes = buffered_ * sizeof(float);
  const std::int64_t offset = static_cast<std::int64_t>(kHeaderBytes) + frames_in_file_ * kFrameBytes;
  if (auto written = put(buffer_.data(), bytes, offset); !written) return written;
  frames_in_file_ = frames_;
  buffered_ = 0;
  return {};
}

Result<void> WavWriter::write_header() {
  const auto header = header_of(frames_in_file_, options_);
  header_due_ = frames_in_file_ + options_.sample_rate_hz;
  return put(header.data(), header.size(), 0);
}

Result<void> WavWriter::put(const void* bytes, std::size_t size, std::int64_t offset) {
  const auto* from = static_cast<const char*>(bytes);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = ::pwrite(file_, from + done, size - done, offset + static_cast<std::int64_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      const int number = count == 0 ? ENOSPC : errno;
      // The whole frames that still fitted belong to the file.
      if (offset != 0) frames_in_file_ += static_cast<std::int64_t>(done) / kFrameBytes;
      return end_with(write_error(path_, number));
    }
    done += static_cast<std::size_t>(count);
  }
  return {};
}

tl::unexpected<Error> WavWriter::end_with(Error error) {
  if (!has_failed_) {
    has_failed_ = true;
    error_ = std::move(error);
    frames_ = frames_in_file_;
    if (file_ >= 0) {
      // The header's place is on the disk already, so this needs no room. If it fails too, the last header stands.
      const auto header = header_of(frames_in_file_, options_);
      (void)!::ftruncate(file_, static_cast<std::int64_t>(kHeaderBytes) + frames_in_file_ * kFrameBytes);
      (void)!::pwrite(file_, header.data(), header.size(), 0);
    }
  }
  return tl::unexpected<Error>(error_);
}

}  // namespace segue::output
