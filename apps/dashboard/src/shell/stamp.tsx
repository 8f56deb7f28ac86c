import { Tooltip, useNow } from '@massif/ui';
import { useFormat } from '../i18n/format.ts';

/** A time by the clock, to the second; pointing at it tells how long ago that was. @param time ISO 8601 */
export function Stamp({ time }: { time: string }) {
  const format = useFormat();
  const now = useNow();
  return (
    <Tooltip text={format.relative(time, now)}>
      <time dateTime={time}>{format.stamp(time, now)}</time>
    </Tooltip>
  );
}
