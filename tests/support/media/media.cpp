// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/media/media.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <unistd.h>

#include "tests/support/audio/wav.h"

namespace segue::test {
namespace {

constexpr char kHeAac[] = "m4a_he_aac";

// ffmpeg is told to be bit-exact, so that no version string or date gets into a file.
#define SEGUE_FFMPEG "ffmpeg -nostdin -loglevel error -y -i {in} -bitexact "
constexpr MediaFormat kFormats[] = {
    {"wav_16", "wav", SEGUE_FFMPEG "-c:a pcm_s16le {out}", true, true},
    {"wav_24", "wav", SEGUE_FFMPEG "-c:a pcm_s24le {out}", true, true},
    {"wav_float", "wav", SEGUE_FFMPEG "-c:a pcm_f32le {out}", true, true},
    {"wav_double", "wav", SEGUE_FFMPEG "-c:a pcm_f64le {out}", true, true},
    {"w64", "w64", SEGUE_FFMPEG "-c:a pcm_s24le {out}", true, true},
    {"rf64", "wav", SEGUE_FFMPEG "-c:a pcm_s16le -rf64 always {out}", true, true},
    {"aiff", "aiff", SEGUE_FFMPEG "-c:a pcm_s16be {out}", true, true},
    {"aiff_24", "aiff", SEGUE_FFMPEG "-c:a pcm_s24be {out}", true, true},
    {"caf", "caf", SEGUE_FFMPEG "-c:a pcm_s16le {out}", true, true},
    {"flac", "flac", "flac --silent -f -o {out} {in}", true, true},
    {"ogg_flac", "oga", SEGUE_FFMPEG "-c:a flac {out}", true, true},
    {"m4a_alac", "m4a", SEGUE_FFMPEG "-c:a alac {out}", true, true},
    {"mp3_320", "mp3", "lame --quiet -b 320 {in} {out}", false, true},
    {"mp3_v0", "mp3", "lame --quiet -V0 {in} {out}", false, true},
    {"mp3_128", "mp3", "lame --quiet -b 128 {in} {out}", false, true},
    {"mp3_ffmpeg", "mp3", SEGUE_FFMPEG "-c:a libmp3lame -b:a 192k {out}", false, true},
    {"m4a_aac", "m4a", SEGUE_FFMPEG "-c:a aac -b:a 192k {out}", false, true},
    {"adts_aac", "aac", SEGUE_FFMPEG "-c:a aac -b:a 128k {out}", false, false},
    {kHeAac, "m4a", SEGUE_FFMPEG "-ar 24000 -c:a aac -b:a 64k {out}", false, false},
    {"ogg_vorbis", "ogg", SEGUE_FFMPEG "-c:a libvorbis -q:a 5 {out}", false, true},
    {"opus", "opus", "opusenc --quiet --bitrate 128 {in} {out}", false, true},
    {"opus_60ms", "opus", "opusenc --quiet --bitrate 24 --framesize 60 {in} {out}", false, true},
    {"opus_ffmpeg", "opus", SEGUE_FFMPEG "-c:a libopus -b:a 160k {out}", false, true},
};
#undef SEGUE_FFMPEG

std::uint64_t hash_of(std::span<const std::uint8_t> bytes, std::uint64_t hash) {
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 1099511628211ULL;  // FNV-1a
  return hash;
}

std::string replaced(std::string text, std::string_view what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "test media: %s failed\n", what.c_str());
  std::abort();
}

// Makes HE-AAC of an AAC-LC file at 24 kHz by saying in its AudioSpecificConfig that spectral band replication brings
// it to 48 kHz (no free encoder makes HE-AAC). The stream holds no replication data, so the decoder only upsamples,
// through the same filter banks and with the same frame count.
void declare_band_replication(const std::string& path) {
  std::vector<std::uint8_t> bytes = read_file(path);
  const std::uint8_t plain[] = {0x13, 0x10, 0x56, 0xe5, 0x00};
  const auto at = std::search(bytes.begin(), bytes.end(), std::begin(plain), std::end(plain));
  if (at == bytes.end()) give_up("finding the AudioSpecificConfig in " + path);
  at[4] = 0x98;  // present, extension rate index 3
  write_file(path, bytes);
}

// Where the file lies: named by all that it is made from.
std::string path_for(const MediaFormat& format, const std::string& described,
                     const std::vector<std::vector<float>>& channels) {
  const std::string text = std::string(format.command) + described;
  std::uint64_t key =
      hash_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, 14695981039346656037ULL);
  for (const std::vector<float>& channel : channels) {
    key = hash_of({reinterpret_cast<const std::uint8_t*>(channel.data()), channel.size() * sizeof(float)}, key);
  }
  char name[64];
  std::snprintf(name, sizeof name, "/%s_%016llx.", format.name, static_cast<unsigned long long>(key));
  return SEGUE_TEST_MEDIA_DIR + std::string(name) + format.extension;
}

