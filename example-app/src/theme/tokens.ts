// Every colour, distance and letter size of the app. Screens name what a thing is, never a
// number of their own, so that light and dark differ here and nowhere else.

/**
 * What is painted, by what it is for. Words stand out from what is behind them by at least
 * 4.5 to 1, signs and placeholders by 3 to 1.
 */
export interface Palette {
  /** Behind lists and forms. */
  readonly background: string;
  /** Behind bubbles. */
  readonly backdrop: string;
  /** Rows, bars and fields. */
  readonly surface: string;
  /** The bubbles of others. */
  readonly bubble: string;
  /** What lies sunken in a surface: fields, chips. */
  readonly sunken: string;
  /** A surface under a finger. */
  readonly pressed: string;
  /** Hairlines between surfaces. */
  readonly line: string;
  /** What is read first. */
  readonly text: string;
  /** What is read second. */
  readonly textSecondary: string;
  /** What is only glanced at. */
  readonly textFaint: string;
  /** Buttons, and the user's own bubbles. */
  readonly accent: string;
  /** Words and icons that can be pressed. */
  readonly link: string;
  /** An accented surface under a finger. */
  readonly accentPressed: string;
  /** Text upon accent. */
  readonly onAccent: string;
  /** Second text upon accent, such as the time in a bubble. */
  readonly onAccentSecondary: string;
  /** The mark of a message that was read. */
  readonly readMark: string;
  /** What went wrong. */
  readonly danger: string;
  /** Behind a sentence about what went wrong. */
  readonly dangerSurface: string;
  /** What is well. */
  readonly good: string;
  /** What waits. */
  readonly waiting: string;
}

/** What light and dark share, and the colours of the one that is shown. */
export interface Theme {
  readonly scheme: "light" | "dark";
  readonly color: Palette;
  /** Behind the initials of people; chosen by name. */
  readonly avatars: readonly string[];
}

const light: Palette = {
  background: "#f6f7f9",
  backdrop: "#eef1f5",
  surface: "#ffffff",
  bubble: "#ffffff",
  sunken: "#e7ebf1",
  pressed: "#edf0f4",
  line: "#e1e5eb",
  text: "#141a24",
  textSecondary: "#5b6675",
  textFaint: "#687281",
  accent: "#1d5fbf",
  link: "#1d5fbf",
  accentPressed: "#174f9f",
  onAccent: "#ffffff",
  onAccentSecondary: "#d3e2f9",
  readMark: "#8fe0ff",
  danger: "#c0352b",
  dangerSurface: "#fcebe9",
  good: "#17794e",
  waiting: "#8f5a00",
};

const dark: Palette = {
  background: "#0e1218",
  backdrop: "#0b0e13",
  surface: "#171c24",
  bubble: "#202732",
  sunken: "#222934",
  pressed: "#1e2530",
  line: "#262e39",
  text: "#eef2f7",
  textSecondary: "#a2adbc",
  textFaint: "#8e99a8",
  accent: "#2a66c8",
  link: "#74aaff",
  accentPressed: "#2356aa",
  onAccent: "#ffffff",
  onAccentSecondary: "#deeafc",
  readMark: "#86dcff",
  danger: "#ff7a6e",
  dangerSurface: "#3a1f1d",
  good: "#4fc38c",
  waiting: "#e2a63d",
};

/** Light and dark. */
export const themes: Readonly<Record<Theme["scheme"], Theme>> = {
  light: {
    scheme: "light",
    color: light,
    avatars: ["#3568b0", "#2b8077", "#7a5aa8", "#b3653b", "#4a6076", "#a64d72"],
  },
  dark: {
    scheme: "dark",
    color: dark,
    avatars: ["#3f74bd", "#32897f", "#8464b3", "#b56b43", "#54697f", "#ad557a"],
  },
};

/** Distances, in points. */
export const space = { xs: 4, s: 8, m: 12, l: 16, xl: 24, xxl: 32 } as const;

/** Corners, in points. */
export const radius = { s: 8, m: 12, l: 18, pill: 999 } as const;

/** Smallest height and width of what a finger presses, in points. */
export const TOUCH_SIZE = 44;

/** Widest a list or a form gets, so that lines stay readable on a tablet, in points. */
export const CONTENT_WIDTH = 720;

/** Letters: the platform's own face, in few sizes. */
export const type = {
  title: { fontSize: 28, lineHeight: 34, fontWeight: "700", letterSpacing: -0.4 },
  heading: { fontSize: 17, lineHeight: 22, fontWeight: "600", letterSpacing: -0.2 },
  body: { fontSize: 16, lineHeight: 22, fontWeight: "400" },
  bodyStrong: { fontSize: 16, lineHeight: 22, fontWeight: "600" },
  detail: { fontSize: 14, lineHeight: 19, fontWeight: "400" },
  caption: { fontSize: 12, lineHeight: 16, fontWeight: "400" },
  captionStrong: { fontSize: 12, lineHeight: 16, fontWeight: "600" },
} as const;
