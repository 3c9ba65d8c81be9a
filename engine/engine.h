// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/model/analysis.h"
#include "engine/model/config.h"
#include "segue/v1/engine_service.pb.h"
#include "segue/v1/library_service.pb.h"
#include "segue/v1/provider_service.pb.h"
#include "segue/v1/state.pb.h"

namespace segue {

namespace v1 = ::segue::v1;

// Who asks, as far as the engine must know.
struct Origin {
  std::string principal;          // for the journal: "uid:1000"
  bool may_use_any_file = false;  // else only Engine's roots (none yet): loading and recording are refused
};

// One reader's view of the engine's news: a snapshot, then changes and events in order. Changes of one object that
// were not read yet merge; a reader that lets events overflow gets a Resync and a new snapshot. Thread-safe; the
// engine outlives it.
class Watcher {
 public:
  virtual ~Watcher() = default;
  // The next piece of news, or false if there is none; then `wake` is called once when there is.
  virtual bool next(v1::WatchResponse& news) = 0;
};

// The catalogues, the cache and the prefetch queue, part of the facade. Every call is thread-safe and returns at once;
// answers come exactly once, on a thread of the library's, and must not block. A call whose `stop` is requested
// answers CANCELLED soon. Invalid fields fail with INVALID_ARGUMENT naming the field, errors of providers as they are.
class LibraryAccess {
 public:
  template <typename Response>
  using Answer = std::function<void(Result<Response>)>;

  virtual ~LibraryAccess() = default;
  // `tell` is called for each piece, one call at a time, then `done` once.
  virtual void search(const v1::SearchRequest& request, const std::stop_token& stop,
                      std::function<void(v1::SearchResponse)> tell, std::function<void(Result<void>)> done) = 0;
  virtual void browse(v1::BrowseRequest request, std::stop_token stop, Answer<v1::BrowseResponse> answer) = 0;
  virtual void get_track(v1::GetTrackRequest request, std::stop_token stop, Answer<v1::GetTrackResponse> answer) = 0;
  virtual void get_artwork(v1::GetArtworkRequest request, std::stop_token stop,
                           Answer<v1::GetArtworkResponse> answer) = 0;
  virtual void list_playlists(v1::ListPlaylistsRequest request, std::stop_token stop,
                              Answer<v1::ListPlaylistsResponse> answer) = 0;
  virtual void get_playlist(v1::GetPlaylistRequest request, std::stop_token stop,
                            Answer<v1::GetPlaylistResponse> answer) = 0;
  virtual void create_playlist(v1::CreatePlaylistRequest request, std::stop_token stop,
                               Answer<v1::CreatePlaylistResponse> answer) = 0;
  virtual void edit_playlist(v1::EditPlaylistRequest request, std::stop_token stop,
                             Answer<v1::EditPlaylistResponse> answer) = 0;
  virtual void delete_playlist(v1::DeletePlaylistRequest request, std::stop_token stop,
                               Answer<v1::DeletePlaylistResponse> answer) = 0;
  virtual void prefetch(v1::PrefetchRequest request, Answer<v1::PrefetchResponse> answer) = 0;
  virtual void list_prefetches(v1::ListPrefetchesRequest request, Answer<v1::ListPrefetchesResponse> answer) = 0;
  virtual void cancel_prefetch(v1::CancelPrefetchRequest request, Answer<v1::CancelPrefetchResponse> answer) = 0;
  // `tell` is called for each piece, one call at a time, then `done` once.
  virtual void analyze(const v1::AnalyzeRequest& request, const std::stop_token& stop,
                       std::function<void(v1::AnalyzeResponse)> tell, std::function<void(Result<void>)> done) = 0;
  virtual void get_analysis(v1::GetAnalysisRequest request, std::stop_token stop,
                            Answer<v1::GetAnalysisResponse> answer) = 0;
  virtual void get_waveform(v1::GetWaveformRequest request, std::stop_token stop,
                            Answer<v1::GetWaveformResponse> answer) = 0;
  virtual void list_analyses(v1::ListAnalysesRequest request, Answer<v1::ListAnalysesResponse> answer) = 0;
  virtual void list_providers(v1::ListProvidersRequest request, Answer<v1::ListProvidersResponse> answer) = 0;
  virtual void refresh_provider(v1::RefreshProviderRequest request, std::stop_token stop,
                                Answer<v1::RefreshProviderResponse> answer) = 0;
  virtual void get_network(v1::GetNetworkRequest request, Answer<v1::GetNetworkResponse> answer) = 0;
  // As search: pieces, the report in the last, then `done`.
  virtual void import_library(const v1::ImportLibraryRequest& request, const Origin& origin,
                              const std::stop_token& stop, std::function<void(v1::ImportLibraryResponse)> tell,
                              std::function<void(Result<void>)> done) = 0;
  virtual void export_library(v1::ExportLibraryRequest request, const Origin& origin, std::stop_token stop,
                              Answer<v1::ExportLibraryResponse> answer) = 0;
  virtual void get_marks(v1::GetMarksRequest request, std::stop_token stop, Answer<v1::GetMarksResponse> answer) = 0;
  virtual void set_marks(v1::SetMarksRequest request, std::stop_token stop, Answer<v1::SetMarksResponse> answer) = 0;
};

// The facade: a whole DJ engine with its threads and its driver. Plain data in and out; every call is thread-safe
// and never waits for audio, network or a file.
class Engine {
 public:
  using Answer = std::function<void(Result<v1::ExecuteResponse>)>;

