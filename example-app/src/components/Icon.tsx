// The app's icons: strokes on a square of 24 points, so that no font has to be loaded.

import { memo, type ReactElement } from "react";
import Svg, { Path } from "react-native-svg";

const SHAPES = {
  boat: "M3 15.5h18l-2.6 4.5H5.8zM12 3.5v9M12 4l6 8.5H12M12 6.5l-4.5 6H12",
  chats: "M4 5.5h16a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-8.5L7 20v-3.5H4a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1z",
  tasks: "M4 6.5l1.6 1.6L8.5 5M4 14.5l1.6 1.6 2.9-3.1M12 6.5h8.5M12 14.5h8.5M12 19.5h5",
  outbox: "M4 13.5v5a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-5M12 15V4M7.5 8.5L12 4l4.5 4.5",
  diagnostics: "M3 12.5h4l2.5-7 4 13 2.7-6H21",
  back: "M14.5 5L8 12l6.5 7",
  compose: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  send: "M12 19V5.5M6 11l6-6 6 6",
  down: "M12 5v13.5M6 13l6 6 6-6",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4.3l2.8 1.7",
  arrow: "M5 12h13.5M13 6l6 6-6 6",
  check: "M5 12.8l4.6 4.7L19.5 7",
  checks: "M2 12.8l4.4 4.7L15.5 7M11 16.4l1.1 1.1L21.5 7",
  warning: "M12 4.5L21 19.5H3zM12 10.5v4M12 16.9v.4",
  edit: "M5 19l.8-3.6L16 5.2l2.8 2.8L8.6 18.2z",
  person: "M12 5a3.6 3.6 0 1 0 0 7.2A3.6 3.6 0 0 0 12 5zM5 20c.7-3.6 3.4-5.2 7-5.2s6.3 1.6 7 5.2",
} as const;

/** The name of an icon. */
export type IconName = keyof typeof SHAPES;

interface IconProps {
  readonly name: IconName;
  readonly color: string;
  /** Height and width, in points; 24 when left out. */
  readonly size?: number;
  /** Of its strokes, on the square of 24 points; 1.8 when left out. */
  readonly strokeWidth?: number;
}

/** An icon without a meaning of its own: what it is beside, or inside of, has the label. */
export const Icon = memo(function Icon({
  name,
  color,
  size = 24,
  strokeWidth = 1.8,
}: IconProps): ReactElement {
  return (
    <Svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden>
      <Path
        d={SHAPES[name]}
        stroke={color}
        strokeWidth={strokeWidth}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </Svg>
  );
});
