// Arbitrary contents for the stream of messages.
import { firstCodePoints } from '../text';

const pool = (
  'the quick brown fox jumps over a lazy dog while seven wizards quietly box five jugs of dark liquid ' +
  'поезд идёт вперёд мимо лесов и рек навстречу утру где ждут письма новости и горячий чай ' +
  'сигнал принят ветер стих связь есть signal received wind is calm link is up 👍 🚂 ☕ 🛰️'
).split(' ');

/** Some words, one to `longest` code points in all. */
export function sampleText(longest: number, random: () => number = Math.random): string {
  const count = 1 + Math.floor(random() * 14);
  const picked = Array.from({ length: count }, () => pool[Math.floor(random() * pool.length)]!);
  return firstCodePoints(picked.join(' '), longest).trimEnd();
}
