// A form that is signed: what goes to the signer, what the reader is told, and that it is sent once.

import assert from 'node:assert/strict';
import { createHash, webcrypto } from 'node:crypto';
import test, { afterEach } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { sign as module } from './support/assets.mjs';
import { signForm } from './support/form.mjs';
import { tinyCms } from './support/material.mjs';
import { ADDRESS, basicsResult, fakeWebSocket, ncalayer, nobody } from './support/sockets.mjs';

const { CONTENT_MAX_BYTES, DIGEST_FROM_BYTES, enhance, planOf, signerOf, startOn, viewOf } = module;
const cms = tinyCms();
const CONTENT = 'қолхат';
const sha256 = createHash('sha256').update(CONTENT).digest('hex');
const size = String(Buffer.byteLength(CONTENT));
const streebog512 = 'ab'.repeat(64);
const gost34311 = 'cd'.repeat(32);
const BY_URL = { purpose: 'sign', contentUrl: '/documents/7/files/0', sha256, size };

const toReset = [];
afterEach(() => toReset.splice(0).forEach((reset) => reset()));

/** A form brought to life before this NCALayer and this server. */
function living({ data = BY_URL, script = ncalayer(() => basicsResult([cms])), fetched = CONTENT, ...more } = {}) {
  const view = signForm(data);
  const env = {
    addresses: [ADDRESS],
    anyChain: false,
    locale: 'ru',
    pageIsHttps: true,
    permission: async () => 'unknown',
    subtle: webcrypto.subtle,
    WebSocket: fakeWebSocket(script),
    fetch: async (url, options) => {
      view.fetched = { url, options };
      return typeof fetched === 'function' ? fetched(options) : new Response(fetched);
    },
    textOf: (id) => (id === 'consent-text' ? CONTENT : undefined),
    greetingMs: 20,
    ...more,
  };
  view.reset = enhance(view.form, env);
  toReset.push(view.reset);
  return Object.assign(view, { env, settled: () => settled(view) });
}

async function settled(view) {
  const busy = () => ['connecting', 'waiting'].includes(view.form.dataset.signState);
  for (let turn = 0; turn < 200 && busy(); turn += 1) await sleep(1);
  await sleep(2);
  return view;
}

async function clicked(options) {
  const view = living(options);
  view.start.click();
  return view.settled();
}

const waitingForever = ncalayer(() => undefined);

// ── The way of a signature ──────────────────────────────────────────────────────────────────────────────────────────

test('before the click the button is there and nothing else happens', async () => {
  const view = living();
  assert.deepEqual([view.start.hidden, view.cancel.hidden], [false, true]);
  assert.equal(view.form.dataset.signState, 'idle');
  await sleep(5);
  assert.equal(view.env.WebSocket.all.length, 0);
});

test('a signature is put in and the form is sent once', async () => {
  const view = await clicked();
  assert.deepEqual(view.states, ['idle', 'connecting', 'waiting', 'sending']);
  assert.deepEqual(view.submissions, [cms]);
  assert.equal(view.status.textContent, 'sending');
  assert.equal(view.form.getAttribute('aria-busy'), 'true');
  assert.equal(view.fetched.url, BY_URL.contentUrl);
  assert.deepEqual(
    { ...view.fetched.options, signal: undefined },
    { mode: 'same-origin', credentials: 'same-origin', redirect: 'error', cache: 'no-store', signal: undefined },
  );
  const [{ args }] = view.env.WebSocket.all[0].requests;
  assert.equal(args.data, Buffer.from(CONTENT).toString('base64'));
});

test('a text of the page is signed in UTF-8', async () => {
  const data = { purpose: 'auth', contentId: 'consent-text', sha256, size, iin: '800101300127' };
  const view = await clicked({ data });
  assert.deepEqual(view.submissions, [cms]);
  assert.equal(view.fetched, undefined);
  const [{ args }] = view.env.WebSocket.all[0].requests;
  assert.equal(args.data, Buffer.from(CONTENT).toString('base64'));
  assert.deepEqual(args.signerParams, { extKeyUsageOids: ['1.3.6.1.5.5.7.3.2'], iin: '800101300127' });
});

test('a second click, a third and Enter make no second request', async () => {
  const view = living({ script: waitingForever });
  view.start.click();
  view.start.click();
  await sleep(10);
  assert.equal(view.form.dataset.signState, 'waiting');
  view.start.click();
  assert.equal(view.status.textContent, 'busy');
  assert.equal(view.env.WebSocket.all.length, 1);
  assert.equal(view.env.WebSocket.all[0].requests.length, 1);
});

