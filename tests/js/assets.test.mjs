// What the modules of the pages may not contain: they run under a strict policy, from this origin alone.

import assert from 'node:assert/strict';
import test from 'node:test';

import { names, textOf } from './support/assets.mjs';

const LONGEST_FILE = 300; // lines
const FORBIDDEN = {
  'foreign text as markup': /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|srcdoc/,
  'code from text': /\beval\(|new Function|javascript:|setTimeout\(\s*['"`]/,
  'styles in markup': /\.style\b|setAttribute\(\s*['"]style/,
  'handlers in markup': /setAttribute\(\s*['"]on/,
  'other origins': /https?:\/\//,
  'traces left behind': /console\.|debugger|localStorage|sessionStorage|document\.cookie/,
};

for (const name of names) {
  const code = textOf(name).split('\n').filter((line) => !/^\s*(\/\/|\*|\/\*)/.test(line)).join('\n');
  for (const [what, pattern] of Object.entries(FORBIDDEN)) {
    test(`${name} has no ${what}`, () => assert.doesNotMatch(code, pattern));
  }
  test(`${name} depends on nothing but its neighbours`, () => {
    const imports = [...code.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, from]) => from);
    assert.deepEqual(imports.filter((from) => !names.includes(from.replace('./', ''))), []);
  });
  test(`${name} can be read in one sitting`, () => assert.ok(textOf(name).split('\n').length <= LONGEST_FILE));
}