// Encodes under a name of this process and renames, because tests run side by side.
void make_file(const std::string& path, const MediaFormat& format, const std::vector<std::vector<float>>& channels,
               int rate_hz, int bits) {
  std::filesystem::create_directories(SEGUE_TEST_MEDIA_DIR);
  const std::string own = path + "." + std::to_string(::getpid());
  const std::string in = own + ".in.wav";
  const std::string out = own + ".out." + format.extension;
  if (!write_wav(in, channels, {.rate_hz = rate_hz, .bits = bits, .is_float = bits == 32})) give_up("writing " + in);
  const std::string command = replaced(replaced(format.command, "{in}", in), "{out}", out);
  if (std::system(command.c_str()) != 0) give_up(command);
  if (std::string_view(format.name) == kHeAac) declare_band_replication(out);
  std::filesystem::rename(out, path);
  std::filesystem::remove(in);
}

}  // namespace

std::vector<std::vector<float>> make_signal(const MediaSignal& signal) {
  std::vector<std::vector<float>> channels;
  const double steps = std::ldexp(1.0, signal.bits - 1);
  for (int channel = 0; channel < signal.channels; ++channel) {
    const MusicOptions options{.bpm = 120.0 + channel,
                               .rate_hz = static_cast<double>(signal.rate_hz),
                               .seed = signal.seed + static_cast<std::uint64_t>(channel)};
    channels.push_back(music(signal.frames, options).left);
    for (float& x : channels.back()) x = static_cast<float>(std::round(static_cast<double>(x) * steps) / steps);
  }
  return channels;
}

std::span<const MediaFormat> media_formats() { return kFormats; }

const MediaFormat& media_format(std::string_view name) {
  for (const MediaFormat& format : kFormats) {
    if (name == format.name) return format;
  }
  give_up("finding the format " + std::string(name));
}

std::string encode(const MediaFormat& format, const MediaSignal& signal) {
  const MediaSignal fitting{signal.rate_hz, signal.channels, std::min(signal.bits, 24), signal.frames, signal.seed};
  // Known by what it is made from, because making it takes longer than most tests; a short piece of it tells whether
  // the maker has changed.
  MediaSignal piece = fitting;
  piece.frames = std::min<Frames>(fitting.frames, 2'000);
  const std::string described =
      std::to_string(signal.rate_hz) + "/" + std::to_string(signal.bits) + "/" + std::to_string(signal.frames);
  const std::string path = path_for(format, described, make_signal(piece));
  if (!std::filesystem::exists(path)) make_file(path, format, make_signal(fitting), signal.rate_hz, signal.bits);
  return path;
}

std::string encode(const MediaFormat& format, const std::vector<std::vector<float>>& channels, int rate_hz, int bits) {
  const std::string path = path_for(format, "own/" + std::to_string(rate_hz) + "/" + std::to_string(bits), channels);
  if (!std::filesystem::exists(path)) make_file(path, format, channels, rate_hz, bits);
  return path;
}

std::vector<std::uint8_t> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_file(const std::string& path, std::span<const std::uint8_t> bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file) give_up("writing " + path);
}

MediaFolder::MediaFolder() {
  path_ = (std::filesystem::temp_directory_path() / "segue-media-XXXXXX").string();
  if (::mkdtemp(path_.data()) == nullptr) give_up("making " + path_);
}

MediaFolder::~MediaFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string MediaFolder::write(const std::string& name, std::span<const std::uint8_t> bytes) const {
  write_file(path(name), bytes);
  return path(name);
}

std::string MediaFolder::write(const std::string& name, std::string_view text) const {
  return write(name, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

}  // namespace segue::test
