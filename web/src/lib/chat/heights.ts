// Guesses how high a row will be, so that the scroll bar is right before a row was ever drawn. Sizes as in MessageRow.svelte.
import { isPicture } from '../api/attachments';
import { countLines } from '../list/line_count';
import type { ChatRow } from './row';

export const narrowWidth = 640;
const lineHeight = 20;
const averageCharWidth = 7.2;
const linesShown = 24;
const padding = 4;
const dayHeight = 36;
const headingHeight = 28;
const replyHeight = 20;
const reactionsHeight = 32;
const attachmentHeight = 48;
const pictureHeight = 210;

/** For a list of so many pixels in which text is `scale` times its usual size. */
export function rowHeights(listWidth: number, scale: number): (row: ChatRow) => number {
  const width = listWidth / scale;
  const textWidth = Math.max(120, width - (width < narrowWidth ? 76 : 96));
  const perLine = Math.max(1, Math.floor(textWidth / averageCharWidth));
  return (row) => {
    let height = Math.min(linesShown, countLines(row.text, perLine, linesShown)) * lineHeight + padding;
    if (row.lead === 'day') height += dayHeight;
    if (row.lead !== 'none') height += headingHeight;
    if (row.replyTo !== undefined) height += replyHeight;
    if (row.reactions.length > 0) height += reactionsHeight;
    const pictures = row.attachments.filter(isPicture).length;
    height += pictures * pictureHeight + (row.attachments.length - pictures) * attachmentHeight;
    return height * scale;
  };
}
