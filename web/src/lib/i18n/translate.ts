// Looks up a sentence and fills it in; knows neither the page nor the chosen language.

/** A sentence, or its forms by number (Intl.PluralRules over the parameter `count`). `{name}` is replaced by a parameter. */
export type Entry = string | Partial<Record<Intl.LDMLPluralRule, string>>;
export type Parameters = Record<string, string | number>;

export function translate(entry: Entry, language: string, parameters: Parameters = {}): string {
  return form(entry, language, Number(parameters['count'])).replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = parameters[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : isolated(value);
  });
}

/** A name that is written from right to left must not turn the sentence around. */
function isolated(value: string): string {
  return /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u.test(value)
    ? `\u2068${value}\u2069`
    : value;
}

function form(entry: Entry, language: string, count: number): string {
  if (typeof entry === 'string') return entry;
  const rule = Number.isFinite(count) ? new Intl.PluralRules(language).select(count) : 'other';
  return entry[rule] ?? entry.other ?? '';
}

/** The first of the reader's languages that the pages speak; English when there is none. */
export function pickLanguage(wanted: readonly string[]): 'en' | 'ru' {
  for (const language of wanted) {
    if (/^ru\b/i.test(language)) return 'ru';
    if (/^en\b/i.test(language)) return 'en';
  }
  return 'en';
}
