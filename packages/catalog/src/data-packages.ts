import rows from './data/data-packages.json' with { type: 'json' };
import { lookup } from './lookup.ts';
import type { DataPackage } from './schema.ts';

/** npm packages that hold data, and which of their files it is. A package that is not listed cannot be named by a job. */
export const dataPackages: readonly DataPackage[] = rows;

/**
 * A data package by its npm name.
 * @throws AppError `data_not_found` with the nearest name
 */
export function findDataPackage(name: string): DataPackage {
  return lookup({ entries: dataPackages, name, noun: 'data package', code: 'data_not_found', path: 'data.package' });
}
