import { useUi } from '../components/provider.tsx';
import { Table, TableBody, TableCell, TableHead, TableHeaderCell, TableRow } from '../components/table.tsx';
import { cellText, sampleRows, type TableData } from './table-data.ts';

const rowsMost = 200;

/** The numbers of a picture, for those who do not see it or want to read them. Of many rows a sample: the CSV has all. */
export function DataTable({ label, data, maxHeight = 320 }: { label: string; data: TableData; maxHeight?: number }) {
  const { words } = useUi();
  const { columns, rows } = data;
  const numeric = columns.map((_, index) => rows.some((row) => typeof row[index] === 'number'));
  return (
    <div>
      <Table label={label} maxHeight={maxHeight}>
        <TableHead>
          <tr>
            {columns.map((column, index) => (
              <TableHeaderCell key={column.label} numeric={numeric[index] && index > 0}>
                {column.label}
              </TableHeaderCell>
            ))}
          </tr>
        </TableHead>
        <TableBody>
          {sampleRows(rows, rowsMost).map((row, line) => (
            <TableRow key={line}>
              {row.map((value, index) => (
                <TableCell key={columns[index]!.label} numeric={numeric[index] && index > 0}>
                  {cellText(value, columns[index]!.format)}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
      {rows.length > rowsMost && <p className="px-4 py-2 text-xs text-text-2">{words.tableSample}</p>}
    </div>
  );
}
