// The small touches of every page.

import assert from 'node:assert/strict';
import { createHash, webcrypto } from 'node:crypto';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { pages as module } from './support/assets.mjs';

const { HASHED_MAX_BYTES, guardForms, sha256Of, sizeIn, wireCopying, wireFileFacts, wireMenus } = module;

class Node extends EventTarget {
  children = [];
  dataset = {};
  className = '';
  text = '';

  append(...nodes) { this.children.push(...nodes); }
  replaceChildren(...nodes) { this.children = nodes; }
  get textContent() {
    return this.text + this.children.map((node) => (typeof node === 'string' ? node : node.textContent)).join('');
  }
  set textContent(text) { this.text = text; this.children = []; }
  matches(selector) { return selector.split(', ').includes(this.tag); }
}

function page({ found = [], byId = {}, ...more } = {}) {
  const document = Object.assign(new EventTarget(), {
    documentElement: { lang: 'ru' },
    querySelectorAll: () => found,
    getElementById: (id) => byId[id] ?? null,
    createElement: (tag) => Object.assign(new Node(), { tag }),
  });
  return Object.assign(new EventTarget(), { document, navigator: {}, crypto: webcrypto, ...more });
}

// ── Forms ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const formOf = (attributes = {}) => ({ getAttribute: (name) => attributes[name] ?? null });

/** Is the form sent? */
function submitted(window, form, { submitter = null, stopped = false } = {}) {
  const event = Object.assign(new Event('submit', { cancelable: true }), { submitter });
  Object.defineProperty(event, 'target', { value: form });
  if (stopped) event.preventDefault();
  window.document.dispatchEvent(event);
  return !event.defaultPrevented;
}

test('a form is sent once, until the page is shown again', () => {
  const window = page();
  guardForms(window);
  const [one, other] = [formOf(), formOf()];
  const times = [one, one, one, other, other].map((form) => submitted(window, form));
  assert.deepEqual(times, [true, false, false, true, false]);
  window.dispatchEvent(new Event('pageshow'));
  assert.deepEqual([one, one].map((form) => submitted(window, form)), [true, false]);
});

test('a submit that something else stopped does not count', () => {
  const window = page();
  guardForms(window);
  const form = formOf();
  submitted(window, form, { stopped: true });
  assert.ok(submitted(window, form));
});

test('what leaves the page as it is may be asked again', () => {
  const window = page();
  guardForms(window);
  for (const form of [formOf({ target: '_blank' }), formOf({ method: 'dialog' })]) {
    assert.ok(submitted(window, form) && submitted(window, form));
  }
  const submitter = { getAttribute: () => '_blank' };
  const form = formOf();
  assert.ok(submitted(window, form, { submitter }) && submitted(window, form) && !submitted(window, form));
});

// ── Copying ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function copying(source, clipboard, more = {}) {
  const button = Object.assign(new Node(), { hidden: true });
  button.dataset.copy = 'hash';
  wireCopying(page({ found: [button], byId: { hash: source }, navigator: { clipboard }, ...more }));
  assert.equal(button.hidden, false);
  button.dispatchEvent(new Event('click'));
  return button;
}

test('the text of the named element is copied', async () => {
  const copied = [];
  const clipboard = { writeText: async (text) => { copied.push(text); } };
  const text = Object.assign(new Node(), { tag: 'code', text: '\n  ab12  \n' });
  const button = copying(text, clipboard);
  copying(Object.assign(new Node(), { tag: 'input', value: ' as typed ' }), clipboard);
  copying(undefined, clipboard);
  await sleep(1);
  assert.deepEqual(copied, ['ab12', ' as typed ']);
  assert.equal(button.dataset.copied, '');
});

test('where copying is forbidden the text is selected', async () => {
  const selected = [];
  const getSelection = () => ({ selectAllChildren: (node) => selected.push(node) });
  const text = Object.assign(new Node(), { tag: 'code' });
  const field = Object.assign(new Node(), { tag: 'textarea', value: 'x', select: () => selected.push(field) });
  const forbidden = { writeText: async () => { throw new Error('no'); } };
  for (const [source, clipboard] of [[text, undefined], [field, undefined], [text, forbidden]]) {
    const button = copying(source, clipboard, { getSelection });
    await sleep(1);
    assert.equal(button.dataset.copied, undefined);
  }
  assert.deepEqual(selected, [text, field, text]);
});

// ── Files ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const fileOf = (name, text, more) => ({
  name, size: Buffer.byteLength(text), arrayBuffer: async () => new TextEncoder().encode(text).buffer, isOdd: more !== undefined, ...more,
});
const hashOf = (text) => createHash('sha256').update(text).digest('hex');

