/** Numbers, sizes, rates, durations and times as one reads them: with a unit, and no more digits than mean something. */
import { useLanguage } from './language.tsx';
import { localeTags, type Locale } from './locale.ts';

/** What stands where a number is missing. */
const missing = '–';

type Value = number | null | undefined;
/** ISO 8601, or milliseconds since 1970. */
type Time = string | number | Date | null | undefined;

export type Format = ReturnType<typeof createFormat>;

const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
/** Beyond 1,000 engineers of both languages say k, M, B and T. */
const decimalUnits = ['', 'k', 'M', 'B', 'T'];

/** All formats of one language. A missing value is a dash. */
export function createFormat(locale: Locale) {
  const tag = localeTags[locale];
  /** As it is set: a space between a number and a Chinese word, which Intl leaves out. */
  const spaced = (text: string) => (locale === 'zh' ? text.replaceAll(/(?<=\d)(?=\p{Script=Han})/gu, ' ') : text);
  const cache = new Map<string, Intl.NumberFormat>();
  const number = (value: number, options: Intl.NumberFormatOptions = {}) => {
    const key = JSON.stringify(options);
    let format = cache.get(key);
    if (!format) cache.set(key, (format = new Intl.NumberFormat(tag, options)));
    return format.format(value);
  };
  const isMissing = (value: Value): value is null | undefined => value === null || value === undefined || Number.isNaN(value);
  /** Three significant digits, also when the last of them are zeros, so that numbers that stand together are as exact as each other: 74.0 beside 73.9. */
  const digits3 = (value: number) => {
    const size = Math.abs(value);
    const digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
    return number(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  };
  const scaled = (value: number, base: number, units: readonly string[]): [string, string] => {
    let size = value;
    let unit = 0;
    // What rounds to the next unit is of the next unit: 999.96 k is 1 M.
    while (Math.abs(size) >= base - 0.05 && unit < units.length - 1) {
      size /= base;
      unit++;
    }
    // What is counted one by one is whole as it is.
    return [unit === 0 && Number.isInteger(size) ? number(size) : digits3(size), units[unit]!];
  };
  const day = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' });
  const dayOnly = new Intl.DateTimeFormat(tag, { dateStyle: 'medium' });
  const clock = new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const second = new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
  const dayOfYear = new Intl.DateTimeFormat(tag, { month: 'short', day: 'numeric' });
  const ago = (value: number, unit: Intl.RelativeTimeFormatUnit) => spaced(relativeTime.format(value, unit));
  const relativeTime = new Intl.RelativeTimeFormat(tag, { numeric: 'auto', style: 'short' });
  const partOf = (unit: 'day' | 'hour' | 'minute' | 'second') => {
    const format = new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'narrow' });
    return (value: number) => spaced(format.format(value));
  };
  const [days, hours, minutes, seconds] = [partOf('day'), partOf('hour'), partOf('minute'), partOf('second')];

  const span = (valueSeconds: number) => {
    if (valueSeconds > 0 && valueSeconds < 0.5) return `< ${seconds(1)}`;
    const whole = Math.max(0, Math.round(valueSeconds));
    const [d, h, m, s] = [Math.floor(whole / 86_400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60];
    if (whole < 60) return seconds(s);
    const [first, second] =
      d > 0 ? [days(d), h > 0 && hours(h)] : h > 0 ? [hours(h), m > 0 && minutes(m)] : [minutes(m), s > 0 && seconds(s)];
    return second === false ? first : `${first} ${second}`;
  };

  const count = (value: Value) => (isMissing(value) ? missing : scaled(value, 1000, decimalUnits).join(' ').trimEnd());

  return {
    locale,
    /** 12,345 */
    integer: (value: Value) => (isMissing(value) ? missing : number(value, { maximumFractionDigits: 0 })),
    /** 4.2832, with as many digits behind the point as asked for. */
    fixed: (value: Value, digits: number) =>
      isMissing(value) ? missing : number(value, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    /** 10, 8.5, 0.25: a round number as an axis has it. */
    tick: (value: number) => number(value, { maximumSignificantDigits: 4 }),
    /** 3e-4, as learning rates are written. */
    exponent: (value: Value) =>
      isMissing(value) ? missing : value === 0 ? '0' : value.toExponential(1).replace('.0e', 'e').replace('e+0', ''),
    /** 38.2 % from 0.382; 38 % of what is known no better. */
    percent: (value: Value, digits = 1) => {
      if (isMissing(value)) return missing;
      const share = value * 100;
      if (share > 0 && share < 0.05) return '< 0.1 %';
      const shown = Math.abs(share) >= 99.95 || share === 0 ? 0 : digits;
      return `${number(share, { minimumFractionDigits: shown, maximumFractionDigits: shown })} %`;
    },
    /** 12.4 GiB */
    bytes: (value: Value) => (isMissing(value) ? missing : scaled(value, 1024, binaryUnits).join(' ')),
    /** 3.20 M, 124 M, 950 */
    count,
    /** The same on an axis, whose marks are round: 8 k, 1.5 M. */
    countTick: (value: number) => count(value).replace(/\.(\d*?)0+(?=\D|$)/, (_, kept: string) => (kept === '' ? '' : `.${kept}`)),
    /** 950 tokens/s, 25.0 k tokens/s, 3.20 M tokens/s; `unit` is one of no language, or already in the reader's. */
    rate: (value: Value, unit: string) => {
      if (isMissing(value)) return missing;
      const [size, scale] =
        value < 10_000 ? [number(value, { maximumFractionDigits: value < 10 ? 1 : 0 }), ''] : scaled(value, 1000, decimalUnits);
      return scale === '' ? `${size} ${unit}` : `${size} ${scale} ${unit}`;
    },
    /** Of a step or what it is made of: 812 ms, 1.24 s, and from a minute on as `span`. */
    duration: (valueSeconds: Value) => {
      if (isMissing(valueSeconds)) return missing;
      if (valueSeconds === 0) return '0 s';
      if (valueSeconds < 0.9995) return `${digits3(valueSeconds * 1000)} ms`;
      if (valueSeconds < 59.95) return `${digits3(valueSeconds)} s`;
      return span(valueSeconds);
    },
    /** Of what one waits for, such as a job: 39s, 3m 20s, 2h 5m, 4d 1h: whole seconds, and two units at most. */
    span: (valueSeconds: Value) => (isMissing(valueSeconds) ? missing : span(valueSeconds)),
    /** 14 March 2026, 14:20:31 in the reader's time zone. */
    time: (value: Time) => (value ? day.format(new Date(value)) : missing),
    date: (value: Time) => (value ? dayOnly.format(new Date(value)) : missing),
    /** 14:20 */
    clock: (value: Time) => (value ? clock.format(new Date(value)) : missing),
    /** 14:20:31 today, else Mar 13 14:20:31: for lists in which the order of seconds matters. */
    stamp: (value: Time, nowMs: number) => {
      if (!value) return missing;
      const at = new Date(value);
      const isToday = at.toDateString() === new Date(nowMs).toDateString();
      return isToday ? second.format(at) : `${dayOfYear.format(at)} ${second.format(at)}`;
    },
    /** 3 min. ago, in 2 hr. */
    relative: (value: Time, nowMs: number) => {
      if (!value) return missing;
      const passed = (new Date(value).getTime() - nowMs) / 1000;
      const size = Math.abs(passed);
      if (size < 45) return ago(Math.round(passed / 5) * 5, 'second');
      if (size < 2700) return ago(Math.round(passed / 60), 'minute');
      // A day is one of the calendar, so that 'yesterday' is.
      const days = calendarDays(new Date(nowMs), new Date(value));
      return size < 79_200 || days === 0 ? ago(Math.round(passed / 3600), 'hour') : ago(days, 'day');
    },
    usd: (value: Value) =>
      isMissing(value)
        ? missing
        : number(value, {
            style: 'currency',
            currency: 'USD',
            currencyDisplay: 'narrowSymbol',
            maximumFractionDigits: value < 1000 ? 2 : 0,
          }),
  };
}

/** From midnight to midnight, as the reader's clock has it. */
function calendarDays(from: Date, to: Date): number {
  const day = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return (day(to) - day(from)) / 86_400_000;
}

const formats = new Map<Locale, Format>();

/** The formats of the reader's language: made once, since what Intl needs for them takes longer than to draw a row of a list. */
export function useFormat(): Format {
  const { locale } = useLanguage();
  let format = formats.get(locale);
  if (!format) formats.set(locale, (format = createFormat(locale)));
  return format;
}
