import type { UiTime, UiWords } from '../src/index.ts';

export const words: UiWords = {
  close: 'Close',
  cancel: 'Cancel',
  copy: 'Copy',
  copied: 'Copied',
  clear: 'Clear',
  open: 'Show the options',
  required: 'required',
  noResults: 'Nothing found',
  notifications: 'Notifications',
  requestId: 'Request',
  code: 'Code',
  showTable: 'Show as table',
  showChart: 'Show as chart',
  download: 'Download',
  downloadPng: 'Picture (PNG)',
  downloadCsv: 'Numbers (CSV)',
  resetZoom: 'Reset zoom',
  tableSample: 'Some of the rows; the download has all.',
  plotHelp: 'Arrow keys walk along the lines, plus and minus zoom, Escape shows everything.',
};

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const absolute = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'long' });

export const time: UiTime = {
  relative: (timeMs, nowMs) => {
    const seconds = Math.round((timeMs - nowMs) / 1000);
    if (Math.abs(seconds) < 60) return relative.format(seconds, 'second');
    if (Math.abs(seconds) < 3600) return relative.format(Math.round(seconds / 60), 'minute');
    if (Math.abs(seconds) < 86_400) return relative.format(Math.round(seconds / 3600), 'hour');
    return relative.format(Math.round(seconds / 86_400), 'day');
  },
  absolute: (timeMs) => absolute.format(timeMs),
};
