// The screens by name, and what each is given.

import type { BottomTabScreenProps } from "@react-navigation/bottom-tabs";
import type { CompositeScreenProps, NavigatorScreenParams } from "@react-navigation/native";
import type { NativeStackScreenProps } from "@react-navigation/native-stack";

/** The screens behind the bar at the bottom. */
export type TabRoutes = {
  Chats: undefined;
  Tasks: undefined;
  Outbox: undefined;
  Diagnostics: undefined;
};

/** The screens that lie upon each other. */
export type RootRoutes = {
  Tabs: NavigatorScreenParams<TabRoutes> | undefined;
  Chat: { readonly conversationId: string };
  NewConversation: undefined;
};

/** What a screen of the stack is given. */
export type RootScreenProps<Name extends keyof RootRoutes> = NativeStackScreenProps<
  RootRoutes,
  Name
>;

/** What a screen behind the bar is given. */
export type TabScreenProps<Name extends keyof TabRoutes> = CompositeScreenProps<
  BottomTabScreenProps<TabRoutes, Name>,
  NativeStackScreenProps<RootRoutes>
>;
