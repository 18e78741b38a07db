// Guesses how high a row will be, so that the scroll bar is right before a row was ever drawn. Sizes as in MessageLine.svelte.
import { countLines } from '../list/line_count';
import type { Row } from './row';

export const lineHeight = 20;
export const linesShown = 6;
const padding = 8;
const narrowHead = 16;
const averageCharWidth = 7.4;

/**
 * Room for text in a row of so many pixels when text is `scale` times its usual size; in a narrow row time and author stand on a
 * line of their own.
 */
export function rowHeights(listWidth: number, scale: number): (row: Row) => number {
  const width = listWidth / scale;
  const narrow = width < 720;
  const textWidth = Math.max(80, narrow ? width - 24 : width - 380);
  const perLine = Math.max(1, Math.floor(textWidth / averageCharWidth));
  return (row) => {
    if (row.kind === 'hole') return (lineHeight + 2 * padding) * scale;
    const lines = row.text === '' ? 0 : Math.min(linesShown, countLines(row.text, perLine, linesShown));
    const extras = row.files.length + Number(row.edited || row.deleted);
    return ((lines + extras) * lineHeight + padding + (narrow ? narrowHead : 0)) * scale;
  };
}
