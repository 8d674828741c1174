#!/usr/bin/env bash
# Everything (npm test): set-up, then each suite in turn. A suite that fails
# does not stop those after it. The table at the end is read from the runners'
# own summaries; a summary that is missing is a failure.

. "$(dirname "$0")/lib.sh"

scripts/setup.sh --for test
use_pinned_rust

# `kills=40 mid_commit=.. mid_request=.. after_server_commit=.. acknowledged=N delivered=M lost=0 duplicated=0 out_of_order=0`
# A write that was committed when its writer died before saying so is delivered too: M >= N.
count_kill() {
  plain_text | awk '
    /^kills=[1-9][0-9]* .* acknowledged=[0-9]+ delivered=[0-9]+ lost=0 duplicated=0 out_of_order=0$/ {
      split($5, acknowledged, "="); split($6, delivered, "=")
      if (acknowledged[2] > 0 && delivered[2] + 0 >= acknowledged[2] + 0) good = 1
    }
    END { if (good) print 1, 0, 0 }'
}

# `pull_cuts=N rows=N lost=0`, then `cuts=N effects=N lost=0 duplicated=0`: one effect, one row a cut.
count_bytes() {
  plain_text | awk '
    /^pull_cuts=[1-9][0-9]* rows=[0-9]+ lost=0$/ {
      split($1, cuts, "="); split($2, rows, "="); pulls = cuts[2] == rows[2]
    }
    /^cuts=[1-9][0-9]* effects=[0-9]+ lost=0 duplicated=0$/ {
      split($1, cuts, "="); split($2, effects, "="); pushes = cuts[2] == effects[2]
    }
    END { if (pulls && pushes) print 1, 0, 0 }'
}

# `budgets=3 sent=N overruns=0 lost=0 duplicated=0`
count_background() {
  plain_text | awk '
    /^budgets=3 sent=[1-9][0-9]* overruns=0 lost=0 duplicated=0$/ {
      split($2, sent, "=")
      if (sent[2] + 0 >= 3000) good = 1
    }
    END { if (good) print 1, 0, 0 }'
}

# `runs=N devices=N device_days=N messages=N kills=N power_cuts=N lost=0 duplicated=0 out_of_order=0 stuck=0 diverged=0`
count_sim() {
  plain_text | awk '
    /^runs=[1-9][0-9]* devices=[1-9][0-9]* device_days=[0-9]+ messages=[1-9][0-9]* kills=[1-9][0-9]* power_cuts=[0-9]+ lost=0 duplicated=0 out_of_order=0 stuck=0 diverged=0$/ {
      split($1, runs, "="); split($4, messages, "=")
      if (messages[2] + 0 >= 20 * runs[2]) result = runs[2] " 0 0"
    }
    END { if (result) print result }'
}

# `faults=N typed=N process_died=0 data_changed=0`
count_faults() {
  plain_text | awk '
    /^faults=[0-9]+ typed=[0-9]+ process_died=0 data_changed=0$/ {
      split($1, faults, "="); split($2, typed, "=")
      result = typed[2] " " faults[2] - typed[2] " 0"
    }
    END { if (result) print result }'
}

# `rounds=N in_flight=N reports=0 growth_kb=N`: no report of a sanitizer, in rounds that had work in flight.
count_teardown() {
  plain_text | awk '
    /^rounds=[1-9][0-9]* in_flight=[1-9][0-9]* reports=0 growth_kb=-?[0-9]+$/ { good = 1 }
    END { if (good) print 1, 0, 0 }'
}

# `mailboat-demo sent=N delivered=N lost=0 duplicated=0 out_of_order=0 kills=K`
count_demo() {
  plain_text | awk '
    /^mailboat-demo sent=[0-9]+ delivered=[0-9]+ lost=0 duplicated=0 out_of_order=0 kills=[1-9][0-9]*$/ {
      split($2, sent, "="); split($3, delivered, "=")
      if (sent[2] + 0 >= 100 && sent[2] == delivered[2]) good = 1
    }
    END { if (good) print 1, 0, 0 }'
}