function filing() {
  const input = Object.assign(new Node(), { files: [], form: new EventTarget() });
  input.dataset.fileFacts = 'facts';
  const place = new Node();
  const window = page({ found: [input], byId: { facts: place } });
  wireFileFacts(window);
  const choose = async (...files) => {
    input.files = files;
    input.dispatchEvent(new Event('change'));
    // Digests are made by other threads, which may be kept from it; of files that are odd there is none.
    const hashed = () => place.children.filter((line) => line.textContent.includes('SHA-256')).length;
    for (let turn = 0; turn < 500 && hashed() < files.filter((file) => !file.isOdd).length; turn += 1) await sleep(10);
    await sleep(20);
    return place.children.map((line) => line.textContent);
  };
  return { input, place, window, choose };
}

test('a chosen file tells its name, size and digest as text', async () => {
  const { choose, place } = filing();
  const name = '<img src=x onerror=alert(1)>.pdf';
  assert.deepEqual(await choose(fileOf(name, 'x'.repeat(1_234))), [
    `${name} ${sizeIn('ru', 1_234)} SHA-256 ${hashOf('x'.repeat(1_234))}`,
  ]);
  const [line] = place.children;
  assert.deepEqual(line.children.filter((part) => part !== ' ').map((part) => [part.tag, part.className]), [
    ['span', 'file-name'], ['span', 'file-size'], ['span', 'file-hash-name'], ['code', 'file-hash'],
  ]);
  assert.equal((await choose(fileOf('a', '1'), fileOf('b', '2'))).length, 2);
  assert.deepEqual(await choose(), []);
});

test('a file that is too large or cannot be read tells name and size', async () => {
  const { choose } = filing();
  const large = fileOf('large', '', { size: HASHED_MAX_BYTES + 1, arrayBuffer: () => assert.fail('read') });
  const gone = fileOf('gone', 'x', { arrayBuffer: async () => { throw new Error('gone'); } });
  assert.deepEqual(await choose(large), [`large ${sizeIn('ru', HASHED_MAX_BYTES + 1)}`]);
  assert.deepEqual(await choose(gone), [`gone ${sizeIn('ru', 1)}`]);
  assert.equal(await sha256Of(fileOf('a', 'x'), undefined), null);
});

test('the digest of a file that is no longer chosen is not told', async () => {
  const { input, place, choose } = filing();
  let finish;
  const slow = fileOf('slow', 'x', { arrayBuffer: () => new Promise((resolve) => { finish = resolve; }) });
  await choose(slow);
  await choose(fileOf('quick', 'y'));
  finish(new ArrayBuffer(1));
  await sleep(10);
  assert.deepEqual(place.children.map((line) => line.textContent), [`quick ${sizeIn('ru', 1)} SHA-256 ${hashOf('y')}`]);
  input.form.dispatchEvent(new Event('reset'));
  assert.deepEqual(place.children, []);
});

test('a file that the browser still holds when the page comes back is told again', async () => {
  const { input, place, window } = filing();
  input.files = [fileOf('kept', 'x')];
  window.dispatchEvent(new Event('pageshow'));
  await sleep(10);
  assert.match(place.children[0].textContent, /^kept /);
});

test('a size is exact and in the language of the page', () => {
  assert.match(sizeIn('ru', 1_234_567), /^1\s234\s567 байт/u);
  assert.match(sizeIn('kk', 7), /^7 байт/);
  assert.match(sizeIn('en', 1_234_567), /^1,234,567 bytes$/);
  assert.equal(sizeIn('', 7), sizeIn('kk', 7));
  assert.equal(sizeIn('no such language', 7), sizeIn('kk', 7));
});

// ── Menus ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function menus() {
  const focused = [];
  const menuOf = (...inside) => ({
    open: true,
    contains: (node) => inside.includes(node),
    querySelector: () => ({ focus: () => focused.push('summary') }),
  });
  const [one, other] = [menuOf('a link'), menuOf()];
  const window = page();
  window.document.querySelectorAll = () => [one, other].filter((menu) => menu.open);
  wireMenus(window);
  const fire = (type, props) => {
    const event = new Event(type, { cancelable: true });
    for (const [name, value] of Object.entries(props)) Object.defineProperty(event, name, { value });
    window.document.dispatchEvent(event);
    return [one.open, other.open];
  };
  return { window, focused, fire };
}

test('a menu closes on a click elsewhere', () => {
  const { fire } = menus();
  assert.deepEqual(fire('click', { target: 'a link' }), [true, false]);
  assert.deepEqual(fire('click', { target: 'elsewhere' }), [false, false]);
});

test('a menu closes on Escape and gives the focus back', () => {
  const { fire, window, focused } = menus();
  window.document.activeElement = 'a link';
  assert.deepEqual(fire('keydown', { key: 'a' }), [true, true]);
  assert.deepEqual(fire('keydown', { key: 'Escape' }), [false, false]);
  assert.deepEqual(focused, ['summary']);
});
