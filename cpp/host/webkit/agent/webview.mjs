// Detox's `web.element(...)`: scripts of a test that run in the page. On devices they look
// into a web view of the app; here the whole app is one, so a test can watch it from outside.

/* global document */

const FINDERS = {
  css: (value) => [...document.querySelectorAll(value)],
  tag: (value) => [...document.getElementsByTagName(value)],
};

function findOne({ webPredicate, webAtIndex = 0 }) {
  const find = FINDERS[webPredicate.type];
  if (find === undefined)
    throw new Error(`the Linux host knows no web matcher "${webPredicate.type}"`);
  const element = find(webPredicate.value)[webAtIndex];
  if (element === undefined)
    throw new Error(`No elements found for ${JSON.stringify(webPredicate)}`);
  return element;
}

/** Runs a script with the element and awaits it. */
export async function runScript(invocation) {
  const { webAction, params = [] } = invocation;
  if (webAction !== "runScript" && webAction !== "runScriptWithArgs") {
    throw new Error(`the Linux host knows no web action "${webAction}"`);
  }
  const [source, args = []] = params;
  const script = (0, eval)(`(${source})`);
  return { result: (await script(findOne(invocation), ...args)) ?? null };
}
