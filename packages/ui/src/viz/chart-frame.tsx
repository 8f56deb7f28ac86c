import { ChartLine, Download, Table2 } from 'lucide-react';
import { useId, useRef, useState, type ReactNode } from 'react';
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
  const { words } = useUi();
  const colors = useChartColors();
  const body = useRef<HTMLDivElement>(null);
  const id = useId();
  const [asTable, setAsTable] = useState(false);
  const Heading = level === null ? 'p' : (`h${level}` as const);
  const fileName = title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-');

  const savePng = async () => {
    const style = { title, legend, text: colors.text, text2: colors.text2, ground: colors.surface, font: colors.font };
    if (body.current) download(`${fileName}.png`, await pngOf(body.current, style));
  };

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
          <IconButton
            size="sm"
            icon={asTable ? ChartLine : Table2}
            label={asTable ? words.showChart : words.showTable}
            onClick={() => setAsTable(!asTable)}
          />
          <Menu align="end" trigger={<IconButton size="sm" icon={Download} label={words.download} />}>
            <MenuItem disabled={asTable} onClick={() => void savePng()}>
              {words.downloadPng}
            </MenuItem>
            <MenuItem onClick={() => download(`${fileName}.csv`, new Blob(['\uFEFF', toCsv(table())], { type: 'text/csv;charset=utf-8' }))}>
              {words.downloadCsv}
            </MenuItem>
          </Menu>
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
