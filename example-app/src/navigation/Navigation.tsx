// The stack of screens, and the bar with its four.

import { createBottomTabNavigator } from "@react-navigation/bottom-tabs";
import { DarkTheme, DefaultTheme, NavigationContainer } from "@react-navigation/native";
import { createNativeStackNavigator } from "@react-navigation/native-stack";
import { useMemo, type ReactElement } from "react";
import { useSyncStatus } from "react-native-mailboat";
import { useSafeAreaInsets } from "react-native-safe-area-context";
import { Icon, type IconName } from "../components/Icon";
import { ChatScreen } from "../screens/ChatScreen";
import { ConversationsScreen } from "../screens/ConversationsScreen";
import { DiagnosticsScreen } from "../screens/DiagnosticsScreen";
import { NewConversationScreen } from "../screens/NewConversationScreen";
import { OutboxScreen } from "../screens/OutboxScreen";
import { TasksScreen } from "../screens/TasksScreen";
import { space, type } from "../theme/tokens";
import { useTheme } from "../theme/useTheme";
import type { RootRoutes, TabRoutes } from "./routes";

const Stack = createNativeStackNavigator<RootRoutes>();
const Tab = createBottomTabNavigator<TabRoutes>();

/** Room for an icon and its name, in points. */
const TAB_BAR_HEIGHT = 60;

/** Every screen of somebody who has signed in. */
export function Navigation(): ReactElement {
  const { color, scheme } = useTheme();
  const theme = useMemo(() => {
    const base = scheme === "dark" ? DarkTheme : DefaultTheme;
    const colors = {
      ...base.colors,
      primary: color.link,
      background: color.background,
      card: color.surface,
      text: color.text,
      border: color.line,
      notification: color.danger,
    };
    return { ...base, colors };
  }, [color, scheme]);
  return (
    <NavigationContainer theme={theme} documentTitle={{ enabled: false }}>
      <Stack.Navigator screenOptions={{ headerShown: false }}>
        <Stack.Screen name="Tabs" component={Tabs} />
        <Stack.Screen name="Chat" component={ChatScreen} />
        <Stack.Screen
          name="NewConversation"
          component={NewConversationScreen}
          options={{ presentation: "modal" }}
        />
      </Stack.Navigator>
    </NavigationContainer>
  );
}

function Tabs(): ReactElement {
  const { color } = useTheme();
  const insets = useSafeAreaInsets();
  const failed = useSyncStatus((status) => status.failed);
  return (
    <Tab.Navigator
      screenOptions={{
        headerShown: false,
        tabBarActiveTintColor: color.link,
        tabBarInactiveTintColor: color.textSecondary,
        tabBarBadgeStyle: { ...type.captionStrong, lineHeight: 18, height: 18, minWidth: 18 },
        tabBarLabelStyle: type.captionStrong,
        tabBarStyle: { height: TAB_BAR_HEIGHT + insets.bottom, paddingTop: space.xs },
      }}
    >
      <Tab.Screen name="Chats" component={ConversationsScreen} options={tab("chats")} />
      <Tab.Screen name="Tasks" component={TasksScreen} options={tab("tasks")} />
      <Tab.Screen
        name="Outbox"
        component={OutboxScreen}
        options={{ ...tab("outbox"), ...(failed > 0 && { tabBarBadge: failed }) }}
      />
      <Tab.Screen name="Diagnostics" component={DiagnosticsScreen} options={tab("diagnostics")} />
    </Tab.Navigator>
  );
}

function tab(icon: IconName): {
  readonly tabBarButtonTestID: string;
  readonly tabBarIcon: (look: { readonly color: string }) => ReactElement;
} {
  return {
    tabBarButtonTestID: `tab-${icon}`,
    tabBarIcon: ({ color }) => <Icon name={icon} color={color} />,
  };
}
