/** Words of axes where the page gives none: by the language of the document. */

const second = 1000;
const minute = 60 * second;
const day = 24 * 60 * minute;

/** A time on an axis, as fine as the distance between its ticks. */
export function timeTick(timeMs: number, stepMs: number, language: string | undefined): string {
  const at = new Date(timeMs);
  const midnight = at.getHours() === 0 && at.getMinutes() === 0 && at.getSeconds() === 0;
  if (stepMs >= day || midnight) return at.toLocaleDateString(language, { month: 'short', day: 'numeric' });
  return at.toLocaleTimeString(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: stepMs < minute ? '2-digit' : undefined,
    hourCycle: 'h23',
  });
}

/** The language of the page. */
export function pageLanguage(): string | undefined {
  return document.documentElement.lang || undefined;
}
