import { byteCount, type TensorType } from '../graph/dtype.ts';

/** Memory that values live in: a port's, or a part of the arena. */
export interface Storage {
  id: number;
  bytes: number;
  /** Left out: the arena. */
  port?: string;
}

/** A value in memory. Each time an output takes a value's memory over, the version rises. */
export interface Place {
  storage: Storage;
  version: number;
}

/** Elements of a place from `offset` on. */
export interface PlaceView {
  place: Place;
  /** In elements. */
  offset: number;
}

export function createStorages() {
  let count = 0;
  return {
    port: (name: string, type: TensorType): Storage => ({ id: count++, bytes: byteCount(type), port: name }),
    arena: (bytes: number): Storage => ({ id: count++, bytes }),
  };
}

export type Storages = ReturnType<typeof createStorages>;

export const samePlace = (a: Place, b: Place): boolean => a.storage === b.storage && a.version === b.version;
