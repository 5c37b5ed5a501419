// The modules of the pages. They are served to browsers, beside no package.json: older versions of node would take them
// for CommonJS, so they are loaded from a copy beside one.

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const source = resolve(dirname(fileURLToPath(import.meta.url)), '../../../src/web/assets');
const copy = mkdtempSync(join(tmpdir(), 'qolhat-assets-'));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));

export const names = readdirSync(source).filter((name) => name.endsWith('.js'));
export const textOf = (name) => readFileSync(join(source, name), 'utf8');

names.forEach((name) => cpSync(join(source, name), join(copy, name)));
writeFileSync(join(copy, 'package.json'), '{"type":"module"}');
const load = (name) => import(pathToFileURL(join(copy, name)));

export const ncalayer = await load('ncalayer.js');
export const sign = await load('sign.js');
export const pages = await load('pages.js');
