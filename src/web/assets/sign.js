// Puts a signature made by NCALayer into every form that asks for one (form[data-sign]) and sends the form, once.
// Without this module the form still works: a signature made by another program is chosen as a file.
//
// The page brings every text in the reader's language, in templates; foreign words only ever become text.

import { addressesFrom, localNetworkPermission, sign, toBase64 } from './ncalayer.js';

/** From this size on a document is signed by its digest, when the page tells it, in octets. */
export const DIGEST_FROM_BYTES = 4 * 1024 * 1024;
/** Largest content that is signed whole, in octets. */
export const CONTENT_MAX_BYTES = 64 * 1024 * 1024;

// ── What is signed ──────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * How a form wants to be signed, from its data attributes: `{ digests }` in hex, in the order to try; `{ whole }`, the
 * content itself; or `{ text }`, the name of what to say when it cannot be.
 */
export function planOf({ size, sha256, streebog512, gost34311, keyAlgorithm }) {
  const octets = sizeFrom(size);
  if (octets > DIGEST_FROM_BYTES && isHex(streebog512, 64)) {
    const digests = digestsFor(keyAlgorithm, { sha256, streebog512, gost34311 });
    if (digests.length > 0) return { digests };
  }
  return octets > CONTENT_MAX_BYTES ? { text: 'too-large' } : { whole: true };
}

/** The digests that keys of this kind sign. Of a key that is not known, most are of 2015 and the rest RSA. */
function digestsFor(keyAlgorithm, { sha256, streebog512, gost34311 }) {
  const streebog = [streebog512, 64];
  const sha = [sha256, 32];
  const fitting = new Map([
    ['GOST2015-512', [streebog]],
    ['GOST2015-256', []], // signs Streebog-256, which the page does not tell
    ['GOST2004', [[gost34311, 32]]],
    ['RSA', [sha]],
  ]).get(keyAlgorithm) ?? [streebog, sha];
  return fitting.filter(([hex, octets]) => isHex(hex, octets)).map(([hex]) => hex);
}

/** Who is asked to sign, for the signer: what the form does not say, or says wrongly, is left out. */
export function signerOf({ purpose, iin, bin }, { locale, anyChain }) {
  const twelve = (number) => (/^\d{12}$/.test(number ?? '') ? number : undefined);
  return {
    locale: ['kk', 'ru', 'en'].find((known) => known === locale) ?? 'kk',
    purpose: ['sign', 'auth'].find((known) => known === purpose) ?? 'any',
    iin: twelve(iin),
    bin: twelve(bin),
    anyChain,
  };
}

/** What is handed to the signer: `{ data }` or `{ digests }` in base64, or `{ text }` when there is nothing to sign. */
export async function contentOf(data, env, signal) {
  const plan = planOf(data);
  if (plan.text) return plan;
  if (plan.digests) return { digests: plan.digests.map((hex) => toBase64(fromHex(hex))) };
  const read = data.contentId === undefined
    ? await fetchContent(data, env, signal)
    : { octets: new TextEncoder().encode(env.textOf(data.contentId) ?? '') };
  if (read.text) return read;
  const hash = toHex(new Uint8Array(await env.subtle.digest('SHA-256', read.octets)));
  return hash === data.sha256?.toLowerCase() ? { data: toBase64(read.octets) } : { text: 'mismatch' };
}

async function fetchContent({ contentUrl, size }, env, signal) {
  const expected = sizeFrom(size);
  const limit = Number.isNaN(expected) ? CONTENT_MAX_BYTES : expected;
  try {
    const response = await env.fetch(contentUrl, {
      mode: 'same-origin', credentials: 'same-origin', redirect: 'error', cache: 'no-store', signal,
    });
    if (!response.ok || !response.body) return { text: 'fetch-failed' };
    const octets = await readBounded(response.body.getReader(), limit);
    if (octets) return { octets };
    return { text: Number.isNaN(expected) ? 'too-large' : 'mismatch' };
  } catch {
    return { text: 'fetch-failed' };
  }
}

/** The octets of a body, or null when they are more than `limit`: then reading ends at once. */
async function readBounded(reader, limit) {
  const parts = [];
  let length = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    length += piece.value.length;
    if (length > limit) {
      await reader.cancel();
      return null;
    }
    parts.push(piece.value);
  }
  const octets = new Uint8Array(length);
  parts.reduce((at, part) => { octets.set(part, at); return at + part.length; }, 0);
  return octets;
}

// ── What is said of it ──────────────────────────────────────────────────────────────────────────────────────────────

/** The state of the form after an outcome, and the name of the text that tells it; `cms` when there is one to send. */
export function viewOf(outcome) {
  switch (outcome.kind) {
    case 'signed': return { state: 'sending', text: 'sending', cms: outcome.cms };
    case 'cancelled': return { state: 'cancelled', text: 'cancelled' };
    case 'absent': return { state: 'failed', text: 'absent' };
    case 'blocked': return { state: 'failed', text: 'blocked' };
    case 'error': return { state: 'failed', text: 'error', message: outcome.message };
    default: return { state: 'failed', text: outcome.reason === 'wrong-form' ? 'wrong-form' : 'broken' };
  }
}

