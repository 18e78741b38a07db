import { loadText, saveText } from './storage';

export type ThemeChoice = 'system' | 'light' | 'dark';

const systemDark = matchMedia('(prefers-color-scheme: dark)');

/** The first paint has the theme already (public/theme.js); from here on it follows the switch and the system. */
class Theme {
  choice: ThemeChoice = $state(first());
  #system = $state(systemDark.matches);
  readonly dark = $derived(this.choice === 'dark' || (this.choice === 'system' && this.#system));

  constructor() {
    systemDark.addEventListener('change', ({ matches }) => {
      this.#system = matches;
      this.#show();
    });
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    saveText('theme', choice === 'system' ? undefined : choice);
    this.#show();
  }

  #show(): void {
    document.documentElement.dataset['theme'] = this.dark ? 'dark' : 'light';
  }
}

function first(): ThemeChoice {
  const chosen = loadText('theme');
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system';
}

export const theme = new Theme();
