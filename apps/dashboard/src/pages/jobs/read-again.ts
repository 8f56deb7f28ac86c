import { pageRows, placeFromTop, type ListWindow, type PageAnswer, type PageRequest } from './window.ts';

/** Ids grow with time, and the newest comes first. */
interface HasId {
  id: string;
}

/**
 * What the API says by now of the top of a list, and of everything from the first to the last row that is here of some pages. A row
 * of these that it does not name does not belong into the list any more.
 */
export async function readAgain<Row extends HasId>(
  { pages, total }: ListWindow<Row>,
  { first, last }: { first: number; last: number },
  read: (query: Omit<PageRequest, 'page'>) => Promise<PageAnswer<Row>>,
): Promise<{ jobs: Row[]; total: number }> {
  const readFrom = (offset: number) => read({ order: 'newest', limit: pageRows, ...(offset > 0 && { offset }) });
  const top = await readFrom(0);
  const here = [...pages].filter(([page, { rows }]) => page >= first && page <= last && rows.length > 0).toSorted(([a], [b]) => a - b);
  if (here.length === 0) return { jobs: top.items, total: top.total };
  const [newest, oldest] = [here[0]![1].rows[0]!, here.at(-1)![1].rows.at(-1)!];

  // Where it should lie now; further up if some have gone from below.
  let offset = placeFromTop(here[0]![0], top.total - (total ?? 0));
  const answerAt = (place: number) => (place === 0 ? top : readFrom(place));
  let answer = await answerAt(offset);
  while (offset > 0 && !(answer.items[0] && answer.items[0].id >= newest.id)) {
    offset = Math.max(0, offset - pageRows);
    answer = await answerAt(offset);
  }
  const jobs = answer === top ? [] : [...top.items];
  jobs.push(...answer.items);
  while (answer.nextCursor !== null && answer.items.at(-1)!.id > oldest.id) {
    answer = await read({ order: 'newest', limit: pageRows, cursor: answer.nextCursor });
    jobs.push(...answer.items);
  }
  return { jobs, total: top.total };
}