/** One signature, from the content to what is to be shown. `show` is told the states on the way. */
export async function attempt(data, env, signal, show) {
  if (!env.subtle || !env.WebSocket) return { state: 'failed', text: 'blocked' }; // a page that is not secure
  const content = await contentOf(data, env, signal);
  if (signal.aborted) return viewOf({ kind: 'cancelled' });
  if (content.text) return { state: 'failed', text: content.text };
  const job = { ...signerOf(data, env), ...content };
  const outcome = await sign(job, { ...env, signal, onWaiting: () => show({ state: 'waiting', text: 'waiting' }) });
  return viewOf(signal.aborted ? { kind: 'cancelled' } : outcome);
}

/** `work` while no other page of this browser does the same, where the browser can tell. */
async function alone(locks, name, work) {
  if (!locks) return work();
  return locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : { state: 'failed', text: 'busy' }));
}

// ── The form ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Brings one form to life. Returns `reset`, which makes it as new; null when it lacks what the contract names. */
export function enhance(form, env) {
  const start = form.querySelector('[data-sign-start]');
  const cancel = form.querySelector('[data-sign-cancel]');
  const status = form.querySelector('[data-sign-status]');
  const cms = form.querySelector('input[name="cms"]');
  if (!start || !status || !cms) return null;
  let current = null; // the signature being made: aborting it closes the socket
  let sent = false;

  function say(name, message = '') {
    const template = form.querySelector(`template[data-text="${name}"]`);
    status.replaceChildren(...(template ? [template.content.cloneNode(true)] : []));
    const slot = status.querySelector('[data-message]');
    if (slot) slot.textContent = message;
  }

  function show({ state, text = '', message }) {
    form.dataset.signState = state;
    const busy = state === 'connecting' || state === 'waiting' || state === 'sending';
    form.setAttribute('aria-busy', String(busy));
    start.setAttribute('aria-disabled', String(busy)); // not `disabled`, which would take the focus away
    if (cancel) {
      const stranded = cancel.ownerDocument?.activeElement === cancel;
      cancel.hidden = state !== 'connecting' && state !== 'waiting';
      if (cancel.hidden && stranded) start.focus();
    }
    say(text, message);
  }

  async function run() {
    if (current || sent) {
      say('busy');
      return;
    }
    if (!form.reportValidity()) return; // better told before the person enters a password
    const mine = new AbortController();
    current = mine;
    show({ state: 'connecting', text: 'connecting' });
    const work = () => attempt(form.dataset, env, mine.signal, show);
    const name = `sign ${form.getAttribute('action')}`;
    const view = await alone(env.locks, name, work).catch(() => viewOf({ kind: 'broken' }));
    if (current !== mine) return; // the page was reset, or sent by hand, meanwhile
    current = null;
    if (view.cms) send(view);
    else show(view);
  }

  function send(view) {
    cms.value = view.cms;
    show(view);
    if (form.requestSubmit) form.requestSubmit();
    else {
      sent = true;
      form.submit();
    }
    if (sent) return;
    cms.value = ''; // the browser refused a field and says so itself
    show({ state: 'idle' });
  }

  function reset() {
    const stopped = current;
    current = null;
    stopped?.abort();
    sent = false;
    cms.value = '';
    show({ state: 'idle' });
  }

  form.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return;
    if (sent) {
      event.preventDefault();
      return;
    }
    sent = true;
    const stopped = current;
    current = null;
    stopped?.abort(); // a signature of another program is sent: this one is not wanted any more
    if (form.dataset.signState !== 'sending') show({ state: 'sending', text: 'sending' });
  });
  start.addEventListener('click', run);
  cancel?.addEventListener('click', () => current?.abort());
  status.setAttribute('aria-busy', 'false'); // else some readers keep silent while the form around it is busy
  reset();
  start.hidden = false;
  return reset;
}

// ── The page ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What the module needs of a page. */
export function envOf(window) {
  const { document, navigator } = window;
  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? '';
  return {
    addresses: addressesFrom(meta('ncalayer')),
    anyChain: meta('ncalayer-chain') === 'off',
    locale: document.documentElement.lang,
    pageIsHttps: window.location.protocol === 'https:',
    permission: () => localNetworkPermission(navigator.permissions),
    fetch: (...request) => window.fetch(...request),
    subtle: window.crypto?.subtle,
    WebSocket: window.WebSocket,
    locks: navigator.locks,
    textOf: (id) => document.getElementById(id)?.textContent,
  };
}

/** Brings every form of a page to life. */
export function startOn(window) {
  const env = envOf(window);
  const resets = [...window.document.querySelectorAll('form[data-sign]')].map((form) => enhance(form, env));
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) resets.forEach((reset) => reset?.());
  });
}

if (typeof document !== 'undefined') startOn(window);

// ── Small things ────────────────────────────────────────────────────────────────────────────────────────────────────

function sizeFrom(text) {
  return /^\d{1,15}$/.test(text ?? '') ? Number(text) : NaN;
}

function isHex(text, octets) {
  return typeof text === 'string' && text.length === octets * 2 && /^[0-9a-f]+$/i.test(text);
}

function fromHex(hex) {
  return Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16));
}

/** Lower-case hex of `octets`. */
export function toHex(octets) {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
}
