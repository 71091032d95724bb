# The main job: the figures of its goals, each the median of some rounds in which all take their turn.
# shellcheck shell=bash disable=SC2154

readonly VARIABLES=surface_global_irradiance,direct_normal_irradiance,surface_diffuse_irradiance

# One synthetic day at every $1th row and column of the grid, written once and kept; sets day, the folder, and files.
write_day() {
    day="$target/bench/day-$1"
    if [ ! -e "$day/dayfold.toml" ]; then
        printf 'writing a day into %s (kept for the next time)\n' "$day" >&2
        rm -rf "$day"
        "$dayfold" sample "$day" --days 1 --coarsen "$1" 2> /dev/null
    fi
    files=("$day"/archive/v1.1/2022/02/01/*.nc)
}

# A folder $1 for a job over the files $4..., grouped by $2, in the regions of file $3 (none: the whole grid).
pv_folder() {
    local folder=$1 group=$2 regions=$3
    shift 3
    mkdir -p "$folder/archive/2022/02/01"
    ln -s "$@" "$folder/archive/2022/02/01/"
    {
        printf '[archive]\nroot = "archive"\npattern = "%%Y/%%m/%%d/*.nc"\ngroup = "%s"\n' "$group"
        if [ -n "$regions" ]; then printf '[regions]\nfile = "%s"\nname = "name"\n' "$regions"; fi
        printf '[task]\nkind = "pv"\ntemperature = 18.0\n[output]\nfile = "result/pv.nc"\n'
    } > "$folder/job.toml"
}

# Runs the job of folder $1 from its beginning with the options $2...; sets wall and cpu (s, of all processes) and
# peak (bytes, the largest worker's).
pv_run() {
    local folder=$1 begun
    shift
    rm -rf "$folder/result" && mkdir "$folder/result"
    begun=$(now)
    cpu=$( { TIMEFORMAT='%U %S'; time "$dayfold" run "$folder/job.toml" "$@" --run-dir "$folder/result/run" \
        --message-format json > /dev/null 2> "$folder/said"; } 2>&1 | awk '{ print $1 + $2 }') || {
        cat "$folder/said" >&2
        return 1
    }
    wall=$(calculate %.3f "$(now) - $begun")
    peak=$(sed -n 's/.*"peak_memory":\([0-9]*\).*/\1/p' "$folder/said" | sort -n | tail -n 1)
}

# Runs two jobs at once; sets wall until the last has ended.
pv_run_both() {
    local begun first
    begun=$(now)
    (pv_run "$1" --workers 1) &
    first=$!
    (pv_run "$2" --workers 1)
    wait "$first"
    wall=$(calculate %.3f "$(now) - $begun")
}

# The floor of the rows $1 (FIRST:END) of all files, s.
floor_of() { "$decode" floor "$1" "$VARIABLES" "${files[@]}" | awk '/^floor/ { print $2 / 1000 }'; }

# A region of rows $1 to before $2 and columns $3 to before $4 of a grid with every $5th row and column.
rectangle() {
    awk -v first="$1" -v end="$2" -v west="$3" -v east="$4" -v every="$5" 'BEGIN {
        s = -44.5 + 0.02 * every * (first - 0.5); n = -44.5 + 0.02 * every * (end - 0.5)
        w = 112 + 0.02 * every * (west - 0.5); e = 112 + 0.02 * every * (east - 0.5)
        printf "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"name\":\"small\"},"
        printf "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
        printf "[[[%f,%f],[%f,%f],[%f,%f],[%f,%f],[%f,%f]]]}}]}\n", w, s, e, s, e, n, w, n, w, s
    }'
}

