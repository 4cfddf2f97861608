/**
 * Light or dark: as the system says, until a person chooses.
 *
 * @module
 */
import { signal } from '@preact/signals';

const KEY = 'inspector-theme';

export type Theme = 'light' | 'dark';

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

/** What is shown. */
export const theme = signal<Theme>(chosenTheme() ?? systemTheme());

/** Shows the theme, and follows the system while nobody has chosen. */
export function startTheme(): void {
  theme.subscribe((shown) => {
    document.documentElement.dataset['theme'] = shown;
  });
  systemIsDark.addEventListener('change', () => {
    if (chosenTheme() === undefined) theme.value = systemTheme();
  });
}

/** Shows the other one from now on. */
export function toggleTheme(): void {
  theme.value = theme.peek() === 'dark' ? 'light' : 'dark';
  localStorage.setItem(KEY, theme.peek());
}

function chosenTheme(): Theme | undefined {
  const chosen = localStorage.getItem(KEY);
  return chosen === 'light' || chosen === 'dark' ? chosen : undefined;
}

function systemTheme(): Theme {
  return systemIsDark.matches ? 'dark' : 'light';
}
