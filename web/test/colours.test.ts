import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const tokens = readFileSync(new URL('../src/styles/tokens.css', import.meta.url), 'utf8');

/** The colours of one theme, by name. */
function theme(name: string): Map<string, string> {
  const block = new RegExp(`data-theme='${name}'\\] \\{([^}]*)\\}`).exec(tokens)![1]!;
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, key, value]) => [key!, value!]));
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

/** Contrast as WCAG 2.1 defines it. */
function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

const texts = [
  ['ink', 'ground'],
  ['ink', 'raised'],
  ['ink', 'accent-soft'],
  ['muted', 'ground'],
  ['muted', 'raised'],
  ['accent', 'ground'],
  ['accent', 'accent-soft'],
  ['accent-ink', 'accent'],
  ['bad', 'ground'],
  ['bad', 'bad-soft'],
  ['warn', 'ground'],
  ['warn', 'warn-soft'],
] as const;

describe.each(['light', 'dark'])('the %s theme', (name) => {
  const colours = theme(name);

  it.each(texts)('%s on %s can be read', (text, ground) => {
    expect(contrast(colours.get(text)!, colours.get(ground)!)).toBeGreaterThanOrEqual(4.5);
  });

  it('has visible borders of fields', () => {
    expect(contrast(colours.get('border')!, colours.get('ground')!)).toBeGreaterThanOrEqual(3);
  });
});
