// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/completion.h"

#include <string_view>
#include <vector>

#include "clients/cli/grammar.h"
#include "clients/cli/text.h"

namespace segue::cli {
namespace {

constexpr std::string_view kGlobalOptions =
    "--server --token-file -o --at --no-wait --request-id --timeout -q --help --version";

// What may stand in one place: choices, and whether a file may.
struct Slot {
  std::string choices;
  bool takes_file = false;
};

// In the grammar's notation small letters are literal and CAPITALS or digits stand for a value.
bool is_literal(std::string_view word) {
  return !word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
}

std::vector<Slot> slots_of(const Row& row) {
  std::vector<Slot> places;
  for (std::string_view word : split_words(row.arguments)) {
    if (word.starts_with('[')) word = word.substr(1, word.size() - 2);
    Slot place;
    place.takes_file = word == "URI" || word == "FILE";
    for (const std::string_view choice : split_words(word, '|')) {
      if (is_literal(choice)) place.choices += (place.choices.empty() ? "" : " ") + std::string(choice);
    }
    if (word == "COMMAND") {
      for (const Row& each : grammar()) place.choices += (place.choices.empty() ? "" : " ") + std::string(each.name);
    }
    places.push_back(place);
  }
  return places;
}

std::string flags_of(const Row& row) {
  std::string flags;
  for (const std::string_view option : split_words(row.options)) {
    flags += " " + std::string(option.substr(0, option.find('=')));
  }
  return flags;
}

std::string names() {
  std::string all;
  for (const Row& row : grammar()) all += (all.empty() ? "" : " ") + std::string(row.name);
  return all;
}

// The arms of a case over "COMMAND:PLACE", shared by both shells.
std::string place_arms() {
  std::string arms;
  for (const Row& row : grammar()) {
    const auto places = slots_of(row);
    for (std::size_t i = 0; i < places.size(); ++i) {
      const std::string pattern = "    " + std::string(row.name) + ":" + std::to_string(i + 1) + ") ";
      if (places[i].takes_file) arms += pattern + "files=1 ;;\n";
      if (!places[i].choices.empty()) arms += pattern + "choices=\"" + places[i].choices + "\" ;;\n";
    }
  }
  return arms;
}

std::string flag_arms() {
  std::string arms;
  for (const Row& row : grammar()) {
    const std::string flags = flags_of(row);
    if (!flags.empty()) arms += "    " + std::string(row.name) + ") flags=\"$flags" + flags + "\" ;;\n";
  }
  return arms;
}

// Finds the command and the number of the place the cursor is in, in both shells' common language.
// Expects `words_before`, an array of the words between the program's name and the cursor.
constexpr std::string_view kFindPlace = R"(  local command="" place=0 skip="" word
  for word in "${words_before[@]}"; do
    if [[ -n $skip ]]; then skip=""; continue; fi
    case $word in
    --server|--token-file|-o|--output|--at|--request-id|--timeout|--rate|--provider|--limit|--offset|--page|--priority|--bpm|--bpm-min|--bpm-max) skip=$word ;;
    -[0-9.=]*) place=$((place + 1)) ;;
    -?*) ;;
    *) if [[ -z $command ]]; then command=$word; place=1; else place=$((place + 1)); fi ;;
    esac
  done
)";

std::string suggestions() {
  return "  local choices=\"\" files=\"\" flags=\"" + std::string(kGlobalOptions) +
         "\"\n"
         "  case $skip in\n"
         "    -o|--output) choices=\"text json jsonl\" ;;\n"
         "    --token-file) files=1 ;;\n"
         "    --at) choices=\"now\" ;;\n"
         "    ?*) ;;\n"
         "    *) if [[ -z $command ]]; then choices=\"" +
         names() +
         "\"; else\n"
         "    case ${command}:${place} in\n" +
         place_arms() +
         "    esac\n"
         "    fi\n"
         "    case $command in\n" +
         flag_arms() +
         "    esac ;;\n"
         "  esac\n";
}

}  // namespace

std::string bash_completion() {
  return "# SPDX-License-Identifier: GPL-3.0-or-later\n"
         "# Made by `segue completion bash`.\n"
         "_segue() {\n"
         "  local cursor=${COMP_WORDS[COMP_CWORD]}\n"
         "  local words_before=(\"${COMP_WORDS[@]:1:COMP_CWORD-1}\")\n" +
         std::string(kFindPlace) + suggestions() +
         "  if [[ -z $skip && $cursor == -* ]]; then choices=$flags files=\"\"; fi\n"
         "  COMPREPLY=($(compgen -W \"$choices\" -- \"$cursor\"))\n"
         "  if [[ -n $files ]]; then compopt -o filenames 2>/dev/null; local IFS=$'\\n'; "
         "COMPREPLY+=($(compgen -f -- \"$cursor\")); fi\n"
         "}\n"
         "complete -F _segue segue\n";
}

std::string zsh_completion() {
  return "#compdef segue\n"
         "# SPDX-License-Identifier: GPL-3.0-or-later\n"
         "# Made by `segue completion zsh`.\n"
         "_segue() {\n"
         "  local cursor=${words[CURRENT]}\n"
         "  local -a words_before=(\"${(@)words[2,CURRENT-1]}\")\n" +
         std::string(kFindPlace) + suggestions() +
         "  if [[ -z $skip && $cursor == -* ]]; then choices=$flags files=\"\"; fi\n"
         "  [[ -n $choices ]] && compadd -- ${=choices}\n"
         "  [[ -n $files ]] && _files\n"
         "}\n"
         "_segue \"$@\"\n";
}

}  // namespace segue::cli
