// How many rows of chats were rendered since the app was started: the figure that a list
// with one new message should move by one.

import { Counter } from "./counter";

/** Rows rendered so far. */
export const renderedRows = new Counter();

/** For an effect of a row without dependencies: it runs after each render of that row. */
export function countRenderedRow(): void {
  renderedRows.add();
}
