import { cx } from '../components/cx.ts';

type Entry = {
  label: string;
  color: string;
  mark: 'line' | 'dash' | 'point' | 'area';
  /** Its value; a dash in a gap. */
  text: string;
};

/** The legend, which says what is under the crosshair, or what is newest. It keeps its height, so that nothing below moves. */
export function Readout({ at, entries }: { at: string | null; entries: readonly Entry[] }) {
  return (
    <div className="flex min-h-5 flex-wrap items-center gap-x-4 text-xs text-text-2">
      {entries.map(({ label, color, mark, text }) => (
        <span key={label} className="inline-flex items-center gap-1.5">
          <Swatch color={color} mark={mark} />
          {label}
          <span className="font-medium text-text">{text}</span>
        </span>
      ))}
      {at !== null && <span className="ml-auto">{at}</span>}
    </div>
  );
}

/** The colour of a line, and how it is drawn. */
function Swatch({ color, mark }: Pick<Entry, 'color' | 'mark'>) {
  const style = mark === 'dash' ? { borderTop: `2px dashed ${color}` } : { background: color };
  return (
    <span
      aria-hidden
      style={style}
      className={cx(
        'inline-block shrink-0',
        { line: 'h-0.5 w-3 rounded-full', dash: 'h-0 w-3', point: 'size-2 rounded-full', area: 'size-2.5 rounded-xs' }[mark],
      )}
    />
  );
}