test('after the form is sent no click and no submit sends it again', async () => {
  const view = await clicked();
  view.start.click();
  view.form.requestSubmit();
  await sleep(10);
  assert.deepEqual(view.submissions, [cms]);
  assert.equal(view.env.WebSocket.all.length, 1);
});

test('another page of this browser that signs the same keeps this one out', async () => {
  const view = await clicked({ locks: { request: async (name, options, work) => work(null) } });
  assert.deepEqual([view.form.dataset.signState, view.status.textContent], ['failed', 'busy']);
  const names = [];
  const locks = { request: async (name, options, work) => { names.push([name, options]); return work({}); } };
  assert.deepEqual((await clicked({ locks })).submissions, [cms]);
  assert.deepEqual(names, [['sign /documents/7/sign', { ifAvailable: true }]]);
});

// ── What the reader is told ─────────────────────────────────────────────────────────────────────────────────────────

const ENDS = {
  cancelled: { script: ncalayer(() => ({ status: true, body: {} })), state: 'cancelled' },
  absent: { script: nobody },
  blocked: { script: nobody, permission: async () => 'denied' },
  error: { script: ncalayer(() => ({ status: false, code: 'X', message: '<b>no</b>' })) },
  broken: { script: ncalayer(() => 'hello') },
  'wrong-form': { script: ncalayer(() => basicsResult(['<b>'])) },
  mismatch: { fetched: 'қолхаТ' },
  'fetch-failed': { fetched: () => new Response('no', { status: 500 }) },
  'too-large': { data: { ...BY_URL, size: String(CONTENT_MAX_BYTES + 1) } },
};

for (const [text, { state = 'failed', ...options }] of Object.entries(ENDS)) {
  test(`${text} is told, nothing is sent, and one may try again`, async () => {
    const view = await clicked(options);
    assert.deepEqual([view.form.dataset.signState, view.status.textContent], [state, text]);
    assert.deepEqual(view.submissions, []);
    assert.equal(view.cms.value, '');
    assert.deepEqual(['aria-busy'].map((name) => view.form.getAttribute(name)), ['false']);
    assert.equal(view.start.getAttribute('aria-disabled'), 'false');
    assert.equal(view.cancel.hidden, true);
    view.states.length = 0;
    view.start.click();
    await view.settled();
    assert.equal(view.states[0], 'connecting');
    assert.equal(view.status.textContent, text);
  });
}

test('the words of NCALayer become text, and only text', async () => {
  const view = await clicked(ENDS.error);
  assert.equal(view.status.querySelector('[data-message]').textContent, '<b>no</b>');
});

test('a text that the page lacks leaves the status empty', async () => {
  const view = living(ENDS.absent);
  view.form.parts.delete('template[data-text="absent"]');
  view.start.click();
  await view.settled();
  assert.deepEqual([view.form.dataset.signState, view.status.textContent], ['failed', '']);
});

test('a page that is not secure cannot sign and says that it is blocked', async () => {
  for (const lacking of [{ subtle: undefined }, { WebSocket: undefined }]) {
    assert.equal((await clicked(lacking)).status.textContent, 'blocked');
  }
});

test('content that is longer or shorter than was said is not signed', async () => {
  for (const fetched of [`${CONTENT}${' '.repeat(100_000)}`, CONTENT.slice(1), '']) {
    const view = await clicked({ fetched });
    assert.equal(view.status.textContent, 'mismatch');
    assert.equal(view.env.WebSocket.all.length, 0);
  }
  for (const wrong of [{ sha256: undefined }, { sha256: '' }, { sha256: sha256.slice(1) }]) {
    assert.equal((await clicked({ data: { ...BY_URL, ...wrong } })).status.textContent, 'mismatch');
  }
  const upper = await clicked({ data: { ...BY_URL, sha256: sha256.toUpperCase() } });
  assert.deepEqual(upper.submissions, [cms]);
});

test('content without end is not read to the end', async () => {
  let read = 0;
  const endless = () => new Response(new ReadableStream({
    pull(controller) { read += 1; controller.enqueue(new Uint8Array(1_000)); },
  }));
  const view = await clicked({ fetched: endless });
  assert.equal(view.status.textContent, 'mismatch');
  assert.ok(read < 10);
});

test('content that does not come is told as such', async () => {
  const failing = [
    () => { throw new TypeError('offline'); },
    () => new Response('', { status: 404 }),
    () => new Response(new ReadableStream({ pull(controller) { controller.error(new Error('cut')); } })),
  ];
  for (const fetched of failing) assert.equal((await clicked({ fetched })).status.textContent, 'fetch-failed');
  assert.equal((await clicked({ data: { ...BY_URL, contentId: 'elsewhere' } })).status.textContent, 'mismatch');
});

