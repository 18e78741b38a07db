// Numbers, durations and times for people, by Intl.

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

type Cached<T> = (language: string) => T;

function cached<T>(make: (language: string) => T): Cached<T> {
  const made = new Map<string, T>();
  return (language) => {
    let value = made.get(language);
    if (value === undefined) made.set(language, (value = make(language)));
    return value;
  };
}

const whole = cached((language) => new Intl.NumberFormat(language, { maximumFractionDigits: 0 }));
const threeDigits = cached((language) => new Intl.NumberFormat(language, { maximumSignificantDigits: 3 }));
const clock = cached(
  (language) =>
    new Intl.DateTimeFormat(language, {
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
      hourCycle: 'h23',
    }),
);
const shortClock = cached(
  (language) =>
    new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }),
);
const full = cached(
  (language) =>
    new Intl.DateTimeFormat(language, {
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'short',
    }),
);
const dayClock = cached(
  (language) =>
    new Intl.DateTimeFormat(language, {
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    }),
);
const hourMinute = cached(
  (language) => new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
);
const dayName = cached(
  (language) => new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long' }),
);
const dayOfYear = cached(
  (language) => new Intl.DateTimeFormat(language, { day: 'numeric', month: 'long', year: 'numeric' }),
);
const relative = cached((language) => new Intl.RelativeTimeFormat(language, { numeric: 'auto' }));

export function formatNumber(value: number, language: string): string {
  return whole(language).format(value);
}

/** Small values keep three digits (0.123, 4.56), large ones are whole. */
export function formatMeasure(value: number, language: string): string {
  return Math.abs(value) >= 100 ? whole(language).format(value) : threeDigits(language).format(value);
}

/** `12:00:00.123` in the user's zone. */
export function formatClock(time: number, language: string): string {
  return clock(language).format(time);
}

export function formatShortClock(time: number, language: string): string {
  return shortClock(language).format(time);
}

/** `12:00` in the user's zone. */
export function formatTime(time: number, language: string): string {
  return hourMinute(language).format(time);
}

/** "today", "yesterday", then the day of the week with the date, and after some months the date with its year. */
export function formatDay(time: number, now: number, language: string): string {
  const days = Math.round((startOfDay(now) - startOfDay(time)) / day);
  if (days === 0 || days === 1) return relative(language).format(-days, 'day');
  return (days > 0 && days < 180 ? dayName : dayOfYear)(language).format(time);
}

function startOfDay(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

/** With the day when it is not today's. */
export function formatMoment(time: number, now: number, language: string): string {
  const sameDay = new Date(time).toDateString() === new Date(now).toDateString();
  return (sameDay ? shortClock : dayClock)(language).format(time);
}

/** Day, time and zone in full, for the hint over a shorter form. */
export function formatFull(time: number, language: string): string {
  return full(language).format(time);
}

/** "3 minutes ago". */
export function formatAgo(time: number, now: number, language: string): string {
  const passed = time - now;
  const size = Math.abs(passed);
  if (size < minute) return relative(language).format(Math.round(passed / second), 'second');
  if (size < hour) return relative(language).format(Math.round(passed / minute), 'minute');
  if (size < day) return relative(language).format(Math.round(passed / hour), 'hour');
  return relative(language).format(Math.round(passed / day), 'day');
}

const unitOf = (language: string, unit: string, value: number) =>
  new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 0 }).format(
    value,
  );

/** The two largest units of a duration: `3 hr 12 min`. */
export function formatDuration(seconds: number, language: string): string {
  const steps: [string, number][] = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
    ['second', 1],
  ];
  const parts: string[] = [];
  let left = Math.max(0, Math.floor(seconds));
  for (const [unit, size] of steps) {
    const value = Math.floor(left / size);
    left -= value * size;
    if (value > 0 || (unit === 'second' && parts.length === 0)) parts.push(unitOf(language, unit, value));
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

/** `1.5 MB`, in steps of 1000 like the units' names. */
export function formatBytes(bytes: number, language: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  let value = bytes;
  let step = 0;
  while (value >= 1000 && step < units.length - 1) {
    value /= 1000;
    ++step;
  }
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[step]!,
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumSignificantDigits: 3,
  }).format(value);
}
