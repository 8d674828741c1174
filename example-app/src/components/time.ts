// Times as people read them, in their language. Formats are made once: making one costs
// more than using it a hundred times.

const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const longWeekday = new Intl.DateTimeFormat(undefined, { weekday: "long" });
const dayAndMonth = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });

/** Days for which the name of the weekday says enough. */
const WEEKDAY_DAYS = 6;
const DAY_MS = 86_400_000;

/** Such as `14:03`. */
export function clockTime(at: number): string {
  return timeOfDay.format(at);
}

/** Short, for a list: the time today, else the weekday or the date. */
export function listTime(at: number): string {
  const days = daysSince(at);
  if (days <= 0) return clockTime(at);
  return days <= WEEKDAY_DAYS ? weekday.format(at) : dayAndMonth.format(at);
}

/** For the line between the messages of two days. */
export function dayName(at: number): string {
  const days = daysSince(at);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  return days <= WEEKDAY_DAYS ? longWeekday.format(at) : date.format(at);
}

/** Whether two moments lie on the same day of this device. */
export function isSameDay(one: number, other: number): boolean {
  return startOfDay(one) === startOfDay(other);
}

/** Days may have 23 or 25 hours. */
function daysSince(at: number): number {
  return Math.round((startOfDay(Date.now()) - startOfDay(at)) / DAY_MS);
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
