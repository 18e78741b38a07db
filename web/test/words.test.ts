import { describe, expect, it } from 'vitest';
import { en } from '../src/lib/i18n/en';
import { ru } from '../src/lib/i18n/ru';
import { pickLanguage, translate, type Entry } from '../src/lib/i18n/translate';

const names = (entry: Entry): string[] => {
  const text = typeof entry === 'string' ? entry : (entry.other ?? '');
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();
};

describe('dictionaries', () => {
  it('have the same keys', () => {
    expect(Object.keys(ru).sort()).toEqual(Object.keys(en).sort());
  });

  it.each(Object.keys(en) as (keyof typeof en)[])('%s has the same parameters and all forms', (key) => {
    expect(names(ru[key])).toEqual(names(en[key]));
    for (const [entry, forms] of [
      [en[key], ['one', 'other']],
      [ru[key], ['one', 'few', 'many', 'other']],
    ] as [Entry, string[]][]) {
      if (typeof entry === 'string') expect(entry.trim()).not.toBe('');
      else expect(Object.keys(entry).sort()).toEqual([...forms].sort());
    }
  });
});

describe('translate', () => {
  it('chooses the form by the number', () => {
    const say = (count: number) => translate(ru['chat.messages'], 'ru', { count });
    expect([1, 3, 5, 11, 21].map(say)).toEqual([
      '1 сообщение',
      '3 сообщения',
      '5 сообщений',
      '11 сообщений',
      '21 сообщение',
    ]);
  });

  it('writes numbers as the language does', () => {
    expect(translate('{count}', 'en', { count: 12345 })).toBe('12,345');
    expect(translate('{count}', 'ru', { count: 12345 })).toBe('12\u00a0345');
  });

  it('leaves unknown names alone', () => {
    expect(translate('{who}', 'en', {})).toBe('{who}');
    expect(translate('{who} is here', 'en', { who: 'Anna' })).toBe('Anna is here');
    expect(translate('{who} is here', 'en', { who: 'דוד' })).toBe('\u2068דוד\u2069 is here');
  });
});

describe('pickLanguage', () => {
  it('takes the first language it speaks', () => {
    expect(pickLanguage(['de-DE', 'ru-RU', 'en'])).toBe('ru');
    expect(pickLanguage(['en-GB', 'ru'])).toBe('en');
    expect(pickLanguage(['fr'])).toBe('en');
  });
});
