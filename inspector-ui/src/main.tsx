import { render } from 'preact';
import { App } from './app.tsx';
import { rememberList } from './routing/last-list.ts';
import { followAddress } from './routing/route.ts';
import { startShortcuts } from './shell/shortcuts.ts';
import { startTheme } from './shell/theme.ts';
import { startClock } from './text/times.ts';
import './styles/index.css';

followAddress();
rememberList();
startTheme();
startClock();
startShortcuts();

const place = document.querySelector('#app');
if (place !== null) render(<App />, place);
