// What runs under the app, and switches to try how it behaves on other networks.

import { useState, useSyncExternalStore, type ReactElement, type ReactNode } from "react";
import { AppState, Pressable, ScrollView, Text, View } from "react-native";
import { useNetworkStatus, type Network, type NetworkStatus } from "react-native-mailboat";
import { Button } from "../components/Button";
import { Screen } from "../components/Screen";
import { useCarefully } from "../components/useCarefully";
import { renderedRows } from "../diagnostics/renderedRows";
import { statusChanges } from "../diagnostics/statusChanges";
import type { Counter } from "../diagnostics/counter";
import { useEngines } from "../engines/EnginesProvider";
import { useStatusOf } from "../engines/useEngine";
import { nativeModule } from "../platform/nativeModule";
import { servedBy } from "../platform/servedBy";
import { useIsActive } from "../platform/useIsActive";
import { radius, space, TOUCH_SIZE, type } from "../theme/tokens";
import { themedStyles } from "../theme/useTheme";

/** Figures and switches. */
export function DiagnosticsScreen(): ReactElement {
  const styles = useStyles();
  return (
    <Screen testID="screen-diagnostics" title="Diagnostics">
      <ScrollView contentContainerStyle={styles.content}>
        <EngineFigures />
        <NetworkSwitch />
        <AppFigures />
        <SyncNow />
      </ScrollView>
    </Screen>
  );
}

function EngineFigures(): ReactElement {
  const { account, chat, tasks } = useEngines();
  const [ofChat, ofTasks] = [useStatusOf(chat), useStatusOf(tasks)];
  return (
    <Section title="Engine">
      <Figure name="Served by" testID="diagnostics-module" value={servedBy(nativeModule())} />
      <Figure name="Account" testID="diagnostics-account" value={account.user} />
      <Figure name="Server" testID="diagnostics-server" value={account.serverUrl} />
      <Figure name="Chats" testID="diagnostics-phase" value={ofChat.phase} />
      <Figure name="Tasks" testID="diagnostics-tasks-phase" value={ofTasks.phase} />
      <Figure
        name="To send"
        testID="diagnostics-pending"
        value={String(ofChat.pending + ofTasks.pending)}
      />
      <Figure
        name="Refused"
        testID="diagnostics-failed"
        value={String(ofChat.failed + ofTasks.failed)}
      />
    </Section>
  );
}

/** What the app's network source can be made to say; `null` is what the platform says. */
const NETWORKS: readonly { readonly name: string; readonly network: Network | null }[] = [
  { name: "Real", network: null },
  { name: "None", network: { kind: "none" } },
  { name: "Wi-Fi", network: { kind: "wifi", metered: false, validated: true } },
  { name: "Cellular", network: { kind: "cellular", metered: true, validated: true } },
];

function NetworkSwitch(): ReactElement {
  const { network } = useEngines();
  const styles = useStyles();
  const status = useNetworkStatus();
  const [said, setSaid] = useState(() => network.current?.kind ?? "real");
  return (
    <Section title="Network">
      <Figure name="Seen as" testID="diagnostics-network" value={networkText(status)} />
      <View role="radiogroup" aria-label="Network" style={styles.switch}>
        {NETWORKS.map((option) => {
          const kind = option.network?.kind ?? "real";
          return (
            <Pressable
              key={kind}
              testID={`network-${kind}`}
              role="radio"
              aria-checked={said === kind}
              onPress={() => {
                network.set(option.network);
                setSaid(kind);
              }}
              style={said === kind ? styles.chosen : styles.choice}
            >
              <Text style={said === kind ? styles.chosenText : styles.choiceText}>
                {option.name}
              </Text>
            </Pressable>
          );
        })}
      </View>
    </Section>
  );
}

/** Such as `wifi, unmetered, quality good, stable`. */
function networkText({ kind, metered, quality, stability }: NetworkStatus): string {
  return `${kind}, ${metered ? "metered" : "unmetered"}, quality ${quality}, ${stability}`;
}

function AppFigures(): ReactElement {
  const isActive = useIsActive();
  return (
    <Section title="App">
      <Figure name="State" testID="app-state" value={isActive ? "active" : AppState.currentState} />
      <Figure name="Rows rendered" testID="diagnostics-rendered" value={useCount(renderedRows)} />
      <Figure
        name="Status changes"
        testID="diagnostics-status-changes"
        value={useCount(statusChanges)}
      />
    </Section>
  );
}

function useCount({ getSnapshot, subscribe }: Counter): string {
  return String(useSyncExternalStore(subscribe, getSnapshot, getSnapshot));
}

function SyncNow(): ReactElement {
  const { chat, tasks } = useEngines();
  const styles = useStyles();
  const [error, carefully] = useCarefully();
  return (
    <View style={styles.sync}>
      <Button
        testID="sync-now"
        title="Sync now"
        onPress={() => {
          carefully(Promise.all([chat.sync(), tasks.sync()]));
        }}
      />
      {error !== null && (
        <Text testID="sync-now-error" style={styles.error}>
          {error}
        </Text>
      )}
    </View>
  );
}

interface SectionProps {
  readonly title: string;
  readonly children: ReactNode;
}

function Section({ children, title }: SectionProps): ReactElement {
  const styles = useStyles();
  return (
    <View style={styles.section}>
      <Text role="heading" style={styles.sectionTitle}>
        {title}
      </Text>
      <View style={styles.card}>{children}</View>
    </View>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly testID: string;
}

function Figure({ name, testID, value }: FigureProps): ReactElement {
  const styles = useStyles();
  return (
    <View style={styles.figure}>
      <Text style={styles.name}>{name}</Text>
      <Text testID={testID} selectable style={styles.value}>
        {value}
      </Text>
    </View>
  );
}

const useStyles = themedStyles(({ color }) => ({
  content: { padding: space.l, gap: space.l },
  section: { gap: space.s },
  sectionTitle: { ...type.captionStrong, color: color.textSecondary, paddingHorizontal: space.xs },
  card: {
    backgroundColor: color.surface,
    borderRadius: radius.m,
    borderWidth: 1,
    borderColor: color.line,
    paddingHorizontal: space.l,
    paddingVertical: space.xs,
  },
  figure: {
    flexDirection: "row",
    justifyContent: "space-between",
    alignItems: "baseline",
    gap: space.l,
    paddingVertical: space.s,
  },
  name: { ...type.detail, color: color.textSecondary, flexShrink: 0 },
  value: { ...type.detail, color: color.text, flexShrink: 1, textAlign: "right" },
  switch: {
    flexDirection: "row",
    gap: space.xs,
    padding: space.xs,
    marginVertical: space.s,
    borderRadius: radius.m,
    backgroundColor: color.sunken,
  },
  choice: {
    flex: 1,
    minHeight: TOUCH_SIZE - space.s,
    alignItems: "center",
    justifyContent: "center",
    borderRadius: radius.s,
  },
  chosen: {
    flex: 1,
    minHeight: TOUCH_SIZE - space.s,
    alignItems: "center",
    justifyContent: "center",
    borderRadius: radius.s,
    backgroundColor: color.accent,
  },
  choiceText: { ...type.detail, color: color.textSecondary },
  chosenText: { ...type.detail, fontWeight: "600", color: color.onAccent },
  sync: { gap: space.s },
  error: { ...type.detail, color: color.danger },
}));