// ── Cancelling, and the form sent by hand ───────────────────────────────────────────────────────────────────────────

test('the cancel button is there while one waits, closes the socket and gives the focus back', async () => {
  const view = living({ script: waitingForever });
  view.start.focus();
  view.start.click();
  await sleep(10);
  assert.equal(view.document.activeElement, view.start);
  assert.equal(view.cancel.hidden, false);
  view.cancel.focus();
  view.cancel.click();
  await view.settled();
  assert.deepEqual([view.form.dataset.signState, view.status.textContent], ['cancelled', 'cancelled']);
  assert.ok(view.env.WebSocket.all[0].closed);
  assert.equal(view.document.activeElement, view.start);
});

test('what is cancelled at the very moment it is signed is not sent', async () => {
  const view = living({
    script: ncalayer((request, socket) => {
      socket.say(JSON.stringify(basicsResult([cms])));
      view.cancel.click();
    }),
  });
  view.start.click();
  await view.settled();
  assert.equal(view.form.dataset.signState, 'cancelled');
  assert.deepEqual(view.submissions, []);
});

test('what is cancelled while the content is fetched asks nobody', async () => {
  const never = ({ signal }) => new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
  const view = living({ fetched: never });
  view.start.click();
  await sleep(5);
  view.cancel.click();
  await view.settled();
  assert.equal(view.form.dataset.signState, 'cancelled');
  assert.equal(view.env.WebSocket.all.length, 0);
});

test('a signature of another program that is sent meanwhile ends the waiting, and is sent alone', async () => {
  const view = living({ script: waitingForever });
  view.start.click();
  await sleep(10);
  view.form.requestSubmit(); // the button beside the file
  await sleep(10);
  assert.deepEqual(view.submissions, ['']);
  assert.equal(view.form.dataset.signState, 'sending');
  assert.ok(view.env.WebSocket.all[0].closed);
  view.form.requestSubmit();
  assert.deepEqual(view.submissions, ['']);
});

test('a submit that something else on the page stops is not taken for one', async () => {
  const view = signForm(BY_URL);
  view.form.addEventListener('submit', (event) => event.preventDefault());
  enhance(view.form, living().env);
  view.form.requestSubmit();
  assert.equal(view.form.dataset.signState, 'idle');
});

test('a form that is not filled in is not signed', async () => {
  const view = living();
  view.valid = false;
  view.start.click();
  await sleep(5);
  assert.equal(view.env.WebSocket.all.length, 0);
  view.valid = true;
  view.form.reportValidity = () => true;
  view.form.requestSubmit = () => {}; // the browser finds a fault after all
  view.start.click();
  await view.settled();
  assert.deepEqual([view.form.dataset.signState, view.cms.value], ['idle', '']);
});

test('a browser without requestSubmit sends the form too, once', async () => {
  const view = living();
  view.form.requestSubmit = undefined;
  view.form.submit = () => view.submissions.push(view.cms.value);
  view.start.click();
  await view.settled();
  view.start.click();
  await sleep(5);
  assert.deepEqual(view.submissions, [cms]);
});

test('a page that comes back is as new', async () => {
  const view = await clicked();
  view.reset();
  assert.deepEqual([view.form.dataset.signState, view.cms.value, view.status.textContent], ['idle', '', '']);
  view.start.click();
  await view.settled();
  assert.deepEqual(view.submissions, [cms, cms]);

  const waiting = living({ script: waitingForever });
  waiting.start.click();
  await sleep(10);
  waiting.reset();
  await sleep(10);
  assert.equal(waiting.form.dataset.signState, 'idle');
  assert.ok(waiting.env.WebSocket.all[0].closed);
});

test('a form without a button, a status or a place for the signature is left alone', () => {
  for (const selector of ['[data-sign-start]', '[data-sign-status]', 'input[name="cms"]']) {
    const view = signForm();
    view.form.parts.delete(selector);
    assert.equal(enhance(view.form, {}), null);
    assert.equal(view.start.hidden, true);
  }
  const view = signForm(BY_URL);
  view.form.parts.delete('[data-sign-cancel]');
  assert.notEqual(enhance(view.form, {}), null);
});

test('readers that keep silent in a busy form hear the status', () => {
  assert.equal(living().status.getAttribute('aria-busy'), 'false');
});

// ── Plans ───────────────────────────────────────────────────────────────────────────────────────────────────────────

