// The frame of every screen: its title, what stands beside that, and what syncing says.

import { useIsFocused } from "@react-navigation/native";
import type { ReactElement, ReactNode } from "react";
import { KeyboardAvoidingView, Platform, Text, View } from "react-native";
import {
  ConnectionStatus,
  SyncErrorBanner,
  SyncStatusIcon,
} from "react-native-mailboat/components";
import { useSafeAreaInsets } from "react-native-safe-area-context";
import { statusThemeOf } from "../theme/statusTheme";
import { CONTENT_WIDTH, space, TOUCH_SIZE, type } from "../theme/tokens";
import { themedStyles, useTheme } from "../theme/useTheme";
import { IconButton } from "./Button";

interface ScreenProps {
  readonly testID: string;
  readonly title: string;
  /** Names the title for tests, where it is data. */
  readonly titleTestID?: string;
  /** A line below the title; the state of the connection when left out. */
  readonly subtitle?: ReactNode;
  /** Leaves the screen; one that lies upon others has it, and a smaller title. */
  readonly onBack?: () => void;
  /** Buttons at the end of the title's line. */
  readonly actions?: ReactNode;
  /** Whether what stands in the way of syncing is told below the title; it is when left out. */
  readonly hasBanner?: boolean;
  readonly children: ReactNode;
}

/** A screen with a title. What syncing says is that of the nearest engine. */
export function Screen(props: ScreenProps): ReactElement {
  const {
    actions,
    children,
    hasBanner = true,
    onBack,
    subtitle,
    testID,
    title,
    titleTestID,
  } = props;
  const styles = useStyles();
  const insets = useSafeAreaInsets();
  const statusTheme = statusThemeOf(useTheme());
  // What lies below another screen says nothing: there is one status icon at a time.
  const isFocused = useIsFocused();
  return (
    <KeyboardAvoidingView
      testID={testID}
      behavior={Platform.OS === "web" ? undefined : "padding"}
      // What stands at the bottom keeps clear of the home bar by itself, and the keyboard covers that.
      keyboardVerticalOffset={-insets.bottom}
      style={styles.screen}
    >
      <View style={[styles.bar, { paddingTop: insets.top + space.s }]}>
        <View style={styles.line}>
          {onBack !== undefined && (
            <IconButton testID="back" icon="back" label="Back" onPress={onBack} />
          )}
          <View style={onBack === undefined ? styles.titles : styles.smallTitles}>
            <Text
              role="heading"
              testID={titleTestID}
              numberOfLines={1}
              style={onBack === undefined ? styles.title : styles.smallTitle}
            >
              {title}
            </Text>
            {subtitle === undefined
              ? isFocused && <ConnectionStatus theme={statusTheme} />
              : subtitle}
          </View>
          {isFocused && <SyncStatusIcon theme={statusTheme} size={22} style={styles.icon} />}
          {actions}
        </View>
      </View>
      <View style={styles.content}>
        {isFocused && hasBanner && <SyncErrorBanner theme={statusTheme} />}
        {children}
      </View>
    </KeyboardAvoidingView>
  );
}

const useStyles = themedStyles(({ color }) => ({
  screen: { flex: 1, backgroundColor: color.background },
  bar: {
    backgroundColor: color.surface,
    borderBottomWidth: 1,
    borderBottomColor: color.line,
    paddingHorizontal: space.s,
    paddingBottom: space.s,
  },
  line: {
    flexDirection: "row",
    alignItems: "center",
    minHeight: TOUCH_SIZE,
    width: "100%",
    maxWidth: CONTENT_WIDTH,
    alignSelf: "center",
  },
  titles: { flex: 1, paddingHorizontal: space.s },
  smallTitles: { flex: 1, paddingRight: space.s },
  title: { ...type.title, color: color.text },
  smallTitle: { ...type.heading, color: color.text },
  icon: { padding: (TOUCH_SIZE - 22) / 2 },
  content: { flex: 1, width: "100%", maxWidth: CONTENT_WIDTH, alignSelf: "center" },
}));
