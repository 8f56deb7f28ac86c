import { useReducer, useEffect } from 'react';
import { cx } from '../../components/cx.ts';
import type { HeatData } from './heat-data.ts';
import type { HeatLayout } from './heat-layout.ts';

/** What is said of a device: its name, then facts, one a line. */
export type DeviceText = { title: string; facts: readonly string[] };

/** Around the device that is pointed at, or pinned. */
export function Ring({ layout, index, strong = false }: { layout: Places; index: number; strong?: boolean }) {
  const { x, y, cell } = layout;
  const room = strong ? 3 : 2;
  return (
    <div
      aria-hidden
      className={cx('pointer-events-none absolute rounded-sm', strong ? 'border-2 border-accent' : 'border border-text')}
      style={{ left: x[index]! - room, top: y[index]! - room, width: cell + room * 2, height: cell + room * 2 }}
    />
  );
}

type Places = Pick<HeatLayout, 'x' | 'y' | 'cell' | 'height'>;

const labelWidth = 200;

/** About what four lines take. */
const labelHeight = 96;

/** What is said of a cell, within the picture: below it, or above where there is no room. */
export function CellLabel({ layout, index, text, room }: { layout: Places; index: number; text: DeviceText; room: number }) {
  const left = Math.min(Math.max(0, layout.x[index]! + layout.cell + 8), Math.max(0, room - labelWidth));
  const top = layout.y[index]!;
  const above = top > labelHeight && top + layout.cell + labelHeight > layout.height;
  const place = above ? { bottom: layout.height - top + 8 } : { top: top + layout.cell + 8 };
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute z-20 rounded-md bg-raised px-2.5 py-1.5 text-xs text-text-2 shadow-pop"
      style={{ left, ...place, width: labelWidth }}
    >
      <p className="truncate font-medium text-text">{text.title}</p>
      {text.facts.map((fact) => (
        <p key={fact}>{fact}</p>
      ))}
    </div>
  );
}

type HeatLabelProps = { layout: Places; index: number; data: HeatData; describe: (index: number) => DeviceText; room: number };

/** Follows changes of its device while it is shown. */
export function HeatLabel({ layout, index, data, describe, room }: HeatLabelProps) {
  const [, follow] = useReducer((count: number) => count + 1, 0);
  useEffect(() => data.subscribe((changed) => (!changed || changed.includes(index)) && follow()), [data, index]);
  return <CellLabel layout={layout} index={index} text={describe(index)} room={room} />;
}
