import type { LiveState } from './live/machine';

/** What the mark in the header speaks of: the live connection while one is shown, otherwise whether the server answers. */
class Indicator {
  live: { readonly state: LiveState } | undefined = $state.raw();
}

export const indicator = new Indicator();
