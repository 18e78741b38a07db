import type { Key } from './i18n/index.svelte';

/** The pages beside the chat, as they are offered everywhere. */
export const pages: { path: string; text: Key }[] = [
  { path: '/write', text: 'nav.write' },
  { path: '/live', text: 'nav.live' },
  { path: '/history', text: 'nav.history' },
  { path: '/status', text: 'nav.status' },
];