  // Starts everything. A missing or broken sound device is no failure: the null driver takes its place and
  // state().engine().output_note() says why. `clock` outlives the engine. `version` goes into the journal.
  static Result<std::unique_ptr<Engine>> create(const model::Config& config, const Clock& clock,
                                                const std::string& version);
  // Fades out, closes recordings and the journal, stops all threads. Takes less than a second.
  virtual ~Engine() = default;

  // Validates and queues a batch; `answer` is called exactly once, on the control thread or before execute returns,
  // and must not block. Fails with RESOURCE_EXHAUSTED QUEUE_FULL and everything the commands' comments name.
  virtual void execute(v1::ExecuteRequest request, const Origin& origin, Answer answer) = 0;
  virtual v1::State state() const = 0;
  virtual v1::WatchMetersResponse meters() const = 0;
  // `wake` is called on the control thread and must not block. Null if kWatchersMax are open.
  virtual std::unique_ptr<Watcher> watch(const v1::WatchRequest& request, std::function<void()> wake) = 0;
  virtual std::string epoch() const = 0;
  // Lives as long as the engine.
  virtual LibraryAccess& library() = 0;
  // What is wrong at present, a line each; empty is healthy. `audio_flows` is set to whether blocks are being rendered.
  virtual std::vector<std::string> findings(bool& audio_flows) const = 0;
  // Whether control still turns: it has within the last kTurnLateMax. Only a restart mends one that does not.
  virtual bool is_alive() const = 0;
  static constexpr Nanoseconds kTurnLateMax = std::chrono::seconds(2);  // a turn takes microseconds, an idle one 20 ms
};

// Renders a session script offline, in virtual time.
struct RenderRequest {
  std::string script_path;
  std::string out_path;           // float32 stereo WAV; overwritten
  std::optional<double> seconds;  // without: ends 1 s after the last deck stops
  int block_frames = 1024;
  // Called about ten times a second with the seconds rendered so far; may be empty.
  std::function<void(double)> progress;
};

struct RenderReport {
  std::int64_t frames = 0;
  double seconds = 0;
  double cpu_seconds = 0;      // of the whole process, decoding included
  double realtime_factor = 0;  // seconds ÷ wall time from first to last rendered frame
  std::uint64_t underruns = 0;
  std::uint64_t commands = 0;
  std::uint64_t late_commands = 0;
  double peak_dbtp = 0;
};

// Fails with INVALID_ARGUMENT SCRIPT_INVALID naming the line, with what a command of the script fails with (its line
// named), or with FAILED_PRECONDITION FILE_UNWRITABLE. A failed render leaves no output file.
Result<RenderReport> render_script(const model::Config& config, const RenderRequest& request);

// Listens to one file, without an engine.
struct AnalyseRequest {
  std::string path;
  model::TempoHint hint{};
  // Called a few times a second with the part that is done, 0 to 1 (an estimate); may be empty.
  std::function<void(double)> progress;
};

// Decodes the file once and says what is known of it. What cannot be read is an answer with its `error` set, as is what
// holds no sound. Blocks; thread-safe; memory does not grow with the length beyond the answer's own (see
// engine/analysis/analyser.h).
model::TrackAnalysis analyse_file(const AnalyseRequest& request);

struct AudioFiles {
  std::vector<std::string> files;       // in order of their paths
  std::vector<std::string> unreadable;  // folders that could not be looked into, and why: "/music/x: Permission denied"
};

// The audio files in a folder and below it, by their names' ends; hidden ones and links to folders left out. The path
// itself if it is no folder, whatever it is. It may be written as an address, file:///….
AudioFiles audio_files_in(const std::string& path);

// Writes an epoch of the journal in config.paths.data_dir as a session script: the newest, or the one named.
Result<void> export_journal(const model::Config& config, const std::string& epoch, const std::string& out_path);

}  // namespace segue
