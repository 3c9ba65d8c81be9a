// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/analysis/analyser.h"
#include "engine/stream/decoder.h"
#include "engine/stream/media.h"
#include "engine/stream/sources/guarded_source.h"

namespace segue::control {

// One track on its way through the analyser: opened where its deck opens it, decoded at its own rate, a third of a
// second at a time. Bytes that have not come are not waited for. One thread at a time; may block on a disk.
class Listening {
 public:
  using MakeAnalyser = std::function<std::unique_ptr<analysis::Analyser>(const analysis::Analyser::Options&)>;
  enum class Outcome { kMore, kNoBytes, kEnd };

  // Opens the bytes. Fails with what the opener says, or with FAILED_PRECONDITION LIVE_STREAM. `dropped` outlives it:
  // once set, everything fails soon.
  static Result<std::unique_ptr<Listening>> open(stream::MediaOpener& opener, const std::string& uri,
                                                 const std::stop_token& stop, const std::atomic<bool>& dropped);
  ~Listening();

  // Some of its bytes are still on their way.
  bool streams_in() const { return gate_->is_remote(); }
  std::int64_t size() const { return gate_->size(); }
  // The key of the content; not while it streams in.
  Result<std::string> content() const;

  // Finds out what the bytes are. Fails with what the decoder says; with ABORTED READ_INTERRUPTED if their head has not
  // come yet: then the track is to be opened anew.
  Result<void> begin(const Listening::MakeAnalyser& make_analyser, const model::TempoHint& hint);
  // begin() has succeeded.
  bool has_begun() const { return analyser_ != nullptr; }
  // Hears a chunk, or up to `until_s` of the track if that is less.
  Result<Outcome> listen(double until_s);
  double heard_s() const { return static_cast<double>(heard_) / decoder_->facts().source_rate_hz; }
  // 0 to 1; 0 while the length is not known.
  double progress() const;
  // What makes the answers, which takes its time and needs nothing else of this.
  std::shared_ptr<analysis::Analyser> analyser() const { return analyser_; }
  // Adds what the decoder knows to an answer.
  void add_tags(model::TrackAnalysis& analysis) const;

 private:
  class NoWaiting;
  Listening(stream::OpenedMedia media, std::string name, const std::atomic<bool>& dropped);

  const std::string name_;
  const std::unique_ptr<stream::Waits> waits_;
  const std::shared_ptr<stream::GuardedSource> gate_;
  std::unique_ptr<stream::Decoder> decoder_;
  std::shared_ptr<analysis::Analyser> analyser_;
  Frames heard_ = 0;
  bool is_to_seek_ = false;  // a read was broken off
  std::vector<float> left_;
  std::vector<float> right_;
};

}  // namespace segue::control
