// What an element is to Detox: its text, label, value, and whether it can be used. React
// Native for the web decides how components become elements; this file knows how.

/* global getComputedStyle */

/** A text of React Native, or what an app writes as plain HTML. */
const TEXT = '[dir="auto"]';
const FIELD = "input, textarea";
const SWITCH = 'input[type="checkbox"], [role="switch"], [role="checkbox"], [role="radio"]';

/** Elements that take typed text. */
export function isField(element) {
  return element.matches(FIELD) && element.type !== "checkbox";
}

/** Whether the element is a text as a whole, and not a part of one or the parent of some. */
export function isText(element) {
  if (isField(element)) return true;
  if (element.parentElement?.closest(TEXT)) return false;
  if (element.matches(TEXT)) return true;
  return [...element.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim() !== "");
}

export function textOf(element) {
  return isField(element) ? element.value : element.textContent;
}

/** What a screen reader says: the label, else what is written in it. */
export function labelOf(element) {
  const label = element.getAttribute("aria-label");
  if (label !== null) return label;
  return isField(element) ? (element.placeholder ?? "") : element.textContent;
}

/** The part of a component that holds a value: itself, or the one that it is drawn around. */
function control(element, selector) {
  if (element.matches(selector)) return element;
  const inside = element.querySelectorAll(selector);
  return inside.length === 1 ? inside[0] : null;
}

/** The field that typing into the element types into. */
export function fieldOf(element) {
  const field = control(element, FIELD);
  if (field === null) throw new Error(`${describe(element)} is no text field`);
  return field;
}

/** true, false, or null when it is nothing that is switched. */
export function toggleOf(element) {
  const toggle = control(element, SWITCH);
  if (toggle === null) return null;
  return toggle.checked ?? toggle.getAttribute("aria-checked") === "true";
}

/** As text, as Detox compares it; null when it has none. */
export function valueOf(element) {
  const toggle = toggleOf(element);
  if (toggle !== null) return toggle ? "1" : "0";
  if (isField(element)) return element.value;
  return element.getAttribute("aria-valuetext") ?? element.getAttribute("aria-valuenow");
}

export function isEnabled(element) {
  return element.closest('[aria-disabled="true"], :disabled') === null;
}

export function isFocused(element) {
  const { activeElement } = element.ownerDocument;
  return activeElement === element || control(element, FIELD) === activeElement;
}

/** Whether an element scrolls in a direction of the plane. */
export function scrolls(element, horizontally) {
  const { overflowX, overflowY } = getComputedStyle(element);
  return /auto|scroll/.test(horizontally ? overflowX : overflowY);
}

/** The accessibility traits of iOS, by how the web says them. */
const TRAITS = {
  adjustable: '[role="slider"]',
  button: 'button, [role="button"]',
  disabled: '[aria-disabled="true"], :disabled',
  header: 'h1, h2, h3, h4, h5, h6, [role="heading"]',
  image: 'img, [role="img"]',
  link: 'a[href], [role="link"]',
  search: 'input[type="search"], [role="search"]',
  selected: '[aria-selected="true"]',
  text: TEXT,
};

export function hasTrait(element, trait) {
  const selector = TRAITS[trait];
  if (selector === undefined) throw new Error(`the Linux host knows no trait "${trait}"`);
  return element.matches(selector);
}

const SCROLLER = "a scroller, by its style";

/** Native classes, those that Detox's by.type() names, by their counterparts on the web. */
const TYPES = Object.fromEntries(
  [
    [TRAITS.image, "RCTImageView", "RCTImageComponentView", "UIImageView"],
    [FIELD, "RCTTextInputView", "RCTMultilineTextInputView", "UITextField", "UITextView"],
    [TEXT, "RCTText", "RCTParagraphComponentView", "UILabel"],
    [TRAITS.button, "UIButton", "RCTTouchableOpacity", "RCTTouchableHighlight"],
    [TRAITS.button, "RCTTouchableWithoutFeedback"],
    [SCROLLER, "RCTScrollView", "RCTScrollViewComponentView", "UIScrollView"],
    [SCROLLER, "UITableView", "UICollectionView"],
    [SWITCH, "UISwitch"],
    [TRAITS.adjustable, "UISlider"],
  ].flatMap(([selector, ...names]) => names.map((name) => [name, selector])),
);

export function isOfType(element, type) {
  const selector = TYPES[type];
  if (selector === undefined) throw new Error(`the Linux host knows no type "${type}"`);
  if (selector === SCROLLER) return scrolls(element, false) || scrolls(element, true);
  return element.matches(selector);
}

/** For people. */
export function describe(element) {
  const id = element.dataset.testid;
  const name = element.tagName.toLowerCase();
  return id === undefined ? `<${name}>` : `<${name} testID="${id}">`;
}
