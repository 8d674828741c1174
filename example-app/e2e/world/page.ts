// What no phone can be asked: the page's own objects, from outside the app, through Detox's
// words for web views. Only the Linux window answers, so tests that use it are `:linux:`.

import assert from "node:assert/strict";
import type { Detox } from "./phone";

/** A page's timers count whole milliseconds, and a frame draws late, never early. */
const TIMER_SLACK_MS = 20;

/** A row's testID is `message-` and a UUID; parts of a row have words there. */
const ROW_ID = "^message-[0-9a-f]{8}-[0-9a-f-]+$";

// Scripts go to the page as text: what a compiler makes of a function may need more than itself.

const OBSERVE_ROWS = `(body, rowId) => {
  const list = body.querySelector('[data-testid="messages"]');
  const isRow = (node) => new RegExp(rowId).test(node.dataset?.testid ?? "");
  const rowAround = (node) => {
    for (let at = node; at !== null; at = at.parentElement) if (isRow(at)) return at;
    return null;
  };
  const elementsIn = (node) =>
    node.nodeType === Node.ELEMENT_NODE ? [node, ...node.querySelectorAll("*")] : [];
  const changed = new Set();
  const take = (records) => {
    for (const { target, addedNodes, removedNodes } of records) {
      const row = rowAround(target);
      const come = [...addedNodes, ...removedNodes].flatMap(elementsIn).filter(isRow);
      for (const one of row === null ? come : [row]) changed.add(one);
    }
  };
  const observer = new MutationObserver(take);
  observer.observe(list, { attributes: true, characterData: true, childList: true, subtree: true });
  window.stopObservingRows = () => {
    take(observer.takeRecords());
    observer.disconnect();
    const textOf = (row) => row.querySelector('[data-testid="message-body"]').textContent;
    const total = elementsIn(list).filter(isRow).length;
    return { rows: [...changed].map(textOf), total };
  };
}`;

const OBSERVE_STATUS = `() => {
  const changes = [];
  const icons = () => [...document.querySelectorAll('[data-testid="status-icon"]')];
  const shown = () => icons().find((icon) => icon.checkVisibility())?.getAttribute("aria-label");
  let last = shown();
  const observer = new MutationObserver(() => {
    const now = shown();
    if (now !== last) changes.push(performance.now());
    last = now;
  });
  observer.observe(document.body, { attributes: true, childList: true, subtree: true });
  window.stopObservingStatus = () => {
    observer.disconnect();
    return { changesAtMs: changes };
  };
}`;

export class Page {
  constructor(private readonly detox: Detox) {}

  /** Begins to watch the rows of the open chat. */
  async observeRows(): Promise<void> {
    await this.run(OBSERVE_ROWS, [ROW_ID]);
  }

  /** Ends that; fails unless exactly these rows have changed, of at least so many. */
  async onlyRowsChanged(bodies: readonly string[], leastTotal: number): Promise<void> {
    const answer = await this.run("() => window.stopObservingRows()");
    const { rows, total } = answer as { rows: string[]; total: number };
    assert.ok(total >= leastTotal, `only ${total} rows are loaded`);
    assert.deepEqual(rows, bodies, "the rows that changed");
  }

  /** Begins to watch what the status icon says. */
  async observeStatus(): Promise<void> {
    await this.run(OBSERVE_STATUS);
  }

  /** Ends that; fails unless it said something else, and never sooner than after `leastMs`. */
  async statusChangedCalmly(leastMs: number): Promise<void> {
    const answer = await this.run("() => window.stopObservingStatus()");
    const { changesAtMs } = answer as { changesAtMs: number[] };
    assert.ok(changesAtMs.length >= 1, "the icon was never seen to change");
    const gapsMs = changesAtMs.slice(1).map((at, index) => at - (changesAtMs[index] ?? 0));
    const isCalm = gapsMs.every((gapMs) => gapMs >= leastMs - TIMER_SLACK_MS);
    assert.ok(isCalm, `milliseconds between changes of the icon: ${gapsMs.join(", ")}`);
  }

  /** The source of a method of the native module: a stand-in in JavaScript would show its own. */
  async sourceOfModule(): Promise<string> {
    return (await this.run('() => String(__turboModuleProxy("Mailboat").open)')) as string;
  }

  /** Runs a script in the page; it gets the page's body first. */
  async run(script: string, args: readonly unknown[] = []): Promise<unknown> {
    const { by, web } = this.detox;
    return web.element(by.web.cssSelector("body")).runScript(script, [...args]) as unknown;
  }
}
