import type { Routines } from './routines.ts';
import { allocateWords, writeInt, type Words } from './words.ts';

/** A kernel call whose buffers are offsets into places that are bound later. */
export interface TemplateLaunch {
  kernel: bigint;
  /** `place` indexes the addresses given to {@link bindSegment}; null is a null pointer. */
  buffers: readonly ({ place: number; offsetBytes: number } | null)[];
  ints: readonly number[];
  floats: readonly number[];
}

/** The words of a program's launches, and which of them are addresses. */
export interface Template {
  words: Words;
  launches: number;
  relocations: { index: Int32Array; place: Int32Array; offsetBytes: Float64Array };
}

/** Launches with absolute addresses, as massif_run reads them. */
export interface Segment {
  words: Words;
  launches: number;
}

const headerWords = 5;

/** Lays launches out as pool.cc replays them: { kernel, words, buffers, ints, floats, ... } each. */
export function buildTemplate(routines: Routines, launches: readonly TemplateLaunch[]): Template {
  const sizes = launches.map(({ buffers, ints, floats }) => headerWords + buffers.length + ints.length + floats.length);
  const words = allocateWords(
    routines,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  const index: number[] = [];
  const place: number[] = [];
  const offsetBytes: number[] = [];
  let at = 0;
  for (const [i, { kernel, buffers, ints, floats }] of launches.entries()) {
    const header = [Number(kernel), sizes[i]!, buffers.length, ints.length, floats.length];
    header.forEach((value, k) => writeInt(words, at + k, value));
    at += headerWords;
    for (const buffer of buffers) {
      if (buffer) {
        index.push(at);
        place.push(buffer.place);
        offsetBytes.push(buffer.offsetBytes);
      }
      at++; // null: the memory starts zeroed
    }
    for (const value of ints) writeInt(words, at++, value);
    for (const value of floats) words.doubles[at++] = value;
  }
  return {
    words,
    launches: launches.length,
    relocations: { index: Int32Array.from(index), place: Int32Array.from(place), offsetBytes: Float64Array.from(offsetBytes) },
  };
}

/** A copy of the template with every buffer at its address: `addresses[place] + offset`. */
export function bindSegment(routines: Routines, { words: template, launches, relocations }: Template, addresses: Float64Array): Segment {
  const words = allocateWords(routines, template.length);
  words.halves.set(template.halves);
  const { index, place, offsetBytes } = relocations;
  for (let i = 0; i < index.length; i++) writeInt(words, index[i]!, addresses[place[i]!]! + offsetBytes[i]!);
  return { words, launches };
}
