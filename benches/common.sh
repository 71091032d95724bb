# Figures and jobs, for the parts of scripts/bench. They know $dayfold, the program, $room, a folder in memory that is
# removed at the end, and $quick.
# shellcheck shell=bash disable=SC2154

section() { printf '\n== %s\n' "$*"; }
# A figure with its goal, if it has one. Without a number something has failed.
figure() {
    if [[ $2 != *[0-9]* ]]; then
        printf 'bench: there is no figure for: %s\n' "$1" >&2
        exit 1
    fi
    printf '%-52s %12s%s\n' "$1" "$2" "${3:+   goal: $3}"
}
now() { date +%s.%N; }
median() { printf '%s\n' "$@" | sort -g | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }
calculate() { awk "BEGIN { printf \"$1\", $2 }"; }

# A job of $2 groups in the folder $1: for each the program and arguments $3, as in TOML, are run.
command_job() {
    local folder=$1 groups=$2 command=$3 i name
    mkdir -p "$folder/archive"
    for ((i = 1; i <= groups; i++)); do
        # without a process for each: there are thousands
        printf -v name %05d "$i"
        : > "$folder/archive/$name.nc"
    done
    cat > "$folder/job.toml" <<END
[archive]
root = "archive"
pattern = "*.nc"
group = "file"
[task]
kind = "command"
command = [$command]
[output]
file = "out.nc"
END
}

# Runs dayfold with these arguments and follows its supervisor; sets wall (s), cpu (s) and memory (bytes, the
# largest resident). The last look is up to 50 ms before its end.
follow() {
    local pid begun stat ticks seen
    begun=$(now)
    "$dayfold" run "$@" --message-format json 2> "$room/said" > /dev/null &
    pid=$!
    ticks=0 memory=0
    while stat=$(cat "/proc/$pid/stat" 2>/dev/null) && [[ ${stat##*) } != Z* ]]; do
        # after the name in parentheses: state is the first, user and system time are the 12th and 13th
        read -r -a fields <<< "${stat##*) }"
        ticks=$((fields[11] + fields[12]))
        seen=$(awk '/^VmHWM:/ { print $2 * 1024 }' "/proc/$pid/status" 2>/dev/null || true)
        # there is none once it has ended, which may be since the look before
        memory=${seen:-$memory}
        sleep 0.05
    done
    if ! wait "$pid"; then
        cat "$room/said" >&2
        return 1
    fi
    wall=$(calculate %.3f "$(now) - $begun")
    cpu=$(calculate %.3f "$ticks / $(getconf CLK_TCK)")
}
