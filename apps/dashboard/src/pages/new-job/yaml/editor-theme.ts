import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const highlight = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)' },
  { tag: [tags.string, tags.attributeValue], color: 'var(--series-3)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--text-3)' },
  { tag: [tags.keyword, tags.bool, tags.null, tags.number], color: 'var(--series-2)' },
  { tag: [tags.separator, tags.punctuation, tags.bracket, tags.brace, tags.squareBracket], color: 'var(--text-2)' },
  { tag: tags.invalid, color: 'var(--failed)' },
]);

/** The colours of the page, in both themes: they are variables. */
export const editorTheme = [
  syntaxHighlighting(highlight),
  EditorView.theme({
    '&': { maxHeight: '36rem', color: 'var(--text)', backgroundColor: 'var(--surface)', fontSize: '13px' },
    '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
    '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '20px', overflow: 'auto' },
    '.cm-content, .cm-gutter': { minHeight: '24rem' },
    '.cm-content': { caretColor: 'var(--text)', padding: '8px 0', outline: 'none' },
    '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--text)' },
    '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
      backgroundColor: 'var(--accent-soft)',
    },
    '.cm-gutters': { backgroundColor: 'var(--sunken)', color: 'var(--text-3)', borderRight: '1px solid var(--line)' },
    '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--sunken) 60%, transparent)' },
    '.cm-activeLineGutter': { color: 'var(--text)' },
    '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent-soft)', outline: '1px solid var(--accent)' },
    '.cm-selectionMatch': { backgroundColor: 'var(--sunken)' },
    '.cm-tooltip': {
      backgroundColor: 'var(--raised)',
      color: 'var(--text)',
      border: '1px solid var(--line-strong)',
      borderRadius: '6px',
      maxWidth: '28rem',
    },
    '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent-soft)', color: 'var(--text)' },
    '.cm-completionDetail': { color: 'var(--text-3)', fontStyle: 'normal' },
    '.cm-completionInfo': { padding: '6px 8px' },
    '.cm-diagnostic': { whiteSpace: 'pre-wrap', borderLeftColor: 'var(--failed)' },
    '.cm-help': { padding: '6px 8px', fontSize: '12px' },
    '.cm-help code': { fontFamily: 'var(--font-mono)' },
    '.cm-help p': { margin: '4px 0 0', color: 'var(--text-2)' },
    '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--text)', borderColor: 'var(--line)' },
    '.cm-textfield, .cm-button': {
      backgroundColor: 'var(--surface)',
      backgroundImage: 'none',
      color: 'var(--text)',
      border: '1px solid var(--control)',
      borderRadius: '4px',
    },
  }),
];
