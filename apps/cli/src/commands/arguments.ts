import { InvalidArgumentError } from 'commander';

/** Parser of an option that is a whole number from `least` on. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`It must be a whole number, ${least} or more.`);
    return value;
  };
}

/** Parser of an option that counts something. */
export const positiveInteger = wholeNumber(1);

/** Parser of an option that is a moment, such as `2027-01-31` or `2027-01-31T18:00:00Z`: the RFC 3339 form of it. */
export function moment(text: string): string {
  const timeMs = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs)) throw new InvalidArgumentError('It must be a time such as 2027-01-31T18:00:00Z.');
  return new Date(timeMs).toISOString();
}