# With sabotage (the server forgets its ledger) a suite must count damage and fail for it:
# else it would not see damage of any other cause either.
count_expected_failure() {
  plain_text | awk -v status="$1" '
    /^(mailboat-demo|kills=[0-9]+) .*lost=[0-9]+ duplicated=[0-9]+ out_of_order=[0-9]+( kills=[0-9]+)?$/ {
      damage = !/ lost=0 duplicated=0 out_of_order=0/
    }
    /^cuts=[1-9][0-9]* effects=[0-9]+ lost=[0-9]+ duplicated=[1-9][0-9]*$/ { damage = 1 }
    /^budgets=3 sent=[0-9]+ overruns=[0-9]+ lost=[0-9]+ duplicated=[1-9][0-9]*$/ { damage = 1 }
    END { if (damage && status != 0) print 1, 0, 0 }'
}

# With a planted bug the same run must report it, and fail.
count_planted() {
  plain_text | awk -v status="$1" '
    /^reports=[1-9]/ || /^rounds=.* reports=[1-9]/ { reported = 1 }
    END { if (reported && status != 0) print 1, 0, 0 }'
}

suite 'checks' plain 1800 scripts/check.sh --static
suite 'rust' cargo 2400 cargo test --release --workspace --no-fail-fast
suite 'javascript' jest 900 npm run --silent test:js
suite 'hooks' plain 600 npm run --silent test:hooks
suite 'kill' kill 900 npm run --silent test:kill -- --kills 40
suite 'kill sabotaged' expected_failure 300 npm run --silent test:kill -- --kills 10 --sabotage
suite 'policy tables' plain 600 npm run --silent test:policy
suite 'bytes' bytes 180 npm run --silent test:bytes
suite 'bytes sabotaged' expected_failure 180 npm run --silent test:bytes -- --sabotage
suite 'background' background 300 npm run --silent test:background
suite 'background sabotaged' expected_failure 300 npm run --silent test:background -- --sabotage
suite 'sim' sim 900 npm run --silent sim -- --runs 200
suite 'sim, fresh seeds' sim 600 npm run --silent sim -- --runs 50 --fresh
suite 'faults' faults 600 npm run --silent test:faults
suite 'shim, jsc' gtest 900 npm run --silent test:shim
suite 'window' plain 600 npm run --silent test:window
suite 'conformance, node' plain 300 npm run --silent test:conformance -- --host node
suite 'conformance, jsc' plain 600 npm run --silent test:conformance -- --host jsc
suite 'teardown, jsc' teardown 1200 npm run --silent test:teardown
suite 'teardown planted' planted 600 npm run --silent test:teardown -- --plant
suite 'hand-over' plain 1200 npm run --silent test:handover
suite 'hand-over planted' planted 600 npm run --silent test:handover -- --plant
if scripts/hermes.sh --path >/dev/null 2>&1 || [ "${MAILBOAT_HERMES:-}" = 1 ]; then
  scripts/hermes.sh
  suite 'shim, hermes' gtest 900 npm run --silent test:shim -- --engine hermes
  suite 'conformance, hermes' plain 600 npm run --silent test:conformance -- --host hermes
  suite 'teardown, hermes' teardown 900 npm run --silent test:teardown -- --engine hermes
else
  printf '\n=== hermes\nnot tested: there is no Hermes here (scripts/hermes.sh builds it in about 8 minutes, or set MAILBOAT_HERMES=1)\n'
fi
suite 'example app, types' status 300 npm --prefix example-app run --silent typecheck
suite 'example app, lint' status 300 npm --prefix example-app run --silent lint
suite 'example app, jest' jest 300 npm --prefix example-app test
suite 'example app, detox' plain 2700 npm run --silent e2e
suite 'package' ok 600 npm run --silent check:package -- --quick
suite 'package planted' ok 600 npm run --silent check:package -- --quick --plants
suite 'demo' demo 300 npm run --silent demo
suite 'demo sabotaged' expected_failure 300 npm run --silent demo -- --sabotage
suite_summary
