import { cx, Skeleton } from '@massif/ui';
import { useFormat } from '../../i18n/format.ts';

/** A share as a bar with its number; a dash where nobody measured. @param value undefined while it is on its way @param numberOnNarrow without the bar where there is no room for it */
export function ShareBar({ value, numberOnNarrow = false }: { value: number | null | undefined; numberOnNarrow?: boolean }) {
  const format = useFormat();
  return (
    <span className={cx('inline-flex w-28 items-center gap-2', numberOnNarrow && 'max-sm:w-auto')}>
      <span aria-hidden className={cx('h-1.5 flex-1 overflow-hidden rounded-full bg-line', numberOnNarrow && 'max-sm:hidden')}>
        {typeof value === 'number' && <span className="block h-full rounded-full bg-running" style={{ width: `${value * 100}%` }} />}
      </span>
      <span className="flex w-12 justify-end">
        {value === undefined ? <Skeleton className="my-1 h-3 w-8" /> : format.percent(value, 0)}
      </span>
    </span>
  );
}
