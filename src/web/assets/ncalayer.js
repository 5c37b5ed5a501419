// Talks to NCALayer, the program of the national CA that keeps a person's keys on the person's own machine and signs
// over a WebSocket. Whatever listens there is not trusted: it can only ever give an outcome of the set below, and what
// it calls a signature is judged by the server.
//
//   { kind: 'signed', cms }       base64 of something that begins like a CMS SignedData
//   { kind: 'cancelled' }         by the person, there or here
//   { kind: 'absent' }            nobody greeted at any address
//   { kind: 'blocked' }           the browser does not let this page reach the person's own machine
//   { kind: 'error', message }    what NCALayer itself said, as plain text of bounded length
//   { kind: 'broken', reason }    the conversation broke off, or an answer of an unknown shape came
//
// Source: nca-rk.md section 8 and the recorded exchanges of the real program.

import {
  CANCELLED, HEARTBEAT, basicsSignRequest, broken, commonRequest, commonSignRequests, lacksBasics, lacksMethod, newUuid,
  payloadsOf, readAnswer, readGreeting, readSignature, saysDigestDoesNotFit, storageFrom,
} from './ncalayer-messages.js';

export * from './ncalayer-messages.js';

/** Longest wait for the greeting at one address, ms. */
export const GREETING_MS = 3_000;
/** The same while the browser asks the person whether this page may reach local programs, ms. */
export const PERMISSION_MS = 60_000;
/** Time between two signs of life on an idle connection, ms. */
export const HEARTBEAT_MS = 20_000;
/** Longest wait for an answer that needs no person, ms. */
export const SIDE_QUESTION_MS = 5_000;
/** Most addresses that are tried. */
export const ADDRESSES_MAX = 8;

const ABSENT = Object.freeze({ kind: 'absent' });
const BLOCKED = Object.freeze({ kind: 'blocked' });

// ── The whole act ───────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Has `job` signed and tells the outcome; never rejects.
 *
 * `job`: `locale` kk|ru|en; `purpose` sign|auth|any; `iin`, `bin` when the signer is known; `anyChain` where keys of a
 * test CA are used; and `data`, base64 of what is signed, or `digests`, base64 of its digests in the order to try.
 * `options`: see `connect`; `onWaiting` is called once when the person's decision is awaited.
 */
export async function sign(job, options) {
  let connection;
  try {
    const met = await connect(options);
    if (met.kind !== 'connected') return met;
    ({ connection } = met);
    options.onWaiting?.();
    const outcome = await signWithBasics(connection, job);
    return lacksBasics(outcome, connection.version) ? await signWithCommonUtils(connection, job) : outcome;
  } catch {
    return broken('fault');
  } finally {
    connection?.close();
  }
}

/** Has `job` signed by the module of today. */
export function signWithBasics(connection, job) {
  return signFirstThatFits(job, (payload) => connection.ask(basicsSignRequest(job, payload)));
}

/** Has `job` signed by the module of versions that know no other. */
export async function signWithCommonUtils(connection, job) {
  // The window's language is a courtesy: whatever comes of it, go on.
  await connection.askAside(commonRequest('changeLocale', [job.locale === 'kk' ? 'kz' : job.locale], newUuid()));
  const tokens = await connection.askAside(commonRequest('getActiveTokens', undefined, newUuid()));
  const storage = storageFrom(tokens);
  return signFirstThatFits(job, async (payload) => {
    let outcome = broken('nothing-asked');
    for (const request of commonSignRequests(job, payload, storage)) {
      outcome = await connection.ask(request);
      if (!lacksMethod(outcome)) break;
    }
    return outcome;
  });
}

/** Asks for each thing that could be signed until one is not refused for its form. */
async function signFirstThatFits(job, ask) {
  let outcome = broken('nothing-to-sign');
  for (const payload of payloadsOf(job)) {
    outcome = await ask(payload);
    if (!(payload.digested && saysDigestDoesNotFit(outcome))) break;
  }
  return outcome.kind === 'answered' ? readSignature(outcome.value) : outcome;
}

// ── The connection ──────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * `{ kind: 'connected', connection }` with the first of the addresses that greets, else cancelled, absent or blocked.
 *
 * `options`: `addresses`; `WebSocket`, its constructor; `signal` ends everything; `permission`, an async function that
 * tells what the browser says of local programs (granted, prompt, denied, unknown); `pageIsHttps`; and for tests the
 * times `greetingMs`, `permissionMs`, `heartbeatMs`, `sideQuestionMs`.
 */
export async function connect(options) {
  const { signal, pageIsHttps = false, permission = async () => 'unknown' } = options;
  const addresses = options.addresses.slice(0, ADDRESSES_MAX);
  for (const address of addresses) {
    const asksPerson = (await permission()) === 'prompt';
    if (signal?.aborted) break;
    const connection = await greeted(address, { ...options, asksPerson });
    if (connection) return { kind: 'connected', connection };
  }
  if (signal?.aborted) return CANCELLED;
  const onlyPlain = addresses.length > 0 && addresses.every((address) => address.startsWith('ws:'));
  return (pageIsHttps && onlyPlain) || (await permission()) === 'denied' ? BLOCKED : ABSENT;
}

