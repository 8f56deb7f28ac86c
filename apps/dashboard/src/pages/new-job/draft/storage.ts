/** A draft that is not submitted yet, kept for as long as the tab is open. */
export interface StoredDraft {
  /** What it began with. */
  source: string;
  /** The spec as YAML, also while it is edited as a form. */
  text: string;
  mode: 'form' | 'yaml';
}

const storageKey = 'massif.draft';

/** The draft that was begun with this, if it is still there. */
export function readStoredDraft(source: string): StoredDraft | undefined {
  try {
    const stored = JSON.parse(sessionStorage.getItem(storageKey) ?? 'null') as StoredDraft | null;
    return stored?.source === source && typeof stored.text === 'string' ? stored : undefined;
  } catch {
    return undefined;
  }
}

export function storeDraft(draft: StoredDraft): void {
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(draft));
  } catch {
    // Where nothing may be stored, a reload begins anew.
  }
}

export function forgetDraft(): void {
  sessionStorage.removeItem(storageKey);
}
