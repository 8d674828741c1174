// The messages of a chat on the web, for the Linux window. React Native for Web cannot keep
// an inverted list at its place when something is added, and its windowing takes rows out of
// the page that have nothing to do with the change. A scroller whose main axis is reversed
// rests at the newest message by itself; rows stand in it in reading order, all of them:
// a history has at most MAX_WINDOW_ROWS.

import {
  useCallback,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  type ReactElement,
} from "react";
import {
  ScrollView,
  StyleSheet,
  View,
  type NativeScrollEvent,
  type NativeSyntheticEvent,
  type ViewStyle,
} from "react-native";
import { space } from "../theme/tokens";
import { HistoryStart } from "./HistoryStart";
import { AT_NEWEST_DISTANCE, LOAD_AHEAD_DISTANCE, type MessageListProps } from "./listProps";
import { MessageRow } from "./MessageRow";

/** What the list looked like after the last change. */
interface Shown {
  readonly height: number;
  readonly newest: string | undefined;
}

/** The list of a chat. `scrollTop` is 0 at the newest message and negative above it. */
export function MessageList(props: MessageListProps): ReactElement {
  const { error, hasOlder, loadingOlder, loadOlder, onAtNewest, ref, rows } = props;
  const scroller = useRef<ScrollView>(null);
  const shown = useRef<Shown>({ height: 0, newest: undefined });
  useImperativeHandle(ref, () => ({
    scrollToNewest: () => scroller.current?.scrollTo({ y: 0, animated: false }),
  }));

  const loadAhead = useCallback(() => {
    const node = nodeOf(scroller.current);
    if (node === null || !hasOlder || loadingOlder || error !== null) return;
    const above = node.scrollHeight - node.clientHeight + node.scrollTop;
    if (above < LOAD_AHEAD_DISTANCE) void loadOlder();
  }, [hasOlder, loadingOlder, error, loadOlder]);

  useLayoutEffect(() => {
    const node = nodeOf(scroller.current);
    if (node === null) return;
    const { height, newest } = shown.current;
    shown.current = { height: node.scrollHeight, newest: rows.at(-1)?.message.id };
    const isScrolledUp = node.scrollTop < -AT_NEWEST_DISTANCE;
    // The browser keeps the distance to the newest message; a reader wants their own place.
    if (shown.current.newest !== newest) {
      node.scrollTop = isScrolledUp ? node.scrollTop - (node.scrollHeight - height) : 0;
    }
    loadAhead();
  }, [rows, loadAhead]);

  const onScroll = useCallback(
    ({ nativeEvent }: NativeSyntheticEvent<NativeScrollEvent>) => {
      onAtNewest(nativeEvent.contentOffset.y >= -AT_NEWEST_DISTANCE);
      loadAhead();
    },
    [onAtNewest, loadAhead],
  );
  return (
    <ScrollView
      ref={scroller}
      testID="messages"
      style={styles.scroller}
      onScroll={onScroll}
      scrollEventThrottle={16}
    >
      <HistoryStart {...{ error, hasOlder, loadingOlder, loadOlder }} />
      <View role="list" style={styles.rows}>
        {rows.map((row) => (
          <MessageRow key={row.message.id} {...row} />
        ))}
      </View>
    </ScrollView>
  );
}

function nodeOf(scroller: ScrollView | null): HTMLElement | null {
  return (scroller?.getScrollableNode() as HTMLElement | null | undefined) ?? null;
}

const styles = StyleSheet.create({
  scroller: {
    flex: 1,
    flexDirection: "column-reverse",
    // Browsers that keep the place themselves would do it a second time.
    ...({ overflowAnchor: "none" } as ViewStyle),
  },
  rows: { paddingBottom: space.m },
});
