// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/local/tags.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>
#include <system_error>

#include <taglib/tdebuglistener.h>
#include <taglib/tpropertymap.h>

#include "engine/catalog/local/artwork.h"
#include "engine/catalog/local/clean_text.h"
#include "engine/catalog/local/tag_file.h"

namespace segue::catalog {
namespace {

constexpr std::array<std::string_view, 24> kExtensions = {"aac",  "aif", "aifc", "aiff", "alac", "ape",  "caf", "flac",
                                                          "m4a",  "m4b", "mp2",  "mp3",  "mp4",  "mpc",  "oga", "ogg",
                                                          "opus", "spx", "tta",  "w64",  "wav",  "wave", "wma", "wv"};
// 8 hours of 24 bits at 96 kHz. TagLib walks backwards through some that hold no music.
constexpr std::uintmax_t kFileBytesMax = 16ULL << 30;
constexpr double kSecondsMax = 30.0 * 86'400.0;  // a longer one is a lie in a header
constexpr int kRateMax_hz = 1'536'000;           // 32 × 48 kHz
constexpr double kBpmMin = 20, kBpmMax = 400;    // outside: somebody's slip, or hundredths

std::string_view extension_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? std::string_view() : name.substr(dot + 1);
}

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// TagLib prints what it does not like; a scan of a real library would fill the log with it.
class Silence final : public TagLib::DebugListener {
 public:
  void printMessage(const TagLib::String&) override {}
};

void silence_taglib() {
  static Silence silence;
  static const bool done = (TagLib::setDebugListener(&silence), true);
  (void)done;
}

// The first value of the first key there is.
std::string text_of(const TagLib::PropertyMap& tags, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const auto found = tags.find(key);
    if (found == tags.end()) continue;
    for (const TagLib::String& value : found->second) {
      // Cut before it is converted: a tag may hold megabytes.
      std::string text = clean_text(value.substr(0, 2 * kTextBytesMax).to8Bit(true));
      if (!text.empty()) return text;
    }
  }
  return {};
}

// Leading digits: "3/12" is 3, "2019-05-01" is 2019.
int number_of(const std::string& text, int max) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && value >= 0 && value <= max ? value : 0;
}

double bpm_of(const std::string& text) {
  const double value = std::strtod(text.c_str(), nullptr);
  return std::isfinite(value) && value >= kBpmMin && value <= kBpmMax ? value : 0;
}

// Twelve letters and digits; anything else is no ISRC.
std::string isrc_of(const std::string& text) {
  std::string isrc;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      isrc += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
  }
  return isrc.size() == 12 ? isrc : std::string();
}

