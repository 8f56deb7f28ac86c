/** Keeps what runs on the device's threads and what this thread copies in the order in which it was asked for. */
export interface Order {
  /** Starts work that keeps its own order, such as a pool's; at once unless copies wait. */
  run(start: () => Promise<void>): Promise<void>;
  /** Copies after everything before it; at once when nothing is outstanding. */
  copy(action: () => void): Promise<void>;
  /** Frees what only earlier work may use. */
  afterwards(action: () => void): void;
  /** Settles when everything so far has. */
  settled(): Promise<void>;
}

export function createOrder(): Order {
  let tail: Promise<void> = Promise.resolve();
  let outstanding = 0;
  let deferred = 0;

  const track = (work: Promise<void>): Promise<void> => {
    outstanding++;
    const before = tail;
    tail = work
      .then(nothing, nothing)
      .then(() => before)
      .finally(() => outstanding--);
    return work;
  };
  const later = (action: () => void | Promise<void>): Promise<void> => {
    deferred++;
    return track(
      tail.then(() => {
        deferred--;
        return action();
      }),
    );
  };
  const copy = (action: () => void): Promise<void> => (outstanding > 0 ? later(action) : new Promise((resolve) => resolve(action())));
  return {
    run: (start) => (deferred > 0 ? later(start) : track(start())),
    copy,
    afterwards(action) {
      if (outstanding === 0) action();
      else void copy(action);
    },
    settled: () => tail,
  };
}

const nothing = () => {};
