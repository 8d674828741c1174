// The messages of a chat on a device: a list that stands on its head, so that it begins at
// the newest message and grows upwards without moving.

import { useCallback, useImperativeHandle, useMemo, useRef, type ReactElement } from "react";
import {
  FlatList,
  StyleSheet,
  type ListRenderItem,
  type NativeScrollEvent,
  type NativeSyntheticEvent,
} from "react-native";
import { space } from "../theme/tokens";
import { HistoryStart } from "./HistoryStart";
import { AT_NEWEST_DISTANCE, type MessageListProps } from "./listProps";
import { MessageRow } from "./MessageRow";
import type { MessageRowData } from "./messageRows";

/** How many screens before the oldest message older ones are asked for. */
const LOAD_AHEAD_SCREENS = 1;

/** What comes in stays out of sight while the list is scrolled up, and nothing moves. */
const KEEPS_PLACE = { minIndexForVisible: 0, autoscrollToTopThreshold: AT_NEWEST_DISTANCE };

/** The list of a chat. */
export function MessageList(props: MessageListProps): ReactElement {
  const { error, hasOlder, loadingOlder, loadOlder, onAtNewest, ref, rows } = props;
  const list = useRef<FlatList<MessageRowData>>(null);
  const newestFirst = useMemo(() => [...rows].reverse(), [rows]);
  useImperativeHandle(ref, () => ({
    scrollToNewest: () => list.current?.scrollToOffset({ offset: 0, animated: true }),
  }));
  const onScroll = useCallback(
    ({ nativeEvent }: NativeSyntheticEvent<NativeScrollEvent>) => {
      onAtNewest(nativeEvent.contentOffset.y <= AT_NEWEST_DISTANCE);
    },
    [onAtNewest],
  );
  const onEndReached = useCallback(() => {
    if (hasOlder && error === null) void loadOlder();
  }, [hasOlder, error, loadOlder]);
  return (
    <FlatList
      ref={list}
      testID="messages"
      inverted
      data={newestFirst}
      renderItem={renderRow}
      keyExtractor={keyOf}
      onScroll={onScroll}
      scrollEventThrottle={16}
      onEndReached={onEndReached}
      onEndReachedThreshold={LOAD_AHEAD_SCREENS}
      maintainVisibleContentPosition={KEEPS_PLACE}
      keyboardDismissMode="interactive"
      keyboardShouldPersistTaps="handled"
      contentContainerStyle={styles.content}
      ListFooterComponent={<HistoryStart {...{ error, hasOlder, loadingOlder, loadOlder }} />}
    />
  );
}

const renderRow: ListRenderItem<MessageRowData> = ({ item }) => <MessageRow {...item} />;

function keyOf({ message }: MessageRowData): string {
  return message.id;
}

const styles = StyleSheet.create({
  // The list stands on its head, and so do its edges.
  content: { paddingTop: space.m },
});
