/** A binary min-heap of pairs of numbers, ordered by the first and then by the second. */
export interface PairHeap {
  readonly size: number;
  push(first: number, second: number): void;
  /** Removes the smallest; read it from `first` and `second` beforehand. */
  pop(): void;
  /** The smallest pair; only when `size` > 0. */
  readonly first: number;
  readonly second: number;
}

export function pairHeap(): PairHeap {
  const firsts: number[] = [];
  const seconds: number[] = [];
  const less = (a: number, b: number) => firsts[a]! < firsts[b]! || (firsts[a] === firsts[b] && seconds[a]! < seconds[b]!);
  const swap = (a: number, b: number) => {
    const first = firsts[a]!;
    const second = seconds[a]!;
    firsts[a] = firsts[b]!;
    seconds[a] = seconds[b]!;
    firsts[b] = first;
    seconds[b] = second;
  };
  return {
    get size() {
      return firsts.length;
    },
    get first() {
      return firsts[0]!;
    },
    get second() {
      return seconds[0]!;
    },
    push(first, second) {
      firsts.push(first);
      seconds.push(second);
      for (let i = firsts.length - 1; i > 0;) {
        const parent = (i - 1) >>> 1;
        if (!less(i, parent)) return;
        swap(i, parent);
        i = parent;
      }
    },
    pop() {
      swap(0, firsts.length - 1);
      firsts.pop();
      seconds.pop();
      for (let i = 0; ;) {
        let smallest = i;
        const left = 2 * i + 1;
        if (left < firsts.length && less(left, smallest)) smallest = left;
        if (left + 1 < firsts.length && less(left + 1, smallest)) smallest = left + 1;
        if (smallest === i) return;
        swap(i, smallest);
        i = smallest;
      }
    },
  };
}
