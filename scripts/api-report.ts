/**
 * Writes what the package declares to its users, so that a change of the public interface is seen where
 * it is reviewed. Needs the build.
 *
 *     node scripts/api-report.ts           write the report
 *     node scripts/api-report.ts --check   fail when it is not as the declarations are
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import {
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type ExtractorMessage,
} from '@microsoft/api-extractor';

import manifest from '../package.json' with { type: 'json' };
import { ROOT } from './project.ts';

const WORK = join(ROOT, '.cache/api-report');

/** Writes a module with a namespace for each subpath: in one report each type stands once. */
function writeEntry(): string {
  const namespaces = Object.values(manifest.exports).flatMap((target) => {
    if (typeof target !== 'object') return [];
    const name = basename(target.types, '.d.ts');
    const module = relative(WORK, join(ROOT, target.types)).replace(/\.d\.ts$/u, '.js');
    return [`export * as ${name} from '${module}';\n`];
  });
  const path = join(WORK, 'entry.d.ts');
  mkdirSync(WORK, { recursive: true });
  writeFileSync(path, namespaces.join(''));
  return path;
}

function configOf(entry: string): ExtractorConfig {
  // The types of Node leave some globals to those of the DOM.
  const lib = ['es2024', 'esnext.disposable', 'dom'];
  const compilerOptions = { target: 'es2024', lib, module: 'nodenext', types: ['node'] };
  const silent = { default: { logLevel: ExtractorLogLevel.None } };
  const overrideTsconfig = {
    compilerOptions: { ...compilerOptions, strict: true, skipLibCheck: true },
    files: [entry],
  };
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder: ROOT,
      newlineKind: 'lf',
      mainEntryPointFilePath: entry,
      compiler: { overrideTsconfig },
      apiReport: {
        enabled: true,
        reportFolder: join(ROOT, 'etc'),
        reportTempFolder: WORK,
        // Members that classes have from a base class that is not exported are public, too.
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      // TypeDoc and check:docs look after comments.
      messages: { extractorMessageReporting: silent, tsdocMessageReporting: silent },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(ROOT, 'package.json'),
  });
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const problems: string[] = [];

const { apiReportChanged, errorCount } = Extractor.invoke(configOf(writeEntry()), {
  localBuild: !values.check,
  printApiReportDiff: values.check,
  messageCallback: (message: ExtractorMessage) => {
    if (['error', 'warning'].includes(message.logLevel)) problems.push(message.text);
    message.handled = true;
  },
});

if (errorCount > 0 || (values.check && apiReportChanged)) {
  for (const problem of problems) console.error(problem);
  console.error('The public interface has changed: if it should, run npm run api and commit etc/');
  process.exitCode = 1;
}
