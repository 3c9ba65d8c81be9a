// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/model/provider_config.h"

// Every bound and every default of the engine, each with its unit and reason. What an operator may change is in
// Config; what only a developer may change is a constant.
namespace segue::model {

inline constexpr int kDecksMax = 16;             // one byte of mixer state per deck stays readable on a tablet
inline constexpr int kEventsPendingMax = 4096;   // render's event heap: 256 fader moves a second for 16 s
inline constexpr int kEventsPerQuantumMax = 32;  // splits of a 64-frame quantum; beyond, events are late and counted
inline constexpr int kEventHorizonMs = 500;  // control hands over what is due this soon; later ones stay cancellable
inline constexpr int kLateMsDefault = 50;    // a command later than this would surprise the room
inline constexpr int kCommandsPerBatchMax = 64;            // one screen's worth of controls
inline constexpr int kCommandQueueMax = 1024;              // batches waiting for control; 5 s of the fastest controller
inline constexpr double kBpmMin = 20;            // slower music is counted at its double
inline constexpr double kBpmMax = 400;
inline constexpr double kGridFromS = -3'600;     // of a grid's first downbeat, which may lie before the track
inline constexpr double kGridToS = 360'000;
inline constexpr int kGridMarkersMax = 4096;               // a tempo change every bar of a 2 h recording
inline constexpr std::size_t kMessageBytesMax = 1U << 20;  // largest request; a grid of 4,096 markers takes 80 KiB
inline constexpr std::size_t kRequestIdBytesMax = 64;      // a UUID and a prefix
inline constexpr std::size_t kRequestsRememberedMax = 4096;  // 10 min of a busy client's retries
inline constexpr std::size_t kUriBytesMax = 8192;            // PATH_MAX percent-encoded, twice
inline constexpr int kWatchersMax = 64;                      // one per connection allowed
inline constexpr std::size_t kEventRingMax = 4096;           // news a watcher can resume over
inline constexpr double kTempoPercentMax = 100.0;            // rate 0 to 2
inline constexpr double kPitchSemitonesMax = 12.0;           // an octave either way
inline constexpr double kGainDbMax = 24.0;                   // lifts a −38 dBFS recording to a working level
inline constexpr double kEqDbMax = 12.0;                     // as club mixers' isolators, and more
inline constexpr double kMasterDbMax = 12.0;
inline constexpr double kScheduleHorizonS = 86'400.0;      // one day; a calendar belongs to automation
inline constexpr double kRenderSecondsMax = 7.0 * 86'400.0;  // offline; 233 GB of WAV, more is a slip of the hand
inline constexpr double kTrackSecondsMax = 48.0 * 3600.0;  // page table of 16 MiB at 48 kHz
inline constexpr int kAnalysesMax = 4096;    // tracks that wait to be analysed: an evening's crate
inline constexpr int kAnalysesOpenMax = 20;  // heard in part at a time, 2 MB a minute each: every deck's, and others

// Fades and ramps, all raised cosines.
inline constexpr double kRampMs = 5.0;        // gains and equaliser: no zipper above −90 dBFS
inline constexpr double kCrossfaderMs = 1.0;  // cuts stay cuts
inline constexpr double kFadeOutMs = 5.0;     // pause, stop, eject, end of track, the old side of a jump
inline constexpr double kFadeInMs = 1.0;      // an immediate start keeps its attack
inline constexpr double kPrerollMs = 5.0;     // a scheduled start fades in before its frame
inline constexpr double kPathFadeMs = 10.0;   // between varispeed and a stretcher: both sound the same place
inline constexpr double kLookAheadMs = 10.0;  // how far ahead a deck checks its pages

enum class OutputKind { kPortaudio, kNull, kNone };

// What an operator may choose. Made valid by daemon/config; the engine trusts it.
struct Config {
  struct Engine {
    int sample_rate_hz = 48'000;  // 44,100 to 192,000
    int block_frames = 256;       // 16 to 8,192; what is asked of the driver
    int decks = 4;                // 1 to 16
    bool load_lock = false;       // loading onto an audible deck needs force
    int late_ms_max = kLateMsDefault;
    double limiter_ceiling_dbtp = -1.0;  // −12 to 0
  } engine;

  struct Output {
    OutputKind kind = OutputKind::kPortaudio;
    std::string device;          // PortAudio device name or a part of it; empty: the default device
    int realtime_priority = 70;  // SCHED_FIFO, 1 to 95; 0 leaves the driver's
  } output;

  struct Pages {
    std::int64_t budget_bytes = 0;  // decoded audio kept in RAM; 0: the smaller of 1 GiB and a quarter of RAM
    int decode_threads = 2;         // 1 to 16
  } pages;

  struct Paths {
    std::string data_dir;  // journal, recordings
    std::string cache_dir;
  } paths;

  struct Journal {
    bool enabled = true;
    std::int64_t segment_bytes = 4 << 20;  // preallocated; ≈ 20,000 commands
    int segments_max = 64;                 // oldest are removed beyond
  } journal;

  struct Cache {
    std::int64_t disk_bytes_max = std::int64_t{8} << 30;  // audio as it came; 0: RAM only. 8 GiB: 800 MP3s or 270 FLACs
    std::int64_t ram_bytes_max = 64 << 20;                // beyond what loaded tracks need until they are decoded
    std::int64_t prefetch_bytes_per_s = 0;                // cap on what nobody waits for; 0: none
    int prefetch_parallel = 2;                            // 1 to 8
  } cache;

  struct Live {
    double timeshift_s = 120;  // 5 to 3,600; decoded radio kept to go back in: 23 MB a minute
  } live;

  struct Analysis {
    int threads = 1;      // 0 to 4, at idle priority; 0: nothing is analysed, only what the library knows is used
    bool on_load = true;  // a loaded track is analysed unless the library knows it
  } analysis;

  std::vector<ProviderConfig> providers;  // at most 32, names unique
};

}  // namespace segue::model
