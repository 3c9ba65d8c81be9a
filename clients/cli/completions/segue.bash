# SPDX-License-Identifier: GPL-3.0-or-later
# Made by `segue completion bash`.
_segue() {
  local cursor=${COMP_WORDS[COMP_CWORD]}
  local words_before=("${COMP_WORDS[@]:1:COMP_CWORD-1}")
  local command="" place=0 skip="" word
  for word in "${words_before[@]}"; do
    if [[ -n $skip ]]; then skip=""; continue; fi
    case $word in
    --server|--token-file|-o|--output|--at|--request-id|--timeout|--rate|--provider|--limit|--offset|--page|--priority|--bpm|--bpm-min|--bpm-max) skip=$word ;;
    -[0-9.=]*) place=$((place + 1)) ;;
    -?*) ;;
    *) if [[ -z $command ]]; then command=$word; place=1; else place=$((place + 1)); fi ;;
    esac
  done
  local choices="" files="" flags="--server --token-file -o --at --no-wait --request-id --timeout -q --help --version"
  case $skip in
    -o|--output) choices="text json jsonl" ;;
    --token-file) files=1 ;;
    --at) choices="now" ;;
    ?*) ;;
    *) if [[ -z $command ]]; then choices="load eject play pause cue stop seek tempo pitch keylock stretcher grid gain fader eq crossfader assign master search browse track analyze artwork playlists playlist library marks rate prefetch providers network record cancel do batch status watch version health shutdown help completion"; else
    case ${command}:${place} in
    load:2) files=1 ;;
    tempo:2) choices="reset" ;;
    keylock:2) choices="on off" ;;
    grid:2) choices="shift downbeat tap halve double scale bpm reset again" ;;
    eq:2) choices="low mid high" ;;
    eq:3) choices="kill" ;;
    assign:2) choices="a b thru" ;;
    track:1) files=1 ;;
    artwork:1) files=1 ;;
    artwork:2) files=1 ;;
    library:1) choices="import export" ;;
    library:2) files=1 ;;
    marks:1) files=1 ;;
    rate:1) files=1 ;;
    record:1) choices="start stop" ;;
    record:2) files=1 ;;
    batch:1) files=1 ;;
    watch:1) choices="state events meters" ;;
    help:1) choices="load eject play pause cue stop seek tempo pitch keylock stretcher grid gain fader eq crossfader assign master search browse track analyze artwork playlists playlist library marks rate prefetch providers network record cancel do batch status watch version health shutdown help completion" ;;
    completion:1) choices="bash zsh" ;;
    esac
    fi
    case $command in
    load) flags="$flags --play --force" ;;
    cue) flags="$flags --pressed --released" ;;
    search) flags="$flags --provider --limit --offset" ;;
    browse) flags="$flags --page" ;;
    analyze) flags="$flags --force --bpm-min --bpm-max --bpm" ;;
    playlists) flags="$flags --provider" ;;
    playlist) flags="$flags --provider" ;;
    library) flags="$flags --format --dry-run --replace --force" ;;
    prefetch) flags="$flags --priority --cancel" ;;
    watch) flags="$flags --rate" ;;
    esac ;;
  esac
  if [[ -z $skip && $cursor == -* ]]; then choices=$flags files=""; fi
  COMPREPLY=($(compgen -W "$choices" -- "$cursor"))
  if [[ -n $files ]]; then compopt -o filenames 2>/dev/null; local IFS=$'\n'; COMPREPLY+=($(compgen -f -- "$cursor")); fi
}
complete -F _segue segue
