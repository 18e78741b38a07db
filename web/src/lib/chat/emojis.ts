import type { Key } from '../i18n/en';

/** The emojis that are offered for reactions; the first few at once. */
export const emojis: readonly { emoji: string; name: Key }[] = [
  { emoji: '👍', name: 'emoji.thumbs_up' },
  { emoji: '❤️', name: 'emoji.heart' },
  { emoji: '😄', name: 'emoji.laugh' },
  { emoji: '🎉', name: 'emoji.party' },
  { emoji: '👀', name: 'emoji.eyes' },
  { emoji: '🙏', name: 'emoji.thanks' },
  { emoji: '✅', name: 'emoji.done' },
  { emoji: '🔥', name: 'emoji.fire' },
  { emoji: '👎', name: 'emoji.thumbs_down' },
  { emoji: '😂', name: 'emoji.tears' },
  { emoji: '🤔', name: 'emoji.thinking' },
  { emoji: '😮', name: 'emoji.surprise' },
  { emoji: '😢', name: 'emoji.sad' },
  { emoji: '👏', name: 'emoji.applause' },
  { emoji: '💯', name: 'emoji.hundred' },
  { emoji: '🚀', name: 'emoji.rocket' },
  { emoji: '👋', name: 'emoji.wave' },
  { emoji: '🤝', name: 'emoji.handshake' },
  { emoji: '💡', name: 'emoji.idea' },
  { emoji: '❓', name: 'emoji.question' },
  { emoji: '❗', name: 'emoji.exclamation' },
  { emoji: '⏳', name: 'emoji.waiting' },
  { emoji: '☕', name: 'emoji.coffee' },
  { emoji: '🍰', name: 'emoji.cake' },
];
export const quickEmojis = emojis.slice(0, 3);
