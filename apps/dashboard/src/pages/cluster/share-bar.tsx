import { cx } from '@massif/ui';
import { useFormat } from '../../i18n/format.ts';

/** A share as a bar with its number; a dash where nobody measured. @param numberOnNarrow without the bar where there is no room for it */
export function ShareBar({ value, numberOnNarrow = false }: { value: number | null; numberOnNarrow?: boolean }) {
  const format = useFormat();
  return (
    <span className={cx('inline-flex w-28 items-center gap-2', numberOnNarrow && 'max-sm:w-auto')}>
      <span aria-hidden className={cx('h-1.5 flex-1 overflow-hidden rounded-full bg-line', numberOnNarrow && 'max-sm:hidden')}>
        {value !== null && <span className="block h-full rounded-full bg-running" style={{ width: `${value * 100}%` }} />}
      </span>
      <span className="w-12 text-right">{format.percent(value, 0)}</span>
    </span>
  );
}
