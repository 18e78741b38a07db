import type { LiveConnection } from './live/connection.svelte';

/** What the mark in the header speaks of: the live connection while one is shown, otherwise whether the server answers. */
class Indicator {
  live: LiveConnection | undefined = $state.raw();
}

export const indicator = new Indicator();
