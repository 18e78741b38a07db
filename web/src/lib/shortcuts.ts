// The keyboard of the whole application. Keys are told apart by their place too, so a Russian layout works the same.
import { router } from './router.svelte';

const places: Record<string, string> = {
  KeyH: '/',
  KeyW: '/write',
  KeyL: '/live',
  KeyY: '/history',
  KeyS: '/status',
};
const sequenceMs = 1500;

let goUntil = 0;

export function handleShortcut(event: KeyboardEvent, help: () => void): void {
  if (event.defaultPrevented || isComposing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape') return leaveField(event);
  if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
  if (isHelp(event)) {
    event.preventDefault();
    return help();
  }
  if (event.key === '/' || (event.code === 'Slash' && !event.shiftKey)) {
    const filter = document.querySelector<HTMLElement>('[data-filter]');
    if (filter) event.preventDefault();
    return filter?.focus();
  }
  const place = event.timeStamp < goUntil ? places[event.code] : undefined;
  goUntil = event.code === 'KeyG' ? event.timeStamp + sequenceMs : 0;
  if (!place) return;
  event.preventDefault();
  router.go(place);
}

function isHelp(event: KeyboardEvent): boolean {
  return event.key === '?' || (event.code === 'Slash' && event.shiftKey);
}

function leaveField(event: KeyboardEvent): void {
  if (isTyping(event.target)) (event.target as HTMLElement).blur();
}

/**
 * Whether the key belongs to an input method, which ends a word with it. Safari tells it only by the key's code: it ends the
 * composition before the key that ended it.
 */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, select, textarea, [contenteditable]');
}

/** Whether Enter already means something there. */
export function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, a') !== null;
}
