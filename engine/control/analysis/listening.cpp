// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/analysis/listening.h"

#include <algorithm>
#include <cmath>

#include "engine/control/analysis/content_key.h"
#include "engine/net/url.h"

namespace segue::control {
namespace {

constexpr int kChunkFrames = 16'384;  // a third of a second: what cancelling and yielding wait for

bool is_broken_off(const Error& error) { return error.reason == "READ_INTERRUPTED"; }

}  // namespace

// Whoever reads bytes that are not there comes back later: a thread must not stand idle while there is other work.
class Listening::NoWaiting final : public stream::Waits {
 public:
  bool begin_wait() override { return false; }
  void end_wait() override {}
};

Listening::Listening(stream::OpenedMedia media, std::string name, const std::atomic<bool>& dropped)
    : name_(std::move(name)),
      waits_(std::make_unique<NoWaiting>()),
      gate_(std::make_shared<stream::GuardedSource>(dropped, waits_.get())) {
  gate_->attach(std::move(media.source));
}

Listening::~Listening() = default;

Result<std::unique_ptr<Listening>> Listening::open(stream::MediaOpener& opener, const std::string& uri,
                                                   const std::stop_token& stop, const std::atomic<bool>& dropped) {
  Result<stream::OpenedMedia> media = opener.open(uri, stop);
  if (!media) return tl::unexpected(media.error());
  const std::string label = net::label_of(uri);
  if (media->source == nullptr) return fail(Code::kInternal, "NO_SOURCE", label + ": opened without any bytes");
  if (media->ref.live || media->source->is_sequential()) {
    return fail(Code::kFailedPrecondition, "LIVE_STREAM", label + ": a live stream has no end to be analysed to");
  }
  const model::MediaRef& ref = media->ref;
  std::string name = !ref.path.empty() ? ref.path : !ref.label.empty() ? ref.label : label;
  return std::unique_ptr<Listening>(new Listening(std::move(*media), std::move(name), dropped));
}

Result<std::string> Listening::content() const { return content_key(*gate_); }

Result<void> Listening::begin(const MakeAnalyser& make_analyser, const model::TempoHint& hint) {
  Result<std::unique_ptr<stream::Decoder>> decoder =
      stream::open_decoder(stream::share(gate_), name_, stream::Purpose::kAnalyse);
  if (gate_->was_interrupted()) return fail(Code::kAborted, "READ_INTERRUPTED", name_ + ": its head has not come yet");
  if (!decoder) return tl::unexpected(decoder.error());
  gate_->end_opening();
  const int rate_hz = (*decoder)->facts().source_rate_hz;
  analyser_ = make_analyser({rate_hz, hint});
  if (analyser_ == nullptr) {
    return fail(Code::kFailedPrecondition, "UNSUPPORTED_MEDIA",
                name_ + ": music at " + std::to_string(rate_hz) + " Hz is not analysed");
  }
  decoder_ = *std::move(decoder);
  left_.resize(kChunkFrames);
  right_.resize(kChunkFrames);
  return {};
}

Result<Listening::Outcome> Listening::listen(double until_s) {
  const double rest = std::round(until_s * decoder_->facts().source_rate_hz) - static_cast<double>(heard_);
  const int wanted = static_cast<int>(std::clamp(rest, 1.0, static_cast<double>(kChunkFrames)));
  if (is_to_seek_) {
    if (const Result<void> sought = decoder_->seek(heard_); !sought) {
      if (is_broken_off(sought.error())) return Outcome::kNoBytes;
      return tl::unexpected(sought.error());
    }
    is_to_seek_ = false;
  }
  const Result<int> got = decoder_->read(left_.data(), right_.data(), wanted);
  if (!got) {
    // What it had decoded of the chunk is lost with it; seeking gives the same frames again.
    is_to_seek_ = true;
    if (is_broken_off(got.error())) return Outcome::kNoBytes;
    return tl::unexpected(got.error());
  }
  if (*got == 0) return Outcome::kEnd;
  analyser_->push({left_.data(), right_.data(), *got});
  heard_ += *got;
  return Outcome::kMore;
}

void Listening::add_tags(model::TrackAnalysis& analysis) const {
  analysis.ai_generated = decoder_->facts().ai_generated;
  if (const std::string damage = stream::damage_of(*decoder_); !damage.empty()) add_warning(analysis, damage);
}

double Listening::progress() const {
  if (decoder_ == nullptr || decoder_->length() <= 0) return 0;
  return std::min(1.0, static_cast<double>(heard_) / static_cast<double>(decoder_->length()));
}

}  // namespace segue::control
