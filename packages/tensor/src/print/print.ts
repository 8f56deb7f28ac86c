import type { Fn } from '../graph/fn.ts';
import type { Program } from '../program.ts';
import { printFn } from './fn.ts';
import { printProgram } from './program.ts';

/** A Fn or a program as text for people: one line per node, launch or value. */
export const print = (subject: Fn | Program): string => ('launches' in subject ? printProgram(subject) : printFn(subject));
