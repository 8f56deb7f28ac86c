import type { Overview } from '@massif/contracts';
import { sharedFrame, type Picture } from './feed.ts';

/** The whole overview, whenever it is another one. */
export function overviewPicture(read: () => Promise<Overview>): Picture {
  let version = 0;
  let frame = sharedFrame('overview', null);
  return {
    get version() {
      return version;
    },
    async look() {
      const next = sharedFrame('overview', await read());
      if (next.text === frame.text) return;
      frame = next;
      version++;
    },
    since: () => [frame],
  };
}