# The jobs: the day as one group, in the whole grid, the sample's regions and a small one; by files, whole and in halves.
pv_folders() {
    local half=$(((${#files[@]} + 1) / 2))
    pv_folder "$room/whole" day "" "${files[@]}"
    pv_folder "$room/regions" day "$day/regions.geojson" "${files[@]}"
    pv_folder "$room/small" day "$room/small.geojson" "${files[@]}"
    pv_folder "$room/files" file "" "${files[@]}"
    pv_folder "$room/half-1" file "" "${files[@]:0:half}"
    pv_folder "$room/half-2" file "" "${files[@]:half}"
}

# One round, number $1: every measurement once.
pv_round() {
    floors+=("$(floor_of "0:$rows")")
    pv_run "$room/whole" --workers 1
    wholes+=("$cpu") peaks+=("$peak")
    small_floors+=("$(floor_of "$first:$end")")
    pv_run "$room/small" --workers 1
    smalls+=("$cpu")
    pv_run "$room/files" --workers 2
    twos+=("$wall")
    pv_run_both "$room/half-1" "$room/half-2"
    apart+=("$wall")
    pv_reference "$1"
}

pv() {
    local every=1 rounds=3 rows first end width west east floor whole small_floor
    local -a floors=() wholes=() peaks=() smalls=() small_floors=() twos=() apart=() references=() worsts=()
    local python lit
    if [ -z "$decode" ]; then return; fi
    if $quick; then every=4; fi
    rows=$(((1725 + every) / every)) width=$(((2213 + every) / every))
    # a twentieth of the rows and of the columns, in the middle
    first=$((rows / 2)) end=$((rows / 2 + rows / 20)) west=$((width / 2)) east=$((width / 2 + width / 20))
    write_day "$every"
    rectangle "$first" "$end" "$west" "$east" "$every" > "$room/small.geojson"
    pv_folders
    python=$(scripts/python bench benches/requirements.txt) || python=
    section "a day of ${#files[@]} steps, $rows x $width cells, constant temperature: medians of $rounds rounds"
    if $quick; then echo "(the goals are the full grid's: on a small one what each file costs to be opened weighs most)"; fi
    for ((round = 0; round < rounds; round++)); do pv_round "$round"; done
    floor=$(median "${floors[@]}") whole=$(median "${wholes[@]}") small_floor=$(median "${small_floors[@]}")
    figure "processor time, 1 worker" "$whole s" "1.5 floors"
    figure "the floor: chunks read, inflated, unshuffled" "$floor s"
    figure "(a) processor time over the floor" "$(calculate %.2f "$whole / $floor")" "at most 1.5"
    pv_reference_figures "$whole"
    figure "(c) a cell, against the scalar model" "$(worst_of_a_cell)" "at most 1e-9"
    figure "(d) a worker's memory at its peak" "$(calculate %.1f "$(median "${peaks[@]}") / 1048576") MiB" "at most 64 MB"
    figure "(e) speed of 2 workers over 2 runs at once" "$(calculate %.3f "$(median "${apart[@]}") / $(median "${twos[@]}")")" "at least 0.97"
    # the kernel's share: what the whole grid costs above its floor, for as many cells
    small_figure "$(calculate %.3f "$small_floor + ($whole - $floor) * ($end - $first) * ($east - $west) / ($rows * $width)")"
}

small_figure() {
    local small
    small=$(median "${smalls[@]}")
    figure "a region of $((end - first)) x $((east - west)) cells, processor time" "$small s" "1.3 x $1 s"
    figure "(f) over its share of floor and kernel" "$(calculate %.2f "$small / $1")" "at most 1.3"
}

# pvlib on one step of the day, another in each round, number $1: its time for a cell with irradiance.
pv_reference() {
    local cells seconds worst steps=(50 20 85)
    if [ -z "$python" ]; then return; fi
    # the means in regions are compared, too, and cost nothing that is measured
    if [ ! -e "$room/regions/result/pv.nc" ]; then pv_run "$room/regions" --workers 1; fi
    read -r cells seconds worst lit < <("$python" benches/reference.py "$room/whole/result/pv.nc" \
        "$room/regions/result/pv.nc" "$day/regions.geojson" "${files[${steps[$1]}]}")
    references+=("$(calculate %.12f "$seconds / $cells")") worsts+=("$worst")
}

# What that makes of the day, by the cells with irradiance. $1: ours, s.
pv_reference_figures() {
    local cell
    if [ -z "$python" ]; then
        echo "SKIPPED: the reference by pvlib (it wants Python 3 with pip, and PyPI)"
        return
    fi
    cell=$(median "${references[@]}")
    figure "pvlib, a cell with irradiance" "$(calculate %.0f "1e9 * $cell") ns"
    figure "dayfold, a cell with irradiance" "$(calculate %.1f "1e9 * $1 / $lit") ns"
    figure "(b) pvlib's processor time over ours" "$(calculate %.0f "$cell * $lit / $1")" "at least 250"
    figure "(c) means of the grid and its regions, against pvlib" "$(printf '%s\n' "${worsts[@]}" | sort -g | tail -n 1)" \
        "at most 1e-8"
}

# The largest relative difference of the kernel from the scalar model, on all instruction sets of this machine.
worst_of_a_cell() {
    cargo bench --locked --quiet -p dayfold-pv --bench kernel -- worst 2> /dev/null | awk '/^worst/ { print $NF }' |
        sort -g | tail -n 1
}