/** What the browser says of this page reaching programs on the person's machine; browsers differ in the name. */
export async function localNetworkPermission(permissions) {
  const states = new Set();
  for (const name of ['loopback-network', 'local-network-access']) {
    try {
      states.add((await permissions.query({ name })).state);
    } catch {
      // This browser does not know that name.
    }
  }
  return ['denied', 'prompt', 'granted'].find((state) => states.has(state)) ?? 'unknown';
}

/** The addresses in a page's list, those of other schemes left out. */
export function addressesFrom(list) {
  return list.split(/\s+/).filter((address) => /^wss?:\/\/\S+$/.test(address)).slice(0, ADDRESSES_MAX);
}

/** A connection that has been greeted, or null. */
function greeted(address, options) {
  const { greetingMs = GREETING_MS, permissionMs = PERMISSION_MS, asksPerson } = options;
  return new Promise((resolve) => {
    let connection;
    try {
      connection = new Connection(new options.WebSocket(address), options);
    } catch {
      resolve(null); // no address, or one that this page may not use: the next may do
      return;
    }
    const giveUp = () => connection.close();
    let timer = setTimeout(giveUp, asksPerson ? permissionMs : greetingMs);
    connection.onOpen = () => {
      if (!asksPerson) return;
      clearTimeout(timer); // the person has let it through: from here on it is the program's time
      timer = setTimeout(giveUp, greetingMs);
    };
    connection.onGreeting = (version) => {
      clearTimeout(timer);
      resolve(version === null ? null : connection);
    };
  });
}

/** One conversation: questions one at a time, each with one answer; whatever comes unasked is dropped. */
class Connection {
  /** The version in the greeting, empty before it. */
  version = '';
  /** Called when the socket opens. */
  onOpen = null;
  /** Called once, with the version, or null when the end came first. */
  onGreeting = null;
  #socket;
  #signal;
  #times;
  #asked = null;
  #ended = null;
  #beat = null;
  #beatsUnanswered = false;
  #abort = () => this.close(CANCELLED);

  constructor(socket, { signal, heartbeatMs = HEARTBEAT_MS, sideQuestionMs = SIDE_QUESTION_MS }) {
    this.#socket = socket;
    this.#signal = signal;
    this.#times = { heartbeatMs, sideQuestionMs };
    socket.addEventListener('open', () => this.onOpen?.());
    socket.addEventListener('message', (event) => this.#hear(event.data));
    socket.addEventListener('error', () => this.close());
    socket.addEventListener('close', () => this.close());
    signal?.addEventListener('abort', this.#abort);
  }

  /** What comes of `request`: an outcome, or `{ kind: 'answered', value }`. Never rejects. */
  ask(request) {
    if (this.#ended) return Promise.resolve(this.#ended);
    if (this.#asked) return Promise.resolve(broken('busy'));
    return new Promise((resolve) => {
      this.#asked = { request, resolve };
      this.#send(JSON.stringify(request));
    });
  }

  /** The same for what no person has to decide: without an answer in good time the conversation ends. */
  async askAside(request) {
    const timer = setTimeout(() => this.close(broken('no-answer')), this.#times.sideQuestionMs);
    const outcome = await this.ask(request);
    clearTimeout(timer);
    return outcome;
  }

  /** Ends the conversation; a question still open gets `outcome`, as does every later one. */
  close(outcome = broken('closed')) {
    if (this.#ended) return;
    this.#ended = outcome;
    clearInterval(this.#beat);
    this.#signal?.removeEventListener('abort', this.#abort);
    try {
      this.#socket.close();
    } catch {
      // It is closed, one way or another.
    }
    this.#settle(outcome);
    if (this.version === '') this.onGreeting?.(null);
  }

  #hear(data) {
    if (this.#ended) return;
    if (this.version === '') {
      const version = readGreeting(data);
      if (version !== null) this.#begin(version);
    } else if (this.#asked) {
      const outcome = readAnswer(data, this.#asked.request);
      if (outcome.kind !== 'noise' && !this.#isAnswerToBeat(outcome)) this.#settle(outcome);
    }
  }

  #begin(version) {
    this.version = version;
    // While its window is open NCALayer may not answer these, so silence tells nothing: they only keep the line open.
    this.#beat = setInterval(() => {
      this.#beatsUnanswered = true;
      this.#send(HEARTBEAT);
    }, this.#times.heartbeatMs);
    this.onGreeting?.(version);
  }

  /** To a version that knows no heartbeats they are malformed JSON: it gets no more of them. */
  #isAnswerToBeat(outcome) {
    if (!this.#beatsUnanswered || outcome.code !== 'COMMON_JSON_WRAPPING_EXCEPTION') return false;
    this.#beatsUnanswered = false;
    clearInterval(this.#beat);
    return true;
  }

  #send(text) {
    try {
      this.#socket.send(text);
    } catch {
      this.close();
    }
  }

  #settle(outcome) {
    const asked = this.#asked;
    this.#asked = null;
    asked?.resolve(outcome);
  }
}
