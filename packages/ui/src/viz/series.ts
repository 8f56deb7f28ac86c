/**
 * Numbers over time outside React's state: what streams in is written to typed columns, and whoever draws them hears of it at most
 * once a frame. The first column is the key and ascends; a row whose key is there already replaces it, as steps do that run again
 * after a recovery. Missing values are NaN.
 */

/** What a picture needs of a series. */
export type SeriesView = {
  readonly length: number;
  /** Grows with each change. */
  readonly version: number;
  /** A view of the column, not a copy: it holds until the next push. */
  column(name: string): Float64Array;
  subscribe(listener: () => void): () => void;
};

export type Row<Column extends string> = Readonly<Record<Column, number | null | undefined>>;

export type Series<Column extends string> = SeriesView & {
  readonly columns: readonly Column[];
  column(name: Column): Float64Array;
  push(rows: Iterable<Row<Column>>): void;
  clear(): void;
};

type SeriesOptions<Column extends string> = {
  /** The key first. */
  columns: readonly Column[];
  /** Rows to keep; the oldest go. */
  capacity: number;
  /** Runs listeners later, once for all changes until then: before the next frame by default. */
  schedule?: (run: () => void) => void;
};

export function createSeries<Column extends string>({ columns, capacity, schedule = nextFrame }: SeriesOptions<Column>): Series<Column> {
  // Twice the room: the window [start, end) slides to the right and is moved back when it reaches the end, so a view is always one piece.
  const room = capacity * 2;
  const data = new Map<string, Float64Array>(columns.map((name) => [name, new Float64Array(room)]));
  const keyColumn = columns[0]!;
  const keys = data.get(keyColumn)!;
  const listeners = new Set<() => void>();
  let start = 0;
  let end = 0;
  let version = 0;
  let scheduled = false;

  function changed(): void {
    version += 1;
    if (scheduled) return;
    scheduled = true;
    schedule(() => {
      scheduled = false;
      for (const listener of listeners) listener();
    });
  }

  /** Place of the first key that is not below. */
  function find(key: number): number {
    let low = start;
    let high = end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function makeRoom(at: number): number {
    let place = at;
    if (end - start === capacity) {
      // Older than everything that is kept: it would be the next to go.
      if (place === start) return -1;
      start += 1;
    }
    if (end === room) {
      for (const column of data.values()) column.copyWithin(0, start, end);
      place -= start;
      end -= start;
      start = 0;
    }
    if (place < end) for (const column of data.values()) column.copyWithin(place + 1, place, end);
    end += 1;
    return place;
  }

  function write(row: Row<Column>): void {
    const key = row[keyColumn];
    if (key === null || key === undefined || Number.isNaN(key)) return;
    let place = end > start && keys[end - 1]! < key ? end : find(key);
    if (place === end || keys[place] !== key) place = makeRoom(place);
    if (place < 0) return;
    for (const name of columns) data.get(name)![place] = row[name] ?? Number.NaN;
  }

  return {
    columns,
    get length() {
      return end - start;
    },
    get version() {
      return version;
    },
    column(name) {
      const column = data.get(name);
      if (!column) throw new Error(`The series has no column ${name}`);
      return column.subarray(start, end);
    },
    push(rows) {
      for (const row of rows) write(row);
      changed();
    },
    clear() {
      start = 0;
      end = 0;
      changed();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function nextFrame(run: () => void): void {
  requestAnimationFrame(run);
}

/** A series of columns that are known already. @param columns of equal length, the key first and ascending */
export function seriesOf<Column extends string>(columns: Readonly<Record<Column, ArrayLike<number | null>>>): SeriesView {
  const data = new Map(Object.entries<ArrayLike<number | null>>(columns).map(([name, values]) => [name, toFloats(values)]));
  const length = data.values().next().value?.length ?? 0;
  return {
    length,
    version: 0,
    column(name) {
      const column = data.get(name);
      if (!column) throw new Error(`The series has no column ${name}`);
      return column;
    },
    subscribe: () => () => {},
  };
}

function toFloats(values: ArrayLike<number | null>): Float64Array {
  return values instanceof Float64Array ? values : Float64Array.from(values, (value) => value ?? Number.NaN);
}
