import { useFormat } from '../../i18n/format.ts';

/** A share as a bar with its number; a dash where nobody measured. */
export function ShareBar({ value }: { value: number | null }) {
  const format = useFormat();
  return (
    <span className="inline-flex w-28 items-center gap-2">
      <span aria-hidden className="h-1.5 flex-1 overflow-hidden rounded-full bg-line">
        {value !== null && <span className="block h-full rounded-full bg-running" style={{ width: `${value * 100}%` }} />}
      </span>
      <span className="w-12 text-right">{value === null ? format.percent(null) : format.percent(Math.round(value * 100) / 100)}</span>
    </span>
  );
}
