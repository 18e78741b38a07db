/** Whether the screen is this wide, now and as it changes. */
export class Media {
  matches: boolean = $state(false);

  constructor(query: string) {
    const list = matchMedia(query);
    this.matches = list.matches;
    list.addEventListener('change', ({ matches }) => (this.matches = matches));
  }
}

/** A phone: one column. */
export const narrow = new Media('(max-width: 719px)');
/** Room for three columns. */
export const wide = new Media('(min-width: 1100px)');
/** A mouse, and so most likely a keyboard. */
export const finePointer = new Media('(pointer: fine)');
