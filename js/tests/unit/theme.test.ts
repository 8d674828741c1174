// What the documentation of the colours promises, by the formula of the Web Content
// Accessibility Guidelines.

import { darkStatusTheme, lightStatusTheme, type StatusTheme } from "../../src/components";

const LEAST_CONTRAST = 4.5;

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

describe.each<[string, StatusTheme]>([
  ["light", lightStatusTheme],
  ["dark", darkStatusTheme],
])("the %s theme", (_name, theme) => {
  const { errorSurface, surface, ...words } = theme;

  it.each(Object.entries(words))("has %s stand out from both surfaces", (_part, color) => {
    expect(contrast(color, surface)).toBeGreaterThanOrEqual(LEAST_CONTRAST);
    expect(contrast(color, errorSurface)).toBeGreaterThanOrEqual(LEAST_CONTRAST);
  });
});

it("measures black on white as the guidelines do", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
});
