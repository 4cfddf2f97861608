import { fileURLToPath } from 'node:url';
import { defineConfig, type UserConfig } from 'vite';

/** Builds the page of the inspector, which `src/inspector` serves, to `dist/inspector-ui`. */
const config: UserConfig = defineConfig({
  root: import.meta.dirname,
  // Relative, as the page is served under any path.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('../dist/inspector-ui', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy lets files of the same origin in, and nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});

export default config;
