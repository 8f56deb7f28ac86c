import { Skeleton } from './skeleton.tsx';
import { TableCell, TableRow } from './table.tsx';

/** Rows of a table that are still to come. @param className of a cell, where its rows are higher than others */
export function SkeletonRows({ rows, columns, className }: { rows: number; columns: number; className?: string }) {
  return Array.from({ length: rows }, (_, row) => (
    <TableRow key={row}>
      <TableCell colSpan={columns} className={className}>
        <Skeleton className="h-4" />
      </TableCell>
    </TableRow>
  ));
}
