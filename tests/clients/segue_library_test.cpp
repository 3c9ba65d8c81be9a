// SPDX-License-Identifier: GPL-3.0-or-later
// The commands that ask catalogues: what they send, what they print, how they end.
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/clients/fake_daemon.h"
#include "tests/support/daemon/temp_dir.h"

namespace segue::test {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

template <typename Message>
Message from_text(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

v1::SearchResponse found(const std::string& uri, const std::string& title, const std::string& more = "") {
  return from_text<v1::SearchResponse>("results { track { uri: '" + uri + "' title: '" + title +
                                       "' artist: 'Somebody' provider: 'home' available: true duration_s: 312 } " +
                                       more + "}");
}

TEST(SegueSearch, PrintsALineForEachTrackAsItIsFound) {
  FakeDaemon daemon;
  daemon.findings = {found("segue://home/1", "One"), found("segue://home/2", "Two"),
                     from_text<v1::SearchResponse>("outcomes { provider: 'home' seconds: 0.1 }")};
  const Outcome outcome = daemon.segue({"search", "some", "body"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "Somebody – One  5:12  segue://home/1\n"
            "Somebody – Two  5:12  segue://home/2\n");
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_THAT(daemon.library_asked, ElementsAre("Search {text: \"some body\"}"));
}

TEST(SegueSearch, SendsItsOptions) {
  FakeDaemon daemon;
  EXPECT_EQ(daemon.segue({"search", "x", "--provider", "home", "--limit", "5", "--offset=10"}).exit_code, 0);
  EXPECT_THAT(daemon.library_asked, ElementsAre("Search {text: \"x\" providers: \"home\" limit: 5 offset: 10}"));
}

TEST(SegueSearch, TellsATrackOnceHoweverManyHaveIt) {
  FakeDaemon daemon;
  daemon.findings = {found("segue://home/1", "One"),
                     found("file:///music/one.flac", "One", "others { uri: 'segue://home/1' } ")};
  EXPECT_EQ(daemon.segue({"search", "one"}).out, "Somebody – One  5:12  segue://home/1\n");
  const json all = json::parse(daemon.segue({"search", "one", "-o", "json"}).out);
  ASSERT_EQ(all["results"].size(), 1U);
  EXPECT_EQ(all["results"][0]["uri"], "file:///music/one.flac") << "the better source has taken its place";
  EXPECT_EQ(all["results"][0]["others"][0]["uri"], "segue://home/1");
}

TEST(SegueSearch, JsonHasWhatScriptsRelyOn) {
  FakeDaemon daemon;
  daemon.findings = {found("segue://home/1", "One \\\"quoted\\\"")};
  const json all = json::parse(daemon.segue({"search", "one", "-o", "json"}).out);
  const json& track = all["results"][0];
  for (const char* field : {"uri", "title", "artist", "album", "durationS", "provider", "available", "reason"}) {
    EXPECT_TRUE(track.contains(field)) << field;
  }
  EXPECT_EQ(track["title"], "One \"quoted\"");
  EXPECT_EQ(track["durationS"], 312);
}

TEST(SegueSearch, JsonLinesAreThePiecesAsTheyCome) {
  FakeDaemon daemon;
  daemon.findings = {found("segue://home/1", "One"), found("segue://home/2", "Two")};
  std::istringstream lines(daemon.segue({"search", "x", "-o", "jsonl"}).out);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_EQ(json::parse(line)["results"].size(), 1U);
  EXPECT_EQ(count, 2);
}

TEST(SegueSearch, NamesTheProviderThatDidNotAnswerAndStillSucceeds) {
  FakeDaemon daemon;
  daemon.findings = {
      found("segue://home/1", "One"), from_text<v1::SearchResponse>("outcomes { provider: 'home' }"),
      from_text<v1::SearchResponse>("outcomes { provider: 'far' error { code: 'DEADLINE_EXCEEDED' reason: "
                                    "'PROVIDER_TIMEOUT' message: 'far: no answer in 5 s' } }")};
  const Outcome outcome = daemon.segue({"search", "one"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "segue: far: no answer in 5 s\n");
}

TEST(SegueSearch, FailsWhenNobodyAnswered) {
  FakeDaemon daemon;
  daemon.findings = {from_text<v1::SearchResponse>(
      "outcomes { provider: 'far' error { code: 'UNAUTHENTICATED' reason: 'AUTH_FAILED' message: 'far: bad password' } "
      "}")};
  const Outcome outcome = daemon.segue({"search", "one"});
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_EQ(outcome.err, "segue: far: bad password\n");
}

TEST(SegueSearch, WhatTagsSaySteersNoTerminal) {
  FakeDaemon daemon;
  auto piece = found("segue://home/1", "x");
  piece.mutable_results(0)->mutable_track()->set_title("\x1b[2J\nevil\xc2\x9b");
  daemon.findings = {piece};
  const Outcome outcome = daemon.segue({"search", "x"});
  EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 1);
  EXPECT_EQ(outcome.out.find('\x1b'), std::string::npos);
}

TEST(SegueTrack, TellsWhatIsKnown) {
  FakeDaemon daemon;
  daemon.track = from_text<v1::GetTrackResponse>(
      "track { uri: 'segue://home/1' title: 'One' artist: 'Somebody' duration_s: 61 quality: 'mp3 320 kbit/s' "
      "size_bytes: 2441000 available: false reason: 'OFFLINE: home is down' } cached_bytes: 1400000");
  const Outcome outcome = daemon.segue({"track", "segue://home/1"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("title         One\n"));
  EXPECT_THAT(outcome.out, HasSubstr("length        1:01\n"));
  EXPECT_THAT(outcome.out, HasSubstr("size          2.4 MB\n"));
  EXPECT_THAT(outcome.out, HasSubstr("available     no: OFFLINE: home is down\n"));
  EXPECT_THAT(outcome.out, HasSubstr("cached        1.4 MB\n"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("isrc")));
  EXPECT_THAT(daemon.library_asked,
              ElementsAre("GetTrack {uri: \"segue://home/1\"}", "GetAnalysis {uri: \"segue://home/1\"}"));
}

TEST(SegueTrack, TellsWhatWasHeard) {
  FakeDaemon daemon;
  daemon.track = from_text<v1::GetTrackResponse>("track { title: 'One' available: true bpm: 124 key: 'Am' }");
  daemon.analysis = from_text<v1::GetAnalysisResponse>(
      "analysis { rhythm { bpm: 124.003 confidence: 0.97 is_constant: true beats_per_bar: 4 phrase_bars: 8 } tonality "
      "{ "
      "key { name: 'Am' camelot: '8A' confidence: 0.8 } } loudness { integrated_lufs: -8.34 range_lu: 5.1 "
      "true_peak_dbtp: -0.2 } structure { energy_level: 7 mix_in_s: 31 mix_out_s: 280.5 } ai_generated: 'made\\nso' }");
  const Outcome outcome = daemon.segue({"track", "segue://home/1"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("heard tempo   124.00 bpm, 4 beats a bar, phrases of 8 bars, 97 % sure\n"));
  EXPECT_THAT(outcome.out, HasSubstr("heard key     Am 8A, 80 % sure\n"));
  EXPECT_THAT(outcome.out, HasSubstr("loudness      -8.3 LUFS, range 5.1 LU, true peak -0.2 dBTP\n"));
  EXPECT_THAT(outcome.out, HasSubstr("energy        7 of 10\n"));
  EXPECT_THAT(outcome.out, HasSubstr("mix           in until 0:31, out from 4:40\n"));
  EXPECT_THAT(outcome.out, HasSubstr("made by       a machine: made so\n"));
}

TEST(SegueTrack, TurnsAPathIntoAnAddress) {
  FakeDaemon daemon;
  EXPECT_EQ(daemon.segue({"track", "/music/a b.mp3"}).exit_code, 0);
  EXPECT_EQ(daemon.library_asked.front(), "GetTrack {uri: \"file:///music/a%20b.mp3\"}");
}

TEST(SegueTrack, UnknownTrackEndsWithThree) {
  FakeDaemon daemon;
  daemon.library_status = failure_status(grpc::StatusCode::NOT_FOUND, "TRACK_MISSING", "home: no such track");
  const Outcome outcome = daemon.segue({"track", "segue://home/9"});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_EQ(outcome.err, "segue: home: no such track\n");
}

TEST(SegueArtwork, WritesTheFile) {
  FakeDaemon daemon;
  const testing::TempDir folder;
  daemon.artwork.set_mime("image/png");
  daemon.artwork.set_picture(std::string("\x89PNG\0\n", 6));
  EXPECT_EQ(daemon.segue({"artwork", "segue://home/1", folder.path("cover.png")}).exit_code, 0);
  std::ifstream file(folder.path("cover.png"), std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), daemon.artwork.picture());
  EXPECT_EQ(daemon.segue({"artwork", "segue://home/1", folder.path("no/cover.png")}).exit_code, 1);
}

TEST(SegueBrowse, ShowsLevelsAndTracks) {
  FakeDaemon daemon;
  daemon.level = from_text<v1::BrowseResponse>(
      "nodes { id: 'a1' title: 'Artist' kind: 'artist' tracks: 12 } tracks { uri: 'segue://home/1' title: 'One' "
      "available: true } next_page: '500'");
  const Outcome outcome = daemon.segue({"browse", "home", "root", "--page", "0"});
  EXPECT_EQ(outcome.out, "artist    Artist  12 tracks  a1\nOne  –  segue://home/1\n");
  EXPECT_THAT(outcome.err, HasSubstr("--page=500"));
  EXPECT_THAT(daemon.library_asked, ElementsAre("Browse {provider: \"home\" node: \"root\" page: \"0\"}"));
}

v1::ListPlaylistsResponse lists() {
  return from_text<v1::ListPlaylistsResponse>(
      "playlists { provider: 'local' id: '7' name: 'Friday' tracks: 2 editable: true version: 'v3' duration_s: 600 }"
      "playlists { provider: 'home' id: '9' name: 'Friday' tracks: 1 version: 'x' }"
      "playlists { provider: 'home' id: '11' name: 'Sunday' tracks: 0 editable: true version: 'y' }");
}

TEST(SeguePlaylists, ListsThemAll) {
  FakeDaemon daemon;
  daemon.playlists = lists();
  *daemon.playlists.add_failures() = from_text<v1::SearchResponse::ProviderOutcome>(
      "provider: 'far' error { code: 'UNAVAILABLE' message: 'connection refused' }");
  const Outcome outcome = daemon.segue({"playlists"});
  EXPECT_EQ(outcome.out, "local/Friday  2 tracks  10:00.0\nhome/Friday  1 track  (read only)\nhome/Sunday  0 tracks\n");
  EXPECT_EQ(outcome.err, "segue: far: connection refused\n");
}

TEST(SeguePlaylist, ShowsItsTracksNumberedFromOne) {
  FakeDaemon daemon;
  daemon.playlists = lists();
  daemon.playlist = from_text<v1::GetPlaylistResponse>(
      "tracks { uri: 'segue://home/1' title: 'One' available: true } tracks { uri: 'segue://home/2' title: 'Two' "
      "available: true }");
  const Outcome outcome = daemon.segue({"playlist", "local/Friday"});
  EXPECT_EQ(outcome.out, "   1  One  –  segue://home/1\n   2  Two  –  segue://home/2\n");
  EXPECT_EQ(daemon.library_asked.back(), "GetPlaylist {provider: \"local\" id: \"7\"}");
}

TEST(SeguePlaylist, EditsCarryTheVersionThatWasSeen) {
  struct Case {
    std::vector<std::string> words;
    const char* sent;
  };
  const std::vector<Case> cases = {
      {{"add", "segue://home/5", "/a.mp3"}, "add { uris: \"segue://home/5\" uris: \"file:///a.mp3\" }"},
      {{"remove", "2"}, "remove { position: 1 count: 1 }"},
      {{"remove", "1", "3"}, "remove { count: 3 }"},
      {{"move", "4", "1"}, "move { position: 3 count: 1 }"},
      {{"move", "1", "3", "2"}, "move { count: 2 to: 2 }"},
      {{"rename", "Saturday"}, "rename { name: \"Saturday\" }"},
  };
  for (const Case& each : cases) {
    FakeDaemon daemon;
    daemon.playlists = lists();
    std::vector<std::string> words{"playlist", "local/Friday"};
    words.insert(words.end(), each.words.begin(), each.words.end());
    const Outcome outcome = daemon.segue(words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(daemon.library_asked.back(),
              std::string("EditPlaylist {provider: \"local\" id: \"7\" version: \"v3\" ") + each.sent + "}");
  }
}

TEST(SeguePlaylist, CreatesAndDeletes) {
  FakeDaemon daemon;
  daemon.playlists = lists();
  EXPECT_EQ(daemon.segue({"playlist", "New one", "create", "segue://home/1"}).exit_code, 0);
  EXPECT_EQ(daemon.library_asked.back(), "CreatePlaylist {name: \"New one\" uris: \"segue://home/1\"}");
  EXPECT_EQ(daemon.segue({"playlist", "Sunday", "delete"}).exit_code, 0);
  EXPECT_EQ(daemon.library_asked.back(), "DeletePlaylist {provider: \"home\" id: \"11\"}");
}

TEST(SeguePlaylist, BadWordsAreRefusedInOneLine) {
  FakeDaemon daemon;
  daemon.playlists = lists();
  struct Case {
    std::vector<std::string> words;
    int exit_code;
    const char* part;
  };
  const std::vector<Case> cases = {
      {{"Friday"}, 6, "several playlists are called 'Friday': local/7 home/9"},
      {{"Monday"}, 3, "there is no playlist 'Monday'"},
      {{"Sunday", "sort"}, 2, "'sort' is not create, add"},
      {{"Sunday", "add"}, 2, "add takes URI..."},
      {{"Sunday", "remove", "0"}, 2, "POSITION must be a whole number from 1"},
      {{"Sunday", "remove", "1", "x"}, 2, "COUNT must be"},
      {{"Sunday", "move", "1"}, 2, "move takes FROM TO [COUNT]"},
      {{"Sunday", "rename"}, 2, "rename takes NAME"},
  };
  for (const Case& each : cases) {
    std::vector<std::string> words{"playlist"};
    words.insert(words.end(), each.words.begin(), each.words.end());
    const Outcome outcome = daemon.segue(words);
    EXPECT_EQ(outcome.exit_code, each.exit_code) << each.part;
    EXPECT_THAT(outcome.err, HasSubstr(each.part));
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1);
  }
}

TEST(SeguePlaylist, SomebodyElsesChangeEndsWithSix) {
  FakeDaemon daemon;
  daemon.playlists = lists();
  daemon.library_status = grpc::Status::OK;
  FakeDaemon refusing;
  refusing.library_status =
      failure_status(grpc::StatusCode::ABORTED, "PLAYLIST_CHANGED", "Friday: somebody else changed it meanwhile");
  EXPECT_EQ(refusing.segue({"playlist", "Friday", "remove", "1"}).exit_code, 6);
}

v1::ListPrefetchesResponse queue(const std::string& items) { return from_text<v1::ListPrefetchesResponse>(items); }

TEST(SeguePrefetch, FollowsUntilAllAreThere) {
  FakeDaemon daemon;
  daemon.prefetches = {
      queue("items { uri: 'segue://home/1' state: FETCHING bytes: 10 size_bytes: 100 } items { uri: 'segue://home/2' "
            "state: QUEUED }"),
      queue(
          "items { uri: 'segue://home/1' state: DONE bytes: 100 size_bytes: 100 } items { uri: 'segue://home/2' state: "
          "FETCHING }"),
      queue(
          "items { uri: 'segue://home/1' state: DONE bytes: 100 size_bytes: 100 } items { uri: 'segue://home/2' state: "
          "DONE bytes: 2000000 }")};
  const Outcome outcome = daemon.segue({"prefetch", "segue://home/1", "segue://home/2", "--priority", "-5"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "fetched   segue://home/1  100 bytes\nfetched   segue://home/2  2.0 MB\n");
  EXPECT_THAT(outcome.err, IsEmpty()) << "a bar is for terminals";
  EXPECT_EQ(daemon.library_asked.front(), "Prefetch {uris: \"segue://home/1\" uris: \"segue://home/2\" priority: -5}");
}

TEST(SeguePrefetch, DrawsABarOnATerminal) {
  FakeDaemon daemon;
  daemon.prefetches = {queue("items { uri: 'segue://home/1' state: FETCHING bytes: 50 size_bytes: 100 }"),
                       queue("items { uri: 'segue://home/1' state: DONE bytes: 100 size_bytes: 100 }")};
  Start start = daemon.start_of({"prefetch", "segue://home/1"});
  start.has_terminal = true;
  const Outcome outcome = run_segue(start);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("██████████░░░░░░░░░░  50%  50 bytes of 100 bytes  0 of 1 tracks"));
}

TEST(SeguePrefetch, AFailureEndsWithItsCode) {
  FakeDaemon daemon;
  daemon.prefetches = {
      queue("items { uri: 'segue://home/1' state: FAILED error { code: 'NOT_FOUND' reason: 'HTTP_404' "
            "message: 'segue://home/1: 404' } }")};
  const Outcome outcome = daemon.segue({"prefetch", "segue://home/1"});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_EQ(outcome.out, "failed    segue://home/1  segue://home/1: 404\n");
}

TEST(SeguePrefetch, QueuesListsAndCancels) {
  FakeDaemon daemon;
  daemon.prefetches = {queue("items { uri: 'segue://home/1' state: QUEUED }")};
  EXPECT_EQ(daemon.segue({"prefetch", "segue://home/1", "--no-wait"}).exit_code, 0);
  EXPECT_EQ(daemon.library_asked.size(), 1U);
  EXPECT_EQ(daemon.segue({"prefetch"}).out, "waiting   segue://home/1\n");
  EXPECT_EQ(daemon.segue({"prefetch", "--cancel"}).exit_code, 0);
  EXPECT_EQ(daemon.library_asked.back(), "CancelPrefetch {}");
  EXPECT_THAT(daemon.segue({"prefetch", "segue://home/1", "--priority", "101"}).err, HasSubstr("--priority must be"));
}

TEST(SegueProviders, ShowsHealthQuotaAndScan) {
  FakeDaemon daemon;
  daemon.providers = from_text<v1::ListProvidersResponse>(
      "providers { name: 'home' type: 'opensubsonic' title: 'Navidrome at music.example' health: UP latency_ms: 12 "
      "tracks: 4321 cached_bytes: 5000000 }"
      "providers { name: 'far' type: 'opensubsonic' health: DOWN error { message: 'far: connection refused' } }"
      "providers { name: 'music' type: 'local' health: UP scan { task: 'scan' done: 50 total: 200 unit: 'files' } }");
  const Outcome outcome = daemon.segue({"providers"});
  EXPECT_THAT(outcome.out, HasSubstr("home            opensubsonic  up            4321 tracks  12 ms  5.0 MB cached  "
                                     "Navidrome at music.example\n"));
  EXPECT_THAT(outcome.out, HasSubstr("far             opensubsonic  down\n    far: connection refused\n"));
  EXPECT_THAT(outcome.out, HasSubstr("█████░░░░░░░░░░░░░░░  25%  50 of 200 files  scanning"));
  EXPECT_EQ(daemon.segue({"providers", "home"}).exit_code, 0);
  EXPECT_EQ(daemon.library_asked.back(), "RefreshProvider {name: \"home\"}");
}

TEST(SegueNetwork, TellsWhatHappened) {
  FakeDaemon daemon;
  daemon.network = from_text<v1::GetNetworkResponse>(
      "requests: 5 bytes: 12000000 contents: 2 contents_from_disk: 1 resumed: 3 cache_disk_bytes: 24000000 "
      "cache_disk_bytes_max: 8000000000 cache_corrupt: 1 faults { reason: 'CONNECTION_RESET' count: 3 }");
  const Outcome outcome = daemon.segue({"network"});
  EXPECT_THAT(outcome.out, HasSubstr("fetched  12 MB in 5 requests for 2 tracks, 1 more from the cache\n"));
  EXPECT_THAT(outcome.out, HasSubstr("1 blocks were corrupt and fetched again\n"));
  EXPECT_THAT(outcome.out, HasSubstr("fault    CONNECTION_RESET 3 times\n"));
}

TEST(SegueStatus, ShowsAFetchARollAndRadio) {
  FakeDaemon daemon;
  v1::Deck& deck = *daemon.state.mutable_decks(0);
  deck = from_text<v1::Deck>(
      "deck: 1 state: PLAYING uri: 'segue://home/1' title: 'One' loaded: 1 fetched: 0.43 rolling: true fetch { state: "
      "WAITING error { message: 'home: connection reset' } }");
  *daemon.state.mutable_decks(1) = from_text<v1::Deck>(
      "deck: 2 state: PLAYING uri: 'http://radio.example/' title: 'Radio' loaded: 1 live: true live_title: 'A – B'");
  const Outcome outcome = daemon.segue({"status"});
  EXPECT_THAT(outcome.out, HasSubstr("One · rolls · 43% fetched · home: connection reset"));
  EXPECT_THAT(outcome.out, HasSubstr("A – B – Radio · live"));
}

TEST(SegueRate, ChangesTheStarsAloneOfWhatItSaw) {
  FakeDaemon daemon;
  daemon.marks = from_text<v1::GetMarksResponse>("marks { key: 'Am' rating: 2 } version: '7'");
  EXPECT_EQ(daemon.segue({"rate", "segue://home/1", "5"}).exit_code, 0);
  EXPECT_THAT(daemon.library_asked,
              ElementsAre("GetMarks {uri: \"segue://home/1\"}",
                          "SetMarks {uri: \"segue://home/1\" marks { key: \"Am\" rating: 5 } version: \"7\"}"));
  EXPECT_EQ(daemon.segue({"rate", "segue://home/1", "6"}).exit_code, 2);
}

TEST(SegueMarks, TellsWhatTheUserHasSaid) {
  FakeDaemon daemon;
  daemon.marks = from_text<v1::GetMarksResponse>(
      "marks { rating: 4 key: 'Am' grid { markers { at_s: 0.025 bpm: 127.98 } } comment: 'late'"
      " cues { kind: CUE index: 1 at_s: 60 label: 'Drop' } cues { kind: LOOP at_s: 65 end_s: 69 } }");
  EXPECT_EQ(daemon.segue({"marks", "segue://home/1"}).out,
            "rating    4 of 5\n"
            "key       Am\n"
            "grid      127.980 BPM from 0.025 s\n"
            "cue 1     1:00.0  Drop\n"
            "memory    1:05.0 loop to 1:09.0\n"
            "comment   late\n");
}

TEST(SegueTrack, ShowsWhatTheUserThinksOfIt) {
  FakeDaemon daemon;
  daemon.track = from_text<v1::GetTrackResponse>("track { title: 'One' rating: 4 color: 0xff8800 available: true }");
  const Outcome outcome = daemon.segue({"track", "segue://home/1"});
  EXPECT_THAT(outcome.out, HasSubstr("rating        4 of 5\n"));
  EXPECT_THAT(outcome.out, HasSubstr("colour        #ff8800\n"));
  daemon.findings = {from_text<v1::SearchResponse>(
      "results { track { title: 'One' rating: 3 available: true uri: 'segue://home/1' } }")};
  EXPECT_THAT(daemon.segue({"search", "one"}).out, HasSubstr("One  –  ★★★  segue://home/1\n"));
}

TEST(SegueLibrary, AnImportThatBreaksOffTellsItsReportAndFails) {
  FakeDaemon daemon;
  daemon.import_news = {from_text<v1::ImportLibraryResponse>(
      "report { program: 'rekordbox' tracks: 3 matched: 3 changed: 2 error { code: 'DATA_LOSS' reason: "
      "'LIBRARY_FILE_DAMAGED' message: 'damaged at byte 99: the file ends within a tag' } }")};
  const Outcome outcome = daemon.segue({"library", "import", "/x/r.xml"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.out, "rekordbox: 3 tracks, 3 of them yours, 2 changed; 0 playlists\n");
  EXPECT_EQ(outcome.err, "segue: /x/r.xml: damaged at byte 99: the file ends within a tag\n");
}

TEST(SegueLibrary, ImportSendsItsOptionsAndTellsTheReport) {
  FakeDaemon daemon;
  daemon.import_news = {
      from_text<v1::ImportLibraryResponse>("progress { task: 'import' done: 200 total: 300 unit: 'tracks' }"),
      from_text<v1::ImportLibraryResponse>(
          "report { program: 'rekordbox 6' tracks: 300 matched: 299 changed: 100 playlists: 2 unmatched: 'Far'"
          " skipped { what: 'cue' name: 'Blue' reason: 'pad 1 is taken' } skipped_count: 1 }")};
  const Outcome outcome =
      daemon.segue({"library", "import", "/x/rekordbox.xml", "--format=rekordbox", "--dry-run", "--replace"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "rekordbox 6: 300 tracks, 299 of them yours, 100 would change; 2 playlists\n"
            "1 not found:\n  Far\n"
            "1 left out:\n  cue of Blue: pad 1 is taken\n");
  EXPECT_THAT(
      daemon.library_asked,
      ElementsAre("ImportLibrary {format: \"rekordbox\" path: \"/x/rekordbox.xml\" dry_run: true replace: true}"));
}

TEST(SegueLibrary, AnythingButImportAndExportIsAMistake) {
  FakeDaemon daemon;
  const Outcome outcome = daemon.segue({"library", "frob", "/x"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(daemon.library_asked.empty());
}

TEST(SegueLibrary, ExportTellsWhatWasWritten) {
  FakeDaemon daemon;
  daemon.exported = from_text<v1::ExportLibraryResponse>("tracks: 12 playlists: 3");
  EXPECT_EQ(daemon.segue({"library", "export", "/x/out.xml", "--force"}).out, "12 tracks, 3 playlists\n");
  EXPECT_THAT(daemon.library_asked, ElementsAre("ExportLibrary {path: \"/x/out.xml\" overwrite: true}"));
}

}  // namespace
}  // namespace segue::test
