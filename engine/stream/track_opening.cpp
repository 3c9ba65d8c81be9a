// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/track_opening.h"

#include "engine/model/config.h"
#include "engine/stream/decoders/id3.h"

namespace segue::stream {
namespace {

// The smallest rates of compressed audio that a length may be estimated by.
constexpr double kBytesPerSecondMin = 1'000.0;  // 8 kbit/s
constexpr double kLengthSlack = 1.25;           // on what a header says
constexpr double kLengthSlackSeconds = 60.0;

// How many frames the page table must have room for: what the file says if its size makes that likely, else more.
Frames capacity_for(Frames length, std::int64_t bytes, int sample_rate_hz) {
  const double rate = sample_rate_hz;
  const double seconds_max = model::kTrackSecondsMax;
  const double said = static_cast<double>(length) / rate;
  if (length <= 0) return static_cast<Frames>(seconds_max * rate);
  const double by_size = bytes > 0 ? static_cast<double>(bytes) / kBytesPerSecondMin : 0.0;
  const double seconds = std::max(said * kLengthSlack + kLengthSlackSeconds, by_size);
  return static_cast<Frames>(std::min(seconds, seconds_max) * rate);
}

Result<OpenedMedia> open_media(const TrackLoader::Options& options, LoadingTrack& track) {
  if (options.opener == nullptr) return open_file_uri(track.uri);
  if (track.uri.starts_with("file:")) return options.opener->open(track.uri, track.stop.get_token());
  if (!track.waits->begin_wait()) return fail(Code::kAborted, "READ_INTERRUPTED", "too many tracks wait");
  Result<OpenedMedia> media = options.opener->open(track.uri, track.stop.get_token());
  track.waits->end_wait();
  return media;
}

// The length in frames where the head of the file does not say it: what the catalogue knows, or what its size makes
// likely.
Frames guess_length(const model::MediaRef& ref, const model::TrackFacts& facts, std::int64_t bytes, int rate_hz) {
  constexpr double kLossyBytesPerSecond = 16'000.0;  // 128 kbit/s
  constexpr double kLosslessBytesPerSecond = 110'000.0;
  double seconds = ref.duration_s;
  if (!(seconds > 0)) {
    seconds = static_cast<double>(bytes) / (facts.source_bits > 0 ? kLosslessBytesPerSecond : kLossyBytesPerSecond);
  }
  return static_cast<Frames>(std::clamp<double>(seconds, 0.0, model::kTrackSecondsMax) * rate_hz);
}

// What the catalogue knows stands where the file says nothing.
void complete(model::TrackFacts& facts, const model::MediaRef& ref, const std::string& name) {
  const bool is_untitled = facts.title.empty() || facts.title == title_from_name(name);
  if (is_untitled && !ref.title.empty()) facts.title = clean_text(ref.title);
  if (facts.artist.empty()) facts.artist = clean_text(ref.artist);
  if (facts.album.empty()) facts.album = clean_text(ref.album);
}

struct LiveParts {
  const TrackLoader::Options& options;
  LoadingTrack& track;
  ResamplerCache& resamplers;
};

Result<OpenedTrack> open_live(OpenedTrack opened, OpenedMedia media, const std::string& name, const LiveParts& parts) {
  const auto& [options, track, resamplers] = parts;
  LiveFeed::Line line{track.gate, track.waits.get(), track.stop.get_token(), std::move(media.reconnect), name};
  auto feed = std::make_unique<LiveFeed>(std::move(line), resamplers, options.sample_rate_hz);
  if (const Result<void> tried = feed->open(std::move(media.source)); !tried) return tl::unexpected(tried.error());
  opened.facts = feed->decoder().facts();
  opened.facts.uri = track.uri;
  complete(opened.facts, media.ref, name);
  opened.feed = std::move(feed);
  opened.is_remote = true;
  opened.pages = std::make_unique<rt::TrackPages>(
      static_cast<Frames>(model::kTrackSecondsMax * static_cast<double>(options.sample_rate_hz)));
  return opened;
}

}  // namespace

Result<OpenedTrack> open_track(const TrackLoader::Options& options, LoadingTrack& track, ResamplerCache& resamplers) {
  Result<OpenedMedia> media = open_media(options, track);
  if (!media) return tl::unexpected(media.error());
  if (media->source == nullptr) return fail(Code::kInternal, "NO_SOURCE", track.label + ": opened without any bytes");
  const model::MediaRef& ref = media->ref;
  const std::string name = !ref.path.empty() ? ref.path : !ref.label.empty() ? ref.label : track.label;
  const std::int64_t bytes = media->source->size();
  OpenedTrack opened;
  opened.is_remote = media->source->is_remote();
  opened.status = std::move(media->status);
  opened.live_title = std::move(media->live_title);
  if (ref.live || media->source->is_sequential()) {
    return open_live(std::move(opened), std::move(*media), name, LiveParts{options, track, resamplers});
  }
  track.gate->attach(std::move(media->source));
  Result<std::unique_ptr<Decoder>> decoder = open_decoder(share(track.gate), name);
  if (track.gate->was_interrupted()) return fail(Code::kAborted, "READ_INTERRUPTED", name + ": called away");
  if (!decoder) return tl::unexpected(decoder.error());
  track.gate->end_opening();

  opened.facts = (*decoder)->facts();
  opened.facts.uri = track.uri;
  complete(opened.facts, ref, name);
  const auto resampler = resamplers.get(opened.facts.source_rate_hz);
  opened.maker = std::make_unique<PageMaker>(std::move(*decoder), resampler, options.sample_rate_hz);
  Frames length = opened.maker->length();
  if (length <= 0) length = guess_length(ref, opened.facts, bytes, options.sample_rate_hz);
  opened.pages = std::make_unique<rt::TrackPages>(capacity_for(length, bytes, options.sample_rate_hz));
  opened.pages->set_length(length, false);
  return opened;
}

}  // namespace segue::stream
