import { loadText, saveText } from '../storage';
import { en, type Key } from './en';
import { ru } from './ru';
import { pickLanguage, translate, type Entry, type Parameters } from './translate';

export type { Key };
export type Language = 'en' | 'ru';

const dictionaries: Record<Language, Record<Key, Entry>> = { en, ru };

class Words {
  language: Language = $state(first());

  choose(language: Language): void {
    this.language = language;
    saveText('language', language);
    document.documentElement.lang = language;
  }
}

function first(): Language {
  const chosen = loadText('language');
  const language = chosen === 'en' || chosen === 'ru' ? chosen : pickLanguage(navigator.languages);
  document.documentElement.lang = language;
  return language;
}

export const words = new Words();

/** The sentence with this key in the chosen language. */
export function t(key: Key, parameters?: Parameters): string {
  return translate(dictionaries[words.language][key], words.language, parameters);
}
