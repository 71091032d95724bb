# What the supervisor costs: idle workers, groups that are nothing, a decade of partials.
# shellcheck shell=bash disable=SC2154

sleeping_workers() {
    local workers=104 groups=1040 seconds=2
    if $quick; then groups=208 seconds=1; fi
    section "$workers workers, $groups groups that sleep for $seconds s"
    command_job "$room/sleeping" "$groups" "'sleep', '$seconds'"
    follow "$room/sleeping/job.toml" --workers "$workers" --memory 100TB
    figure "time" "$wall s" "$(calculate %.0f "$groups / $workers * $seconds") s and a little"
    figure "the supervisor's share of a core" "$(calculate %.1f "100 * $cpu / $wall") %" "under 5 %"
    figure "the supervisor's memory" "$(calculate %.1f "$memory / 1e6") MB" "under 100 MB"
}

# What the supervisor itself costs: workers that answer at once, with no task, no program, nothing on a terminal.
answered_groups() {
    local groups=10000 files line run
    local -a times shares
    if $quick; then groups=2000; fi
    if [ -z "$stand_in" ]; then return; fi
    for files in 1 103; do
        section "$groups groups of $files files without values, 2 workers that answer at once: medians of 3 runs"
        times=() shares=()
        for run in 1 2 3; do
            rm -rf "$room/answered"
            line=$("$stand_in" "$room/answered" "$groups" 2 "$files")
            times+=("$(sed 's/.*wall \([0-9.]*\).*/\1/' <<< "$line")")
            shares+=("$(sed 's/.*processor \([0-9.]*\).*/\1/' <<< "$line")")
        done
        figure "time" "$(median "${times[@]}") s" "2 s for 10000"
        figure "the supervisor's time on a core, a group" "$(median "${shares[@]}") us" "at most 100 us"
    done
}

# The least that a group of a command can be: a program that does nothing. To start so many takes a time of its own,
# most of it the C library's, so there is one without, too, where there is a compiler for it.
empty_groups() {
    local groups=10000 program begun alone
    local -a programs=(true)
    if $quick; then groups=2000; fi
    if least_program; then programs+=("$room/least"); fi
    for program in "${programs[@]}"; do
        section "$groups groups without values, 2 workers, each a program: $(basename "$program")"
        rm -rf "$room/empty"
        command_job "$room/empty" "$groups" "'$program'"
        begun=$(now)
        seq "$groups" | xargs -P 2 -n 1 "$program"
        alone=$(calculate %.3f "$(now) - $begun")
        follow "$room/empty/job.toml" --workers 2
        figure "time" "$wall s" "2 s for 10000; two that only start programs took $alone s"
        figure "the supervisor's time on a core, a group" "$(calculate %.0f "1e6 * $cpu / $groups") us" "at most 100 us"
    done
}

# A program of two instructions.
least_program() {
    [ "$(uname -m)" = x86_64 ] || return 1
    printf '%s\n' 'void _start(void) { __asm__ volatile("mov $60, %eax; xor %edi, %edi; syscall"); }' > "$room/least.c"
    cc -O2 -static -nostdlib -o "$room/least" "$room/least.c" 2> "$room/said"
}

# A decade of days into one file.
decade() {
    local line
    if $quick || [ -n "${DAYFOLD:-}" ]; then return; fi
    section "3650 partials of 103 steps x 30 regions x 4 variables into one file"
    line=$(TMPDIR=$room cargo test --release --locked --quiet -p dayfold-supervisor --test collate_speed -- \
        --ignored --nocapture | grep '^collated')
    figure "time" "$(sed 's/.*times in \([^,]*\),.*/\1/' <<< "$line")" "under 5 s"
    figure "processor time" "$(sed 's/.*processor \([^,]*\),.*/\1/' <<< "$line")" "under 5 s"
    figure "memory" "$(sed 's/.*peak memory //' <<< "$line")" "under 200 MB"
}

supervisor() {
    sleeping_workers
    answered_groups
    empty_groups
    decade
}
