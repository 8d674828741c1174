// What the app shows when it cannot go on: a database that does not open, or a fault of ours.

import { Component, type ReactElement, type ReactNode } from "react";
import { View } from "react-native";
import { MailboatError } from "react-native-mailboat";
import { space } from "../theme/tokens";
import { themedStyles } from "../theme/useTheme";
import { Button } from "./Button";
import { EmptyState } from "./EmptyState";
import { sentenceOf } from "./useCarefully";

interface FailureBoundaryProps {
  readonly children: ReactNode;
}

interface FailureBoundaryState {
  readonly thrown: unknown;
}

/** Shows what was thrown below it, and tries again when asked to. */
export class FailureBoundary extends Component<FailureBoundaryProps, FailureBoundaryState> {
  static getDerivedStateFromError(thrown: unknown): FailureBoundaryState {
    return { thrown };
  }

  override state: FailureBoundaryState = { thrown: null };

  override render(): ReactNode {
    const { thrown } = this.state;
    if (thrown === null) return this.props.children;
    return (
      <Failure
        thrown={thrown}
        onRetry={() => {
          this.setState({ thrown: null });
        }}
      />
    );
  }
}

interface FailureProps {
  readonly thrown: unknown;
  readonly onRetry: () => void;
}

function Failure({ onRetry, thrown }: FailureProps): ReactElement {
  const styles = useStyles();
  const code = thrown instanceof MailboatError ? thrown.code : "The app stopped";
  return (
    <View testID="screen-failure" style={styles.screen}>
      <EmptyState testID="failure" icon="warning" title={code} text={sentenceOf(thrown)} />
      <Button testID="failure-retry" look="outlined" title="Try again" onPress={onRetry} />
    </View>
  );
}

const useStyles = themedStyles(({ color }) => ({
  screen: { flex: 1, padding: space.xl, backgroundColor: color.background },
}));
