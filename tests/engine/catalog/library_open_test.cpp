// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/catalog/library.h"
#include "engine/catalog/library_schema.h"
#include "tests/engine/catalog/library_folder.h"
#include "tests/support/store/faulty_disk.h"

namespace segue::catalog {
namespace {

namespace fs = std::filesystem;
using test::flac_file;
using test::LibraryFolder;
using test::titles;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::unique_ptr<store::Database> database_at(const std::string& path) {
  return std::move(store::Database::open({.path = path}).value());
}

Error error_of(const Library::Options& options) {
  const auto opened = Library::open(options);
  return opened ? Error{} : opened.error();
}

TEST(LibraryOpen, KeepsAndNamesAFileThatIsNoLibrary) {
  const segue::testing::TempDir folder;
  const std::string path = folder.write("library.db", std::string(10'000, 'x'));
  const Error error = error_of({.path = path});
  EXPECT_EQ(error.code, Code::kDataLoss);
  EXPECT_EQ(error.reason, "LIBRARY_CORRUPT");
  EXPECT_THAT(error.message, HasSubstr(path));
  EXPECT_THAT(error.message, HasSubstr("the file is kept"));
  EXPECT_EQ(fs::file_size(path), 10'000U);
}

TEST(LibraryOpen, RefusesWhatANewerSegueOrAnotherProgramMade) {
  const segue::testing::TempDir folder;
  ASSERT_TRUE(Library::open({.path = folder.path("newer.db")}));
  ASSERT_TRUE(database_at(folder.path("newer.db"))->run("PRAGMA user_version=999"));
  const Error newer = error_of({.path = folder.path("newer.db")});
  EXPECT_EQ(newer.code, Code::kFailedPrecondition);
  EXPECT_EQ(newer.reason, "LIBRARY_TOO_NEW");
  EXPECT_THAT(newer.message, HasSubstr("update Segue"));
  EXPECT_THAT(newer.message, HasSubstr(folder.path("newer.db")));
  ASSERT_TRUE(database_at(folder.path("foreign.db"))->run("CREATE TABLE moz_cookies(x)"));
  const Error foreign = error_of({.path = folder.path("foreign.db")});
  EXPECT_EQ(foreign.reason, "LIBRARY_UNUSABLE");
  EXPECT_THAT(foreign.message, HasSubstr("another program"));
  EXPECT_EQ(database_at(folder.path("foreign.db"))->number("SELECT count(*) FROM sqlite_schema").value(), 1);
}

TEST(LibraryOpen, SaysWhereItCannotWrite) {
  const segue::testing::TempDir folder;
  const Error nowhere = error_of({.path = "/proc/segue/library.db"});
  EXPECT_EQ(nowhere.code, Code::kUnavailable);
  EXPECT_EQ(nowhere.reason, "LIBRARY_UNUSABLE");
  EXPECT_THAT(nowhere.message, HasSubstr("/proc/segue"));
  fs::create_directory(folder.path("library.db"));
  EXPECT_EQ(error_of({.path = folder.path("library.db")}).reason, "LIBRARY_UNUSABLE") << "a folder";
  folder.write("file", "");
  EXPECT_EQ(error_of({.path = folder.path("file/library.db")}).reason, "LIBRARY_UNUSABLE") << "below a file";
  for (const int code : {SQLITE_READONLY, SQLITE_FULL, SQLITE_IOERR}) {
    test::FaultyDisk disk;
    disk.fail_from(0, code);
    const Error error = error_of({.path = folder.path("new" + std::to_string(code) + ".db")});
    EXPECT_EQ(error.code, Code::kUnavailable) << error.message;
    EXPECT_EQ(error.reason, "LIBRARY_UNUSABLE") << error.message;
  }
}

TEST(LibraryOpen, TheFoldersItMakesArePrivate) {
  const segue::testing::TempDir folder;
  ASSERT_TRUE(Library::open({.path = folder.path("a/b/library.db")}));
  EXPECT_EQ(fs::status(folder.path("a/b")).permissions(), fs::perms::owner_all);
}

TEST(LibraryOpen, AnotherProcessThatHoldsTheFileIsNamedAsTheReason) {
  const segue::testing::TempDir folder;
  const std::string path = folder.path("library.db");
  ASSERT_TRUE(Library::open({.path = path}));
  int ready[2], end[2];
  ASSERT_EQ(::pipe(ready) | ::pipe(end), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::close(end[1]);
    const auto holder = store::Database::open({.path = path});
    const bool is_held = holder && (*holder)->run("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE").has_value();
    char byte = is_held ? 'y' : 'n';
    (void)!::write(ready[1], &byte, 1);
    (void)!::read(end[0], &byte, 1);  // until the test is over
    ::_exit(0);
  }
  char is_held = 0;
  ASSERT_EQ(::read(ready[0], &is_held, 1), 1);
  ASSERT_EQ(is_held, 'y');
  const Error error = error_of({.path = path});
  EXPECT_EQ(error.code, Code::kUnavailable);
  EXPECT_EQ(error.reason, "LIBRARY_UNUSABLE");
  EXPECT_THAT(error.message, HasSubstr("another program holds it"));
  ::close(end[1]);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(Library::open({.path = path})) << "free again";
  for (const int fd : {ready[0], ready[1], end[0]}) ::close(fd);
}

// A library as the first schema had it, with a row of everything.
constexpr const char* kFirstSchemaRows = R"sql(
INSERT INTO track VALUES(7, 'Blue Monday', 'New Order', 'Substance', '', 'Synth-pop', 'blue', 1983, 3, 450.5, 130, 'Dm',
  'GBAAP8300017', '', 1700000000);
INSERT INTO track VALUES(8, 'Far away', 'Remote', '', '', '', NULL, 0, 0, 61, 0, '', '', '', 1700000001);
INSERT INTO root(id, provider, path) VALUES(1, 'local', CAST('/music' AS BLOB));
INSERT INTO folder(id, root, path, name, cover) VALUES(2, 1, CAST('/music' AS BLOB), 'music', NULL);
INSERT INTO source(track, provider, key, folder, name, size_bytes, codec, bitrate_kbps, sample_rate_hz, bits)
  VALUES(7, 'local', '0123456789abcdef', 2, CAST('blue.flac' AS BLOB), 1234, 'flac', 900, 44100, 16);
INSERT INTO source(track, provider, key, uri, size_bytes, codec, bitrate_kbps, sample_rate_hz, bits)
  VALUES(8, 'navi', 'tr-1', 'segue://navi/tr-1', 0, 'mp3', 320, 44100, 0);
INSERT INTO playlist(id, provider, name, version, changed_at_s) VALUES(5, 'local', 'Friday', 3, 1700000002);
INSERT INTO playlist_entry VALUES(5, 0, 'segue://local/0123456789abcdef', 'Blue Monday', 'New Order', 450.5);
INSERT INTO playlist_entry VALUES(5, 1, 'segue://navi/tr-1', 'Far away', 'Remote', 61);
)sql";

TEST(LibraryOpen, BringsALibraryOfTheFirstSchemaUpToDate) {
  const segue::testing::TempDir folder;
  const std::string path = folder.path("library.db");
  {
    const auto database = database_at(path);
    ASSERT_TRUE(store::migrate(*database, library_migrations().first(1), kLibraryApplication));
    const auto filled = database->run(kFirstSchemaRows);
    ASSERT_TRUE(filled) << filled.error().message;
  }
  const auto opened = Library::open({.path = path});
  ASSERT_TRUE(opened) << opened.error().message;
  Library& library = **opened;
  EXPECT_THAT(titles(library.search("local", "mon synth", 0, 10)), ElementsAre("Blue Monday"));
  EXPECT_THAT(titles(library.search("local", "far", 0, 10)), ElementsAre()) << "only local tracks are indexed";
  EXPECT_EQ(library.get("local", "0123456789abcdef").value().isrc, "GBAAP8300017");
  const auto playlist = library.playlist("local", "5");
  ASSERT_TRUE(playlist) << playlist.error().message;
  EXPECT_EQ(playlist->playlist.version, "3");
  EXPECT_THAT(titles(playlist->entries), ElementsAre("Blue Monday", "Far away"));
  EXPECT_EQ(database_at(path)->number("PRAGMA user_version").value(), library_migrations().back().version);
}

// What the library says of itself once nobody uses it any more: "ok", or what is wrong.
std::string check(const std::string& path) {
  const auto database = database_at(path);
  auto row = database->query("PRAGMA integrity_check");
  if (!row || !row->step().value_or(false)) return "cannot be read";
  if (row->text(0) != "ok") return std::string(row->text(0));
  const auto text = database->run("INSERT INTO track_text(track_text) VALUES('integrity-check')");
  if (!text) return text.error().message;
  const auto loose = database->number(
      "SELECT (SELECT count(*) FROM track WHERE id NOT IN (SELECT track FROM source)) + "
      "(SELECT count(*) FROM pragma_foreign_key_check)");
  return loose && *loose == 0 ? "ok" : "rows that belong to nothing";
}

// Scans in a process of its own and kills that as soon as `tracks` are in the database.
void kill_while_scanning(const LibraryFolder& music, std::int64_t tracks) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto library = Library::open({.path = music.database()});
    if (!library || !(*library)->add_folders("local", {music.path("")})) ::_exit(1);
    // Asks a thousand times a second: without a pause it would take the processor from the scan.
    while ((*library)->count("local").value_or(0) < tracks) (void)::poll(nullptr, 0, 1);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
}

TEST(LibraryOpen, AKilledScanIsWholeAndGoesOn) {
  LibraryFolder music;
  music.close();
  test::make_music_folder(music.path(""), 11, 1'500);
  std::int64_t at_least = 0;
  for (const std::int64_t tracks : {1, 500, 1'200}) {
    SCOPED_TRACE(tracks);
    kill_while_scanning(music, tracks);
    ASSERT_EQ(check(music.database()), "ok");
    const std::int64_t there =
        database_at(music.database())->number("SELECT count(*) FROM source WHERE provider = 'local'").value();
    EXPECT_GE(there, at_least = std::max(at_least, tracks)) << "what was committed stays";
  }
  music.reopen();
  music.scan();
  EXPECT_EQ(music.library().count("local").value(), 1'500);
  const auto found = music.library().search("local", test::seeded_track(11, 1'499).tags[0].second, 0, 500);
  EXPECT_TRUE(found && !found->empty());
  music.close();
  EXPECT_EQ(check(music.database()), "ok");
  EXPECT_EQ(database_at(music.database())->number("SELECT count(*) FROM track").value(), 1'500);
}

TEST(LibraryOpen, AFullDiskStopsWritingAndNothingElse) {
  test::FaultyDisk disk;
  LibraryFolder music;
  for (int i = 0; i < 50; ++i) music.write(std::to_string(i) + ".flac", flac_file({{"TITLE", "Old"}}));
  music.scan();
  EXPECT_EQ(music.library().scan_progress("local").problem, "");
  const Playlist set = music.library().create_playlist("local", "set", {}).value();
  disk.fail_from(0, SQLITE_FULL);
  for (int i = 0; i < 50; ++i) music.write("new" + std::to_string(i) + ".flac", flac_file({{"TITLE", "New"}}));
  music.rescan();
  EXPECT_GT(disk.failures(), 0);
  EXPECT_THAT(music.library().scan_progress("local").problem, HasSubstr("make room on the disk"));
  const auto refused = music.library().create_playlist("local", "other", {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kResourceExhausted);
  EXPECT_EQ(refused.error().reason, "LIBRARY_UNUSABLE");
  EXPECT_THAT(refused.error().message, HasSubstr("make room on the disk"));
  EXPECT_EQ(music.found("old").size(), 50U) << "what is known can be found";
  EXPECT_EQ(music.library().playlist("local", set.id).value().playlist.name, "set");
  disk.mend();
  EXPECT_TRUE(music.library().create_playlist("local", "other", {}));
  music.rescan();
  EXPECT_EQ(music.library().scan_progress("local").problem, "");
  EXPECT_EQ(music.found("new").size(), 50U);
  music.close();
  EXPECT_EQ(check(music.database()), "ok");
}

}  // namespace
}  // namespace segue::catalog
