/** Whether the screen is this wide, now and as it changes. */
export class Media {
  matches: boolean = $state(false);

  constructor(query: string) {
    const list = matchMedia(query);
    this.matches = list.matches;
    list.addEventListener('change', ({ matches }) => (this.matches = matches));
  }
}

/** A phone, or large text: one column. Widths as in the styles, in the text size of the browser. */
export const narrow = new Media('(max-width: 44.99em)');
/** Room for three columns. */
export const wide = new Media('(min-width: 68.75em)');
/** A mouse, and so most likely a keyboard. */
export const finePointer = new Media('(pointer: fine)');