std::string musicbrainz_of(std::string text) {
  constexpr std::size_t kUuidBytes = 36;
  if (text.size() != kUuidBytes) return {};
  for (char& c : text) {
    if (c != '-' && std::isxdigit(static_cast<unsigned char>(c)) == 0) return {};
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text;
}

void take_tags(const TagLib::PropertyMap& tags, Entry& entry) {
  entry.title = text_of(tags, {"TITLE"});
  entry.artist = text_of(tags, {"ARTIST"});
  entry.album = text_of(tags, {"ALBUM"});
  entry.album_artist = text_of(tags, {"ALBUMARTIST", "ALBUM ARTIST"});
  entry.genre = text_of(tags, {"GENRE"});
  entry.year = number_of(text_of(tags, {"DATE", "YEAR", "ORIGINALDATE"}), 9'999);
  entry.track_number = number_of(text_of(tags, {"TRACKNUMBER"}), 9'999);
  entry.bpm = bpm_of(text_of(tags, {"BPM", "TEMPO"}));
  entry.key = text_of(tags, {"INITIALKEY", "KEY"});
  entry.isrc = isrc_of(text_of(tags, {"ISRC"}));
  entry.musicbrainz_id = musicbrainz_of(text_of(tags, {"MUSICBRAINZ_TRACKID"}));
}

void take_properties(TagLib::File& file, Entry& entry) {
  entry.codec = codec_of(file);
  const TagLib::AudioProperties* properties = file.audioProperties();
  if (properties == nullptr) return;
  const double seconds = properties->lengthInMilliseconds() / 1000.0;
  entry.duration_s = seconds > 0 && seconds < kSecondsMax ? seconds : 0;
  entry.bitrate_kbps = std::max(0, properties->bitrate());
  const int rate = properties->sampleRate();
  entry.sample_rate_hz = rate > 0 && rate <= kRateMax_hz ? rate : 0;
  entry.bits = std::clamp(bits_of(file), 0, 64);
}

// What the decoder plays and TagLib has no reader for, by its first bytes; null if it is none of them.
const char* codec_of_bytes(const TagLib::ByteVector& bytes) {
  const std::string_view start(bytes.data(), bytes.size());
  if (start.starts_with("caff")) return "caf";
  if (start.starts_with("riff\x2e\x91\xcf\x11") || (start.starts_with("RF64") && start.substr(8).starts_with("WAVE"))) {
    return "wav";
  }
  // ADTS: twelve bits of sync, a version, layer 0.
  constexpr int kSyncMask = 0xf6, kSync = 0xf0;
  if (start.size() > 1 && start[0] == '\xff' && (start[1] & kSyncMask) == kSync) return "aac";
  return nullptr;
}

Result<Entry> read(const std::string& path) {
  std::error_code unknown;
  const std::uintmax_t bytes = std::filesystem::file_size(path, unknown);
  // What the kernel makes up, as /proc/kmsg, has no size, and reading it may wait for ever.
  if (unknown || bytes == 0) return fail(Code::kDataLoss, "FILE_UNREADABLE", "is empty or cannot be opened");
  if (bytes > kFileBytesMax) return fail(Code::kDataLoss, "FILE_UNREADABLE", "is larger than 16 GiB");
  TagFile open(path);
  if (!open.is_open()) return fail(Code::kDataLoss, "FILE_UNREADABLE", "cannot be opened");
  Entry entry;
  TagLib::File* file = open.file();
  if (file != nullptr && file->isValid()) take_properties(*file, entry);
  if (entry.sample_rate_hz == 0) {
    const char* codec = codec_of_bytes(open.start());
    if (codec == nullptr) return fail(Code::kDataLoss, "FILE_UNREADABLE", "no audio of its kind was found in it");
    entry.codec = codec;
  }
  if (file == nullptr || !file->isValid()) return entry;
  take_tags(file->properties(), entry);
  if (picture_in(*file, false)) entry.artwork = "embedded";
  return entry;
}

}  // namespace

bool is_audio_name(std::string_view name) {
  std::string extension(extension_of(name));
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

std::string title_of_name(std::string_view name) {
  const std::string_view extension = extension_of(name);
  if (!extension.empty()) name.remove_suffix(extension.size() + 1);
  return clean_text(name);
}

Result<Entry> read_tags(const std::string& path) {
  silence_taglib();
  try {
    Result<Entry> entry = read(path);
    if (entry && entry->title.empty()) entry->title = title_of_name(name_of(path));
    return entry;
  } catch (const std::bad_alloc&) {
    return fail(Code::kDataLoss, "FILE_UNREADABLE", "its tags do not fit into memory");
  } catch (const std::exception& problem) {
    return fail(Code::kDataLoss, "FILE_UNREADABLE", "TagLib: " + clean_text(problem.what()));
  }
}

std::optional<Artwork> embedded_picture(const std::string& path) {
  silence_taglib();
  try {
    const TagFile open(path);
    if (open.file() == nullptr || !open.file()->isValid()) return std::nullopt;
    std::optional<std::string> bytes = picture_in(*open.file(), true);
    return bytes ? as_artwork(std::move(*bytes)) : std::nullopt;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace segue::catalog
