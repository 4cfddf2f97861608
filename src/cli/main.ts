#!/usr/bin/env node
/**
 * The command `json-session`.
 *
 * @module
 */
import { enableCompileCache } from 'node:module';

// Most of a short command is loading: what was compiled is kept for the next one.
enableCompileCache();
const { runCommand } = await import('./run-command.ts');
process.exitCode = await runCommand(process.argv.slice(2));
