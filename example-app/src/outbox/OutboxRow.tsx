// One entry of an outbox: what it is, why it is still there, what can be done.

import { memo, useEffect, useState, type ReactElement } from "react";
import { Text, View } from "react-native";
import type { OutboxEntry } from "react-native-mailboat";
import { Button } from "../components/Button";
import { Icon } from "../components/Icon";
import { RefusedActions } from "../components/RefusedActions";
import { useCarefully } from "../components/useCarefully";
import { useEngines } from "../engines/EnginesProvider";
import { useStatusOf } from "../engines/useEngine";
import { radius, space, type } from "../theme/tokens";
import { themedStyles, useTheme } from "../theme/useTheme";
import { whatOf, type EngineName } from "./whatOf";

/** How often the reason is asked for anew: it may name a time that comes nearer. */
const WHY_PERIOD_MS = 5_000;

interface OutboxRowProps {
  readonly engine: EngineName;
  readonly entry: OutboxEntry;
}

/** A row of the outbox. */
export const OutboxRow = memo(function OutboxRow({ engine, entry }: OutboxRowProps): ReactElement {
  const engines = useEngines();
  const { outbox } = engines[engine];
  const styles = useStyles();
  const { color } = useTheme();
  const why = useWhy(engine, entry);
  const [error, carefully] = useCarefully();
  return (
    <View testID={`outbox-${entry.id}`} style={styles.row}>
      <View style={entry.failed ? styles.discFailed : styles.disc}>
        <Icon
          name={entry.failed ? "warning" : "clock"}
          size={20}
          color={entry.failed ? color.danger : color.textSecondary}
        />
      </View>
      <View style={styles.words}>
        <Text testID="outbox-what" numberOfLines={2} style={styles.what}>
          {whatOf(engine, entry, engines)}
        </Text>
        <Text testID="outbox-why" style={entry.failed ? styles.whyFailed : styles.why}>
          {error ?? why ?? entry.reason?.message ?? " "}
        </Text>
        <View style={styles.actions}>
          {entry.failed && (
            <RefusedActions
              testID="outbox"
              retry={() => {
                carefully(outbox.retry(entry.id));
              }}
              discard={() => {
                carefully(outbox.discard(entry.id));
              }}
            />
          )}
          {!entry.failed && !entry.attempted && (
            <Button
              testID="outbox-cancel"
              look="plain"
              title="Take back"
              onPress={() => {
                carefully(outbox.cancel(entry.id));
              }}
            />
          )}
        </View>
      </View>
    </View>
  );
});

/** Why the entry has not gone, in a sentence; asked anew when something has happened. */
function useWhy(engine: EngineName, entry: OutboxEntry): string | null {
  const mailboat = useEngines()[engine];
  const { network, online, phase } = useStatusOf(mailboat);
  const [why, setWhy] = useState<string | null>(null);
  useEffect(() => {
    let isWanted = true;
    const ask = (): void => {
      mailboat.outbox.why(entry.id).then(
        ({ sentence }) => {
          if (isWanted) setWhy(sentence);
        },
        () => {
          // The entry's own reason is shown then.
          if (isWanted) setWhy(null);
        },
      );
    };
    ask();
    const timer = setInterval(ask, WHY_PERIOD_MS);
    return () => {
      isWanted = false;
      clearInterval(timer);
    };
  }, [mailboat, entry, network, online, phase]);
  return why;
}

/** Behind the icon. */
const DISC = {
  width: 40,
  height: 40,
  borderRadius: radius.pill,
  alignItems: "center",
  justifyContent: "center",
} as const;

const useStyles = themedStyles(({ color }) => ({
  row: {
    flexDirection: "row",
    gap: space.m,
    paddingHorizontal: space.l,
    paddingVertical: space.m,
    borderBottomWidth: 1,
    borderBottomColor: color.line,
  },
  disc: { ...DISC, backgroundColor: color.sunken },
  discFailed: { ...DISC, backgroundColor: color.dangerSurface },
  words: { flex: 1, gap: 2 },
  what: { ...type.bodyStrong, color: color.text },
  why: { ...type.detail, color: color.textSecondary },
  whyFailed: { ...type.detail, color: color.danger },
  actions: { flexDirection: "row", gap: space.l },
}));