test('a big document is signed by the digest that fits the key', () => {
  const big = { size: String(DIGEST_FROM_BYTES + 1), sha256, streebog512, gost34311 };
  const digestsOf = (keyAlgorithm) => planOf({ ...big, keyAlgorithm }).digests;
  assert.deepEqual(digestsOf(undefined), [streebog512, sha256]);
  assert.deepEqual(digestsOf('something new'), [streebog512, sha256]);
  assert.deepEqual(digestsOf('RSA'), [sha256]);
  assert.deepEqual(digestsOf('GOST2015-512'), [streebog512]);
  assert.deepEqual(digestsOf('GOST2004'), [gost34311]);
  assert.deepEqual(planOf({ ...big, keyAlgorithm: 'GOST2015-256' }), { whole: true });
  assert.deepEqual(planOf({ ...big, keyAlgorithm: 'GOST2004', gost34311: 'x' }), { whole: true });
  assert.deepEqual(planOf({ ...big, sha256: 'zz' }).digests, [streebog512]);
});

test('a small one, or a big one without digests, is signed whole', () => {
  assert.deepEqual(planOf({ size: String(DIGEST_FROM_BYTES), sha256, streebog512 }), { whole: true });
  assert.deepEqual(planOf({ size: String(DIGEST_FROM_BYTES + 1), sha256 }), { whole: true });
  assert.deepEqual(planOf({ sha256, streebog512 }), { whole: true });
  assert.deepEqual(planOf({ size: '-1' }), { whole: true });
  assert.deepEqual(planOf({ size: String(CONTENT_MAX_BYTES + 1) }), { text: 'too-large' });
});

test('a big document is not fetched: its digests go to the signer in turn', async () => {
  const refusal = { status: false, code: 'INVALID_SIGNING_PARAMS', message: 'x' };
  const inBase64 = (hex) => Buffer.from(hex, 'hex').toString('base64');
  const rsa = ncalayer(({ args }) => (args.data === inBase64(sha256) ? basicsResult([cms]) : refusal));
  const view = await clicked({ data: { ...BY_URL, size: '900000000', streebog512 }, script: rsa });
  assert.deepEqual(view.submissions, [cms]);
  assert.equal(view.fetched, undefined);
  const asked = view.env.WebSocket.all[0].requests.map(({ args }) => [args.data, args.signingParams.digested]);
  assert.deepEqual(asked, [[inBase64(streebog512), true], [inBase64(sha256), true]]);
});

test('what a form says wrongly of the signer is left out', () => {
  const env = { locale: 'en', anyChain: true };
  assert.deepEqual(
    signerOf({ purpose: 'sign', iin: '800101300127', bin: '990240001233' }, env),
    { locale: 'en', purpose: 'sign', iin: '800101300127', bin: '990240001233', anyChain: true },
  );
  assert.deepEqual(
    signerOf({ purpose: 'x', iin: '80010130012', bin: '' }, { locale: 'de', anyChain: false }),
    { locale: 'kk', purpose: 'any', iin: undefined, bin: undefined, anyChain: false },
  );
});

test('every outcome has a state and a text', () => {
  for (const kind of ['signed', 'cancelled', 'absent', 'blocked', 'error', 'broken', 'never heard of']) {
    const view = viewOf({ kind });
    assert.ok(['sending', 'cancelled', 'failed'].includes(view.state));
    assert.ok(view.text.length > 0);
  }
});

test('the page tells addresses, chain and language, and comes back through the cache of pages', async () => {
  const view = signForm({ purpose: 'any', contentId: 'consent-text', sha256, size });
  const WebSocket = fakeWebSocket(ncalayer(() => basicsResult([cms])));
  const metas = { ncalayer: `${ADDRESS} ws://127.0.0.1:13579/`, 'ncalayer-chain': 'off' };
  const window = Object.assign(new EventTarget(), {
    document: {
      documentElement: { lang: 'kk' },
      querySelector: (selector) => ({ content: metas[/"(.*)"/.exec(selector)[1]] }),
      querySelectorAll: () => [view.form, signForm().form],
      getElementById: (id) => (id === 'consent-text' ? { textContent: CONTENT } : null),
    },
    navigator: {}, location: { protocol: 'https:' }, crypto: webcrypto, WebSocket, fetch: null,
  });
  startOn(window);
  view.start.click();
  await settled(view);
  assert.deepEqual(view.submissions, [cms]);
  const [{ args }] = WebSocket.all[0].requests;
  assert.deepEqual([args.locale, args.signerParams], ['kk', { extKeyUsageOids: [], chain: [] }]);
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }));
  assert.equal(view.form.dataset.signState, 'sending');
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  assert.equal(view.form.dataset.signState, 'idle');
});
