// The app: somebody signs in, their engines open, the screens follow.

import { StatusBar } from "expo-status-bar";
import { useState, type ReactElement } from "react";
import { SafeAreaProvider } from "react-native-safe-area-context";
import { FailureBoundary } from "./components/FailureBoundary";
import { Splash } from "./components/Splash";
import { accountOf } from "./engines/account";
import { EnginesProvider } from "./engines/EnginesProvider";
import { Navigation } from "./navigation/Navigation";
import { launchArguments } from "./platform/launchArguments";
import { SignInScreen } from "./screens/SignInScreen";
import { ThemeProvider } from "./theme/useTheme";

/** The whole app. */
export function App(): ReactElement {
  return (
    <SafeAreaProvider>
      <ThemeProvider>
        <StatusBar style="auto" />
        <FailureBoundary>
          <Signed />
        </FailureBoundary>
      </ThemeProvider>
    </SafeAreaProvider>
  );
}

function Signed(): ReactElement {
  const [account, setAccount] = useState(() => accountOf(launchArguments()));
  if (account === null) return <SignInScreen onSignIn={setAccount} />;
  return (
    <EnginesProvider account={account} fallback={<Splash />}>
      <Navigation />
    </EnginesProvider>
  );
}
