/**
 * Translates the decorators of NestJS, which Node does not know, as the compiler of an application
 * would. For `node --import`.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';

const tsconfigRaw = { compilerOptions: { experimentalDecorators: true } };

registerHooks({
  load: (url, context, nextLoad) => {
    if (!/\/examples\/recipes\/nestjs[^/]*\.ts$/u.test(url)) return nextLoad(url, context);
    const code = readFileSync(fileURLToPath(url), 'utf8');
    const { code: source } = transformSync(code, { loader: 'ts', target: 'node22', tsconfigRaw });
    return { format: 'module', source, shortCircuit: true };
  },
});
