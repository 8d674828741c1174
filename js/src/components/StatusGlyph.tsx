// The drawings of the status icon: of plain views, so that they look the same everywhere and
// need neither a font nor a picture.

import type { ReactElement } from "react";
import { StyleSheet, View, type ViewStyle } from "react-native";
import type { SyncState } from "./syncState";

/** Thickness of a stroke, as a part of the size. */
const STROKE = 0.1;

interface GlyphProps {
  readonly state: SyncState;
  readonly color: string;
  readonly size: number;
  /** How far it has come, 0 to 1; `null` when nobody knows. */
  readonly done: number | null;
  /** Whether it sends or fetches. */
  readonly direction: "up" | "down";
}

/** A ring with a drawing in it; it fills as a long push or pull comes on. */
export function StatusGlyph(props: GlyphProps): ReactElement {
  const { color, done, size } = props;
  const ring: ViewStyle = {
    width: size,
    height: size,
    borderRadius: size / 2,
    borderWidth: size * STROKE,
    borderColor: color,
  };
  return (
    <View aria-hidden style={[styles.ring, ring]}>
      {done !== null && (
        <View style={[styles.level, { height: `${done * 100}%`, backgroundColor: color }]} />
      )}
      <Drawing {...props} />
    </View>
  );
}

function Drawing({ color, direction, size, state }: GlyphProps): ReactElement {
  const stroke = size * STROKE;
  const line = { backgroundColor: color, borderRadius: stroke / 2 };
  switch (state) {
    case "synced":
      return (
        <Corner
          {...{ color, stroke }}
          width={size * 0.22}
          height={size * 0.42}
          lift={size * 0.06}
        />
      );
    case "syncing":
      return (
        <View style={[styles.column, direction === "down" && styles.upsideDown]}>
          <Corner
            {...{ color, stroke }}
            width={size * 0.3}
            height={size * 0.3}
            lift={-size * 0.042}
            turn="225deg"
          />
          <View style={[line, { width: stroke, height: size * 0.44, marginTop: -size * 0.3 }]} />
        </View>
      );
    case "waiting": {
      // The hands of a clock at three.
      const at = size * (0.5 - STROKE) - stroke / 2;
      const [hour, minute] = [size * 0.24, size * 0.32];
      const upwards = { left: at, top: at + stroke - minute, width: stroke, height: minute };
      return (
        <>
          <View style={[styles.hand, line, upwards]} />
          <View style={[styles.hand, line, { left: at, top: at, width: hour, height: stroke }]} />
        </>
      );
    }
    case "offline":
      return <View style={[line, styles.slash, { width: size * 0.8, height: stroke }]} />;
    case "failed":
      return (
        <View style={[styles.column, { gap: stroke * 0.7 }]}>
          <View style={[line, { width: stroke * 1.2, height: size * 0.34 }]} />
          <View style={[line, { width: stroke * 1.2, height: stroke * 1.2 }]} />
        </View>
      );
  }
}

/** Two strokes that meet: a tick, or the head of an arrow. */
function Corner(props: {
  readonly color: string;
  readonly stroke: number;
  readonly width: number;
  readonly height: number;
  /** How far it is moved up, for the eye's sake. */
  readonly lift: number;
  readonly turn?: string;
}): ReactElement {
  const { color, height, lift, stroke, turn = "45deg", width } = props;
  const style: ViewStyle = {
    width,
    height,
    borderColor: color,
    borderRightWidth: stroke,
    borderBottomWidth: stroke,
    transform: [{ translateY: -lift }, { rotate: turn }],
  };
  return <View style={style} />;
}

const styles = StyleSheet.create({
  ring: { alignItems: "center", justifyContent: "center", overflow: "hidden" },
  level: { position: "absolute", left: 0, right: 0, bottom: 0, opacity: 0.3 },
  column: { alignItems: "center" },
  upsideDown: { transform: [{ rotate: "180deg" }] },
  hand: { position: "absolute" },
  slash: { transform: [{ rotate: "-45deg" }] },
});
