import { createContext, useContext, type ReactNode } from 'react';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { Tooltip } from '@base-ui/react/tooltip';
import { ToastProvider } from './toasts.tsx';

/** Words that components need wherever they are used, in the reader's language. */
export type UiWords = {
  close: string;
  cancel: string;
  copy: string;
  copied: string;
  clear: string;
  open: string;
  required: string;
  noResults: string;
  notifications: string;
  requestId: string;
  code: string;
  showTable: string;
  showChart: string;
  download: string;
  downloadPng: string;
  downloadCsv: string;
  resetZoom: string;
  /** Below a table that shows some of the rows. */
  tableSample: string;
  /** How a chart is used by keyboard: arrows, + and -, Escape. */
  plotHelp: string;
};

/** Says a time in the reader's language. */
export type UiTime = {
  /** Such as "3 min. ago". Both are milliseconds since 1970. */
  relative: (timeMs: number, nowMs: number) => string;
  /** To the second, with the zone. */
  absolute: (timeMs: number) => string;
};

type Ui = { words: UiWords; time: UiTime };

const UiContext = createContext<Ui | undefined>(undefined);

/** Words and times for all components below it; it also holds toasts and the shared delay of tooltips. */
export function UiProvider({ words, time, children }: Ui & { children: ReactNode }) {
  return (
    <UiContext value={{ words, time }}>
      <CSPProvider disableStyleElements>
        <Tooltip.Provider delay={400} closeDelay={0}>
          <ToastProvider closeLabel={words.close} label={words.notifications}>
            {children}
          </ToastProvider>
        </Tooltip.Provider>
      </CSPProvider>
    </UiContext>
  );
}

export function useUi(): Ui {
  const ui = useContext(UiContext);
  if (!ui) throw new Error('A component of @massif/ui is used outside UiProvider');
  return ui;
}
