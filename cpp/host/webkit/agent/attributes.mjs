// Detox's getAttributes, with the names of its iOS side.

import { isEnabled, isField, labelOf, textOf, valueOf } from "./elements.mjs";
import { isHittable, isVisible, placeOf } from "./visibility.mjs";

export function attributesOf(element) {
  const { x, y, width, height } = element.getBoundingClientRect();
  const frame = { x, y, width, height };
  const place = placeOf(element);
  const activationPoint = { x: place.x - x, y: place.y - y };
  return {
    identifier: element.dataset.testid ?? "",
    text: textOf(element),
    label: labelOf(element),
    value: valueOf(element) ?? "",
    ...(isField(element) && { placeholder: element.placeholder }),
    enabled: isEnabled(element),
    visible: isVisible(element),
    hittable: isHittable(element, place),
    frame,
    elementFrame: frame,
    activationPoint,
    normalizedActivationPoint: { x: 0.5, y: 0.5 },
  };
}
