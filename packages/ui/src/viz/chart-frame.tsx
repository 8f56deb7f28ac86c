import { ChartLine, Download, Table2 } from 'lucide-react';
import { memo, useEffect, useId, useRef, useState, type ReactNode, type RefObject } from 'react';
import { IconButton } from '../components/button.tsx';
import { cx } from '../components/cx.ts';
import { Menu, MenuItem } from '../components/menu.tsx';
import { useUi } from '../components/provider.tsx';
import { useChartColors } from './colors.ts';
import { DataTable } from './data-table.tsx';
import { download, pngOf, type LegendEntry } from './export-picture.ts';
import { toCsv, type TableData } from './table-data.ts';

export type ChartFrameProps = {
  title: string;
  description?: ReactNode;
  /** Of its heading; null where a Section above already says it. */
  level?: 2 | 3 | 4 | null;
  /** Controls of this picture, left of table and download. */
  actions?: ReactNode;
  /** Its numbers; called when somebody wants to see or to save them. */
  table: () => TableData;
  legend?: readonly LegendEntry[];
  /** A line under the title that is always there: what is under the pointer. */
  readout?: ReactNode;
  children: ReactNode;
  className?: string;
};

/** What every picture has around it: its title, its numbers as a table, and itself as a file. */
export function ChartFrame({ title, description, level = 3, actions, table, legend = [], readout, children, className }: ChartFrameProps) {
  const colors = useChartColors();
  const body = useRef<HTMLDivElement>(null);
  const id = useId();
  const [asTable, setAsTable] = useState(false);
  const Heading = level === null ? 'p' : (`h${level}` as const);

  const saves = useRef<Saves>(undefined);
  useEffect(() => {
    const style = { title, legend, text: colors.text, text2: colors.text2, ground: colors.surface, font: colors.font };
    saves.current = {
      png: async () => void (body.current && download(`${fileNameOf(title)}.png`, await pngOf(body.current, style))),
      csv: () => download(`${fileNameOf(title)}.csv`, new Blob(['\uFEFF', toCsv(table())], { type: 'text/csv;charset=utf-8' })),
    };
  });

  return (
    <figure aria-labelledby={id} className={cx('flex min-w-0 flex-col', className)}>
      <div className="mb-1.5 flex min-h-7 flex-wrap items-start justify-between gap-x-4 gap-y-1">
        <figcaption className="min-w-0">
          <Heading id={id} className={level === null ? 'sr-only' : 'text-sm leading-7 font-semibold'}>
            {title}
          </Heading>
        </figcaption>
        <div className="-mr-1 ml-auto flex items-center gap-1">
          {actions}
          <FrameTools asTable={asTable} onAsTable={setAsTable} saves={saves} />
        </div>
      </div>
      {description !== undefined && <p className="mb-1.5 text-xs text-text-2">{description}</p>}
      {readout}
      {asTable ? (
        <DataTable label={title} data={table()} />
      ) : (
        <div ref={body} className="relative min-w-0">
          {children}
        </div>
      )}
    </figure>
  );
}

/** What is in view, as files. */
type Saves = { png: () => Promise<void>; csv: () => void };

type FrameToolsProps = { asTable: boolean; onAsTable: (asTable: boolean) => void; saves: RefObject<Saves | undefined> };

/** They stay as they are while the numbers of a picture change. */
const FrameTools = memo(function FrameTools({ asTable, onAsTable, saves }: FrameToolsProps) {
  const { words } = useUi();
  return (
    <>
      <IconButton
        size="sm"
        icon={asTable ? ChartLine : Table2}
        label={asTable ? words.showChart : words.showTable}
        onClick={() => onAsTable(!asTable)}
      />
      <Menu align="end" trigger={<IconButton size="sm" icon={Download} label={words.download} />}>
        <MenuItem disabled={asTable} onClick={() => void saves.current?.png()}>
          {words.downloadPng}
        </MenuItem>
        <MenuItem onClick={() => saves.current?.csv()}>{words.downloadCsv}</MenuItem>
      </Menu>
    </>
  );
});

function fileNameOf(title: string): string {
  return title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-');
}
