# How well memory is used: jobs that grow within a control group.
# shellcheck shell=bash disable=SC2154

# A control group below ours, with so many bytes.
make_cgroup() {
    local own parent
    own=$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup)
    parent="/sys/fs/cgroup/memory$own"
    [ -n "$own" ] && [ -d "$parent" ] || return 1
    mkdir "$parent/dayfold-bench-$$" 2>/dev/null || return 1
    cgroup="$parent/dayfold-bench-$$"
    echo "$1" > "$cgroup/memory.limit_in_bytes"
}

memory() {
    local jobs=24 workers=8 limit=1200000000 size=150000000 seconds=4 kills one peak fit rounds
    if $quick; then seconds=2; fi
    section "$jobs jobs that grow to 150 MB, $workers workers, 1.2 GB"
    if ! make_cgroup "$limit"; then
        echo "SKIPPED: no memory control group of version 1 can be made here"
        return
    fi
    command_job "$room/growing" "$jobs" "'sh', '-c', 'head -c $size /dev/zero | tail -c $size | sleep $seconds'"
    # one alone, for what is possible at best
    follow "$room/growing/job.toml" --workers 1 --limit 1 --run-dir "$room/one"
    one=$wall
    peak=$(sed -n 's/.*"event":"finished".*"peak_memory":\([0-9]*\).*/\1/p' "$room/said")
    fit=$((limit / peak < workers ? limit / peak : workers))
    rounds=$(((jobs + fit - 1) / fit))
    # this shell goes into the group, too: what it starts is there from the beginning
    wall=$(echo "$BASHPID" > "$cgroup/cgroup.procs" && follow "$room/growing/job.toml" --workers "$workers" && echo "$wall")
    kills=$(awk '/^oom_kill / { print $2 }' "$cgroup/memory.oom_control")
    figure "time" "$wall s" "as below"
    figure "of the best: $fit at once, $rounds times $one s" "$(calculate %.2f "$wall / ($rounds * $one)")" "at most 1.3"
    figure "processes killed by the kernel" "$kills" "0"
}
