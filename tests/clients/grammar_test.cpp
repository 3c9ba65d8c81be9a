// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/grammar.h"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "clients/cli/completion.h"

namespace segue::cli {
namespace {

std::string contents_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Grammar, NamesEachCommandOnceAndExplainsIt) {
  std::set<std::string_view> names;
  const std::string help = help_of_all();
  for (const Row& row : grammar()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name << " is there twice";
    EXPECT_NE(help.find("  " + std::string(row.name) + " "), std::string::npos) << row.name;
    EXPECT_TRUE(row.help.substr(0, row.help.find('\n')).ends_with('.')) << row.name << ": " << row.help;
    EXPECT_EQ(find_row(row.name), &row);
  }
}

TEST(Grammar, CountsArguments) {
  const auto check = [](const char* arguments, std::size_t least, std::size_t most) {
    EXPECT_EQ(arity_of(arguments).least, least) << arguments;
    EXPECT_EQ(arity_of(arguments).most, most) << arguments;
  };
  check("", 0, 0);
  check("DECK URI", 2, 2);
  check("CH low|mid|high DB|kill", 3, 3);
  check("start|stop [FILE]", 1, 2);
  check("JSON...", 1, static_cast<std::size_t>(-1));
}

TEST(Grammar, GuessesWhatWasMeant) {
  EXPECT_EQ(nearest_name("paly"), "play");
  EXPECT_EQ(nearest_name("sta"), "status");
  EXPECT_EQ(nearest_name("crosfader"), "crossfader");
  EXPECT_EQ(nearest_name("frobnicate"), "");
  EXPECT_EQ(nearest_name(""), "");
}

TEST(Completion, CommittedScriptsAreCurrent) {
  const std::string folder = SEGUE_COMPLETIONS;
  EXPECT_EQ(contents_of(folder + "/segue.bash"), bash_completion())
      << "run: segue completion bash > clients/cli/completions/segue.bash";
  EXPECT_EQ(contents_of(folder + "/_segue"), zsh_completion())
      << "run: segue completion zsh > clients/cli/completions/_segue";
}

// What bash offers for a command line, its last word the one being typed.
std::string offered(const std::string& words, int cursor) {
  const std::string script = "source " SEGUE_COMPLETIONS "/segue.bash; COMP_WORDS=(" + words +
                             "); COMP_CWORD=" + std::to_string(cursor) + "; _segue; echo \"${COMPREPLY[*]}\"";
  FILE* shell = ::popen(("bash -c '" + script + "'").c_str(), "r");
  std::string answer;
  for (int c = std::fgetc(shell); c != EOF; c = std::fgetc(shell)) answer += static_cast<char>(c);
  ::pclose(shell);
  if (answer.ends_with('\n')) answer.pop_back();
  return answer;
}

TEST(Completion, OffersCommandsChoicesAndOptions) {
  EXPECT_EQ(offered("segue cros", 1), "crossfader");
  EXPECT_EQ(offered("segue eq 1 \"\"", 3), "low mid high");
  EXPECT_EQ(offered("segue eq 1 low k", 4), "kill");
  EXPECT_EQ(offered("segue --at +2s keylock 2 o", 5), "on off");
  EXPECT_EQ(offered("segue -o j", 2), "json jsonl");
  EXPECT_EQ(offered("segue load 1 --pl", 3), "--play");
  EXPECT_EQ(offered("segue load 1 /et", 3), "/etc");
  EXPECT_EQ(offered("segue play \"\"", 2), "");
}

}  // namespace
}  // namespace segue::cli
