// Sizes that scripts need follow the text size that the reader has set in the browser, as the rem of the styles does.

const usualTextPx = 16;

/** The text size of the browser beside the usual one; 1 unless the reader has changed it. */
export function textScale(): number {
  const size = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return size > 0 ? size / usualTextPx : 1;
}
