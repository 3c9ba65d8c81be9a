// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/grammar.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "clients/cli/actions.h"
#include "clients/cli/runners.h"
#include "clients/cli/text.h"

namespace segue::cli {
namespace {

constexpr std::string_view kDecks = "Decks";
constexpr std::string_view kMixer = "Mixer";
constexpr std::string_view kLibrary = "Library";
constexpr std::string_view kOutput = "Output";
constexpr std::string_view kSchedule = "Schedule and scripts";
constexpr std::string_view kDaemon = "Daemon";

constexpr std::array kGrammar = {
    Row{kDecks, "load", "DECK URI", "--play --force",
        "Put a track on a deck: a file, an http:// address, or segue://PROVIDER/ID. Waits until it can sound.\n"
        "--play starts it at once; --force loads onto a deck that is heard; --no-wait does not wait.",
        &make_load, Until::kCommittedAlways},
    Row{kDecks, "eject", "DECK", "", "Take the track off a deck.", &make_eject},
    Row{kDecks, "play", "DECK", "", "Start a deck where it stands.", &make_play},
    Row{kDecks, "pause", "DECK", "", "Hold a deck where it is.", &make_pause},
    Row{kDecks, "cue", "DECK", "--pressed --released",
        "Tap the cue button; --pressed and --released are its two halves.", &make_cue},
    Row{kDecks, "stop", "DECK", "", "Pause a deck at its cue point.", &make_stop},
    Row{kDecks, "seek", "DECK PLACE", "",
        "Go to 83.5s, 1:23.5, 1:02:03, 50% or beat=17, or by +10s or -1:30 from here.", &make_seek},
    Row{kDecks, "tempo", "DECK +3.5%|128bpm|reset", "",
        "Set the tempo against the track's own; step it with +=0.5% or -=1bpm.", &make_tempo},
    Row{kDecks, "pitch", "DECK SEMITONES", "", "Shift the key, -12 to 12; step it with +=1.", &make_pitch},
    Row{kDecks, "keylock", "DECK on|off", "", "Keep the key while the tempo changes.", &make_keylock},
    Row{kDecks, "stretcher", "DECK NAME", "", "Choose how key lock is done: soundtouch, or varispeed for none.",
        &make_stretcher},
    Row{kDecks, "grid", "DECK BPM|shift|downbeat|tap|halve|double|scale|bpm|reset|again [VALUE]", "",
        "Say where the track's beats are: BPM FIRST_BEAT_S, or mend it.\n"
        "shift 12ms or 0.5beats moves all beats; downbeat [SECONDS] makes a beat the first of a bar, here or there;\n"
        "tap, four times and more along with the music; halve, double and scale 3/2 change the tempo, bpm BPM sets it,\n"
        "keeping the beat at the playhead; reset goes back to the analysis; again [BPM|MIN-MAX] listens once more.",
        &make_grid},

    Row{kMixer, "gain", "CH DB", "", "Set a channel's gain, -96 to 24; step it with +=1.", &make_gain},
    Row{kMixer, "fader", "CH LEVEL", "", "Set a channel's fader, 0 to 1; step it with -=0.1.", &make_fader},
    Row{kMixer, "eq", "CH low|mid|high DB|kill", "", "Set an equaliser band, -96 to 12; step it with -=3.", &make_eq},
    Row{kMixer, "crossfader", "POSITION", "", "Move the crossfader, -1 (A) to 1 (B); step it with +=0.1.",
        &make_crossfader},
    Row{kMixer, "assign", "CH a|b|thru", "", "Put a channel on a side of the crossfader.", &make_assign},
    Row{kMixer, "master", "DB", "", "Set the programme's gain, -96 to 12; step it with -=1.", &make_master},

    Row{kLibrary, "search", "TEXT...", "--provider=NAME --limit=N --offset=N",
        "Search all catalogues at once; a line for each track as it is found.\n"
        "--provider asks one of them; --limit (50) and --offset page through what each has.",
        &run_search},
    Row{kLibrary, "browse", "[PROVIDER] [NODE]", "--page=TOKEN",
        "Walk through a catalogue's folders, artists and albums.", &run_browse},
    Row{kLibrary, "track", "URI", "", "Tell all that is known of a track.", &run_track},
    Row{kLibrary, "analyze", "URI...", "--force --bpm-min=BPM --bpm-max=BPM --bpm=BPM",
        "Listen to tracks, or to all in a folder, and tell tempo, key, loudness and energy; what is known is told at "
        "once.\n"
        "--force listens anew; --bpm says what the tempo is, roughly, --bpm-min and --bpm-max where it may lie.",
        &run_analyze},
    Row{kLibrary, "artwork", "URI FILE", "", "Write a track's picture into a file.", &run_artwork},
    Row{kLibrary, "playlists", "", "--provider=NAME", "List the playlists of all catalogues.", &run_playlists},
    Row{kLibrary, "playlist", "NAME [ACTION] [WORD...]", "--provider=NAME",
        "Show a playlist, or change it.\n"
        "create [URI...], add URI..., remove POSITION [COUNT], move FROM TO [COUNT], rename NAME, delete.\n"
        "Positions count from 1; NAME is a name or PROVIDER/NAME. What somebody else changed is not overwritten.",
        &run_playlist},
    Row{kLibrary, "library", "import|export FILE", "--format=NAME --dry-run --replace --force",
        "Take over another program's library, or write yours for one.\n"
        "FILE is on the daemon's machine. --format is rekordbox or m3u8, for an import also traktor, mixxx\n"
        "or serato (a folder of tagged files); else the file tells.\n"
        "An import fills in what you have not marked yet; --replace prefers the file, --dry-run only reports.\n"
        "--force overwrites a file that an export would write.",
        &run_library},
    Row{kLibrary, "marks", "URI", "", "Tell what you have said of a track: grid, key, cues, loops, rating.",
        &run_marks},
    Row{kLibrary, "rate", "URI STARS", "", "Give a track 1 to 5 stars; 0 takes them away.", &run_rate},
    Row{kLibrary, "prefetch", "[URI...]", "--priority=N --cancel",
        "Fetch tracks before they are needed, and show how far it is; without URI show the queue.\n"
        "--no-wait only queues them; --cancel takes them (or all) out again; --priority is -100 to 100.",
        &run_prefetch},
    Row{kLibrary, "providers", "[NAME]", "", "List the catalogues and how they are; NAME: ask that one anew.",
        &run_providers},
    Row{kLibrary, "network", "", "", "Tell what network and cache have done.", &run_network},

    Row{kOutput, "record", "start|stop [FILE]", "", "Record the programme: record start FILE, record stop.",
        &make_record},

    Row{kSchedule, "cancel", "ID", "", "Cancel a command that --at has put off; ID is what it answered.", &make_cancel},
    Row{kSchedule, "do", "JSON...", "", "Execute commands written as protobuf JSON, all on one frame or none.",
        &run_do},
    Row{kSchedule, "batch", "FILE", "", "As do, from a file (- is standard input) with one command a line.",
        &run_batch},

    Row{kDaemon, "status", "", "", "Show decks, mixer and engine; the same as no command.", &run_status},
    Row{kDaemon, "watch", "[state|events|meters]", "--rate=HZ",
        "Follow the state, what happens, or the levels (--rate messages a second), until Ctrl-C.", &run_watch},
    Row{kDaemon, "version", "", "", "Tell the versions of client and daemon.", &run_version},
    Row{kDaemon, "health", "", "", "Tell whether audio flows; exit code 1 if not.", &run_health},
    Row{kDaemon, "shutdown", "", "", "End the daemon in order.", &run_shutdown},
    Row{kDaemon, "help", "[COMMAND]", "", "Explain a command.", &run_help},
    Row{kDaemon, "completion", "bash|zsh", "", "Print the completion script of a shell.", &run_completion},
};

constexpr std::string_view kUsage =
    "Usage: segue [OPTIONS] [COMMAND]\n"
    "\n"
    "Drives a running segued. Without a command it shows the status.\n";

constexpr std::string_view kOptions =
    "Options\n"
    "  --server ADDRESS    unix:PATH or HOST:PORT; else $SEGUE_SERVER, else the local socket\n"
    "  --token-file FILE   who you are, for a daemon that asks; the file's first line\n"
    "  -o FORMAT           text, json or jsonl\n"
    "  --at WHEN           now, +2.5s, frame:480000 or 2026-11-20T22:00:00Z\n"
    "  --no-wait           return when the command is accepted, not when it is done\n"
    "  --request-id ID     a repetition of ID gets the first answer; nothing is done twice\n"
    "  --timeout TIME      give up waiting for an answer\n"
    "  -q                  print nothing but errors and what was asked for\n"
    "  -h, --help          also after a command\n"
    "  --version           this program's version\n"
    "\n"
    "Exit codes: 0 done, 1 other, 2 usage or bad value, 3 not found, 4 not permitted, 5 cannot connect,\n"
    "6 not possible in this state, 7 no answer in time\n";

// Levenshtein distance of two short words.
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string syntax_of(const Row& row) {
  std::string syntax(row.name);
  if (!row.arguments.empty()) syntax += " " + std::string(row.arguments);
  for (const std::string_view option : split_words(row.options)) syntax += " [" + std::string(option) + "]";
  return syntax;
}

}  // namespace

std::span<const Row> grammar() { return kGrammar; }

const Row* find_row(std::string_view name) {
  const auto row = std::find_if(kGrammar.begin(), kGrammar.end(), [&](const Row& each) { return each.name == name; });
  return row == kGrammar.end() ? nullptr : &*row;
}

std::string_view nearest_name(std::string_view name) {
  const auto longer = std::find_if(kGrammar.begin(), kGrammar.end(),
                                   [&](const Row& each) { return !name.empty() && each.name.starts_with(name); });
  if (longer != kGrammar.end()) return longer->name;
  constexpr std::size_t kNear = 3;  // more letters off is another word
  const auto nearest = std::min_element(kGrammar.begin(), kGrammar.end(), [&](const Row& left, const Row& right) {
    return distance(name, left.name) < distance(name, right.name);
  });
  return distance(name, nearest->name) < std::min(kNear, name.size()) ? nearest->name : std::string_view();
}

Arity arity_of(std::string_view arguments) {
  constexpr std::size_t kUnbounded = static_cast<std::size_t>(-1);
  Arity arity;
  for (const std::string_view word : split_words(arguments)) {
    if (word.front() != '[') ++arity.least;
    if (arity.most != kUnbounded) arity.most = word.find("...") != std::string_view::npos ? kUnbounded : arity.most + 1;
  }
  return arity;
}

std::string usage_of(const Row& row) { return "segue " + syntax_of(row); }

std::string help_of(const Row& row) {
  return "Usage: " + usage_of(row) + "\n\n" + std::string(row.help) +
         "\n\nFor the options every command takes see segue --help.\n";
}

std::string help_of_all() {
  std::string text(kUsage);
  constexpr std::size_t kHelpColumn = 34;
  std::string_view group;
  for (const Row& row : kGrammar) {
    if (row.group != group) text += "\n" + std::string(row.group) + "\n";
    group = row.group;
    const std::string_view summary = row.help.substr(0, row.help.find('\n'));
    text += "  " + padded(std::string(row.name) + " " + std::string(row.arguments), kHelpColumn) +
            std::string(summary) + "\n";
  }
  return text + "\n" + std::string(kOptions);
}

}  // namespace segue::cli
