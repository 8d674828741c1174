#!/usr/bin/env bash
# Faults built into the product on purpose, one at a time, in a copy of the tree: the
# simulator must find each of them (npm run sim -- --mutants). Words after it choose some
# of them: `--mutants 03 wake`.
#
# A mutant is a patch in rust/sim/mutants; its first line says what it breaks. It counts
# as caught when a run breaks a rule, and the same seed breaks none without the patch.

. "$(dirname "$0")/lib.sh"

# A fault that takes more runs than this to show is not caught.
runs=200
# A build or a simulation that takes longer hangs, in seconds.
limit=1200

use_pinned_rust
root=$PWD
work=$root/build/mutants
tree=$work/tree
export CARGO_TARGET_DIR=$root/target

# Everything that git would keep, with its times: what is not changed is not compiled again.
copy_tree() {
  rm -rf "$work"
  mkdir -p "$tree"
  git ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do if [ -e "$file" ]; then printf '%s\0' "$file"; fi; done |
    tar --create --null --files-from=- --file=- | tar --extract --directory="$tree" --file=-
}

# The crates of the workspace are compiled often and run shortly, the others never again.
quick_profile() {
  local package
  for package in backends core devserver engine sim store; do
    printf -- "--config\nprofile.release.package.mailboat-%s.opt-level=1\n" "$package"
    printf -- "--config\nprofile.release.package.mailboat-%s.debug=0\n" "$package"
  done
  printf -- '--config\nprofile.release.incremental=true\n'
}
mapfile -t profile < <(quick_profile)

# build NAME: the simulator of the tree as it is, as build/mutants/NAME.
build() {
  (cd "$tree" && timeout "$limit" cargo build --quiet --release "${profile[@]}" --package mailboat-sim) \
    >"$work/$1.build.log" 2>&1 &&
    cp "$CARGO_TARGET_DIR/release/mailboat-sim" "$work/$1"
}

# The tree is no repository of its own, and git must not take it for a part of ours.
apply() { GIT_CEILING_DIRECTORIES=$work git -C "$tree" apply "$@"; }

# play PATCH: prints what came of it, a word and the rest.
play() {
  local patch=$1 name log found seed rule
  name=$(basename "$patch" .patch)
  log=$work/$name.log
  if ! apply "$patch" 2>"$log"; then
    echo "error the patch does not apply: $(head -n 1 "$log")"
    return
  fi
  if ! build "$name"; then
    apply --reverse "$patch"
    echo "error it does not compile: build/mutants/$name.build.log"
    return
  fi
  apply --reverse "$patch"
  if timeout "$limit" "$work/$name" --runs "$runs" --stop-at-first >"$log" 2>&1; then
    echo "survived $runs runs"
    return
  fi
  # `seed 12: no effect twice (0.51 h): ...`
  found=$(grep -m 1 -E '^seed [0-9]+: ' "$log") || {
    echo "error it ended without a finding: build/mutants/$name.log"
    return
  }
  seed=$(sed -E 's/^seed ([0-9]+): .*/\1/' <<<"$found")
  rule=$(sed -E 's/^seed [0-9]+: ([^(:]*[^ (:]).*/\1/' <<<"$found")
  if ! timeout "$limit" "$work/control" --seed "$seed" >"$work/$name.control.log" 2>&1; then
    echo "error seed $seed fails without the patch as well: build/mutants/$name.control.log"
    return
  fi
  echo "caught $rule (seed $seed)"
}

shopt -s nullglob
patches=()
for patch in rust/sim/mutants/*.patch; do
  if [ $# -eq 0 ]; then patches+=("$root/$patch"); fi
  for word in "$@"; do
    if [[ $(basename "$patch") == *"$word"* ]]; then
      patches+=("$root/$patch")
      break
    fi
  done
done
if [ ${#patches[@]} -eq 0 ]; then die "there is no mutant of this name in rust/sim/mutants."; fi

copy_tree
echo "building the simulator without a fault"
if ! build control; then
  tail -n 40 "$work/control.build.log" >&2
  die "the tree does not compile."
fi

caught=0
printf '%-34s %-9s %-44s %s\n' mutant '' 'the rule that caught it' time
for patch in "${patches[@]}"; do
  start=$SECONDS
  read -r word rest < <(play "$patch")
  if [ "$word" = caught ]; then caught=$((caught + 1)); fi
  printf '%-34s %-9s %-44s %4d s\n' "$(basename "$patch" .patch)" "$word" "$rest" $((SECONDS - start))
  if [ "$word" != caught ]; then printf '    %s\n' "$(head -n 1 "$patch")"; fi
done
printf 'mutants=%d caught=%d\n' "${#patches[@]}" "$caught"
[ "$caught" -eq ${#patches[@]} ]
