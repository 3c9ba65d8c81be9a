// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/catalog/catalogue.h"
#include "engine/catalog/library.h"
#include "engine/control/analysis/queue.h"
#include "engine/engine.h"

namespace segue::control {

// The calls of LibraryAccess that concern analyses, over the queue and the library. Thread-safe; no call blocks.
class Analyses {
 public:
  // All outlive it.
  struct Parts {
    AnalysisQueue& queue;
    catalog::Library& library;
    catalog::Catalogue& catalogue;  // on whose threads the library is read
  };
  explicit Analyses(Parts parts) : parts_(parts) {}
  // Ends the calls that are open with CANCELLED.
  ~Analyses();
  Analyses(const Analyses&) = delete;
  Analyses& operator=(const Analyses&) = delete;

  // See LibraryAccess. Checked requests.
  void analyze(const v1::AnalyzeRequest& request, const std::stop_token& stop,
               std::function<void(v1::AnalyzeResponse)> tell, std::function<void(Result<void>)> done);
  void get(const v1::GetAnalysisRequest& request, const std::stop_token& stop,
           LibraryAccess::Answer<v1::GetAnalysisResponse> answer);
  void get_waveform(const v1::GetWaveformRequest& request, const std::stop_token& stop,
                    LibraryAccess::Answer<v1::GetWaveformResponse> answer);
  v1::ListAnalysesResponse list() const;

 private:
  class Listening;
  struct Kept {
    std::string content;
    model::TrackAnalysis analysis;
  };
  static Result<Kept> read(catalog::Library& library, const std::string& uri);
  // Runs `answer` with what the library has, on a thread that may wait for a disk.
  void with_kept(const std::string& uri, const std::stop_token& stop, std::function<void(Result<Kept>)> answer);

  const Parts parts_;
  std::mutex mutex_;
  std::vector<std::weak_ptr<Listening>> open_;  // guarded by mutex_
};

}  // namespace segue::control
