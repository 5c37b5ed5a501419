// What is said to NCALayer and what its answers mean. Nothing here does anything: it builds requests and reads texts.
// Whatever listens there is not trusted, so every text is bounded, and no text makes these functions throw.
//
// Source: nca-rk.md section 8 and the recorded exchanges of the real program.

/** Longest message that is read, in UTF-16 units. */
export const MESSAGE_MAX_CHARS = 4 * 1024 * 1024;
/** Largest CMS that is taken, in octets. A detached one is a few thousand. */
export const CMS_MAX_BYTES = 1024 * 1024;
/** Longest piece of NCALayer's own words that is shown, in characters. */
export const WORDS_MAX_CHARS = 500;

/** The module of today. */
export const BASICS = 'kz.gov.pki.knca.basics';
/** The module that versions before it have. */
export const COMMON_UTILS = 'kz.gov.pki.knca.commonUtils';
/** A sign of life, the one message that is no JSON. */
export const HEARTBEAT = '--heartbeat--';

/** The outcome when the person has decided against it. */
export const CANCELLED = Object.freeze({ kind: 'cancelled' });
const NOISE = Object.freeze({ kind: 'noise' });
/** The outcome when nothing can be made of what came. */
export const broken = (reason) => ({ kind: 'broken', reason });

const USAGES = { sign: ['1.3.6.1.5.5.7.3.4'], auth: ['1.3.6.1.5.5.7.3.2'], any: [] };
const KEY_TYPES = { sign: 'SIGNATURE', auth: 'AUTHENTICATION', any: 'ANY' }; // any other word shows all keys
const TOKENS = new Set([
  'AKKaztokenStore', 'AKKZIDCardStore', 'AKEToken72KStore', 'AKEToken5110Store', 'AKJaCartaStore', 'AKAKEYStore',
]);

// ── Requests ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What can be signed of `job`, in the order to try. */
export function payloadsOf(job) {
  return job.digests?.length
    ? job.digests.map((data) => ({ data, digested: true }))
    : [{ data: job.data, digested: false }];
}

/** A request for a detached CMS without a time stamp: the server fetches those itself. */
export function basicsSignRequest(job, { data, digested }) {
  const signerParams = { extKeyUsageOids: USAGES[job.purpose] ?? USAGES.any };
  if (job.iin) signerParams.iin = job.iin;
  if (job.bin) signerParams.bin = job.bin;
  if (job.anyChain) signerParams.chain = [];
  return {
    module: BASICS,
    method: 'sign',
    args: {
      allowedStorages: null,
      format: 'cms',
      data,
      signingParams: { decode: true, encapsulate: false, digested },
      signerParams,
      locale: job.locale,
    },
  };
}

/** A request to the older module; the answer to it carries the same `uuid` in versions that know of it. */
export function commonRequest(method, args, uuid) {
  const request = { module: COMMON_UTILS, method };
  if (args !== undefined) request.args = args;
  if (uuid !== undefined) request.uuid = uuid;
  return request;
}

/** The requests that sign one payload, in the order to try: the second method is older and adds a time stamp. */
export function commonSignRequests(job, { data, digested }, storage) {
  const keyType = KEY_TYPES[job.purpose] ?? KEY_TYPES.any;
  if (digested) return [commonRequest('createCAdESFromBase64Hash', [storage, keyType, data], newUuid())];
  return ['createCAdESFromBase64', 'createCMSSignatureFromBase64']
    .map((method) => commonRequest(method, [storage, keyType, data, false], newUuid()));
}

/** The store to name to the older module: the token that is plugged in, else key files. */
export function storageFrom(outcome) {
  const named = outcome.kind === 'answered' && Array.isArray(outcome.value) ? outcome.value : [];
  return named.find((store) => TOKENS.has(store)) ?? 'PKCS12';
}

/** An id for a request, or nothing where a page is not secure and has none: requests go one at a time anyway. */
export function newUuid() {
  return globalThis.crypto?.randomUUID?.();
}

// ── Answers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The version in a greeting, or null when `text` is none. */
export function readGreeting(text) {
  const greeting = parse(text);
  return isGreeting(greeting) ? greeting.result.version : null;
}

/**
 * What `text` is to the one who sent `request`: an outcome, `{ kind: 'answered', value }`, or `{ kind: 'noise' }` when
 * it is no answer to it at all: a sign of life, a repeated greeting, an answer that bears another id.
 */
export function readAnswer(text, request) {
  if (typeof text !== 'string') return broken('not-text');
  if (text.trim() === HEARTBEAT) return NOISE;
  const answer = parse(text);
  if (answer === undefined) return broken('not-json');
  if (!isRecord(answer)) return broken('unknown-shape');
  if (isGreeting(answer) || Object.keys(answer).length === 0 || isForAnother(answer, request)) return NOISE;
  if (typeof answer.status === 'boolean') return readBasics(answer, request);
  if (isName(answer.code)) return readCommon(answer, request);
  if (isName(answer.errorCode)) return readFailure(answer, answer.errorCode, 'frame');
  return broken('unknown-shape');
}

function readBasics({ status, code, body, ...rest }, request) {
  if (!status) return readFailure(rest, isName(code) ? code : '', 'basics');
  if (request.module !== BASICS || !isRecord(body)) return broken('unknown-shape');
  if (Object.hasOwn(body, 'result')) return { kind: 'answered', value: body.result };
  return Object.keys(body).length === 0 ? CANCELLED : broken('unknown-shape');
}

function readCommon({ code, responseObject, ...rest }, request) {
  if (String(code) !== '200') return readFailure(rest, code, 'common');
  return request.module === BASICS ? broken('unknown-shape') : { kind: 'answered', value: responseObject };
}

function readFailure({ message, details }, code, family) {
  const said = [message, details].map(words).filter((part) => part !== '');
  if (said.some((part) => /^action\.cancell?ed$/i.test(part)) || /^USER_CANCELL?ED$/i.test(code)) return CANCELLED;
  const [first = '', second = ''] = said;
  const both = second === '' || second === first ? first : `${first} (${second})`;
  return { kind: 'error', message: words(both) || words(String(code)), code: String(code), family, bare: both === '' };
}

/** The one signature in a result: a text, an array of one, or `{ signatures, certificate }`; then `signed`. */
export function readSignature(value) {
  const signatures = isRecord(value) ? value.signatures : value;
  const text = Array.isArray(signatures) && signatures.length === 1 ? signatures[0] : signatures;
  if (typeof text !== 'string') return broken('unknown-shape');
  const cms = readCms(text);
  return cms === null ? broken('wrong-form') : { kind: 'signed', cms };
}

/**
 * Base64, in one line, of the CMS in `text` (PEM or base64), or null when it is none: not base64, too large, or octets
 * that do not begin like a ContentInfo with SignedData. Nothing else of it is checked: that is the server's work.
 */
export function readCms(text) {
  if (text.length > CMS_MAX_BYTES * 2) return null;
  const armor = /^-----BEGIN ([A-Z0-9 ]{1,32})-----([\s\S]*)-----END \1-----$/.exec(text.trim());
  const base64 = (armor ? armor[2] : text).replace(/[\t\n\r ]+/g, '');
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null;
  const size = (base64.length / 4) * 3 - (/=+$/.exec(base64.slice(-2))?.[0].length ?? 0);
  return size <= CMS_MAX_BYTES && beginsLikeSignedData(fromBase64(base64.slice(0, 32)), size) ? base64 : null;
}

/** Does an object of `size` octets that begins with `head` call itself a ContentInfo with SignedData? */
function beginsLikeSignedData(head, size) {
  const SIGNED_DATA = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
  const [tag, length] = head;
  const longer = length > 0x80 ? length - 0x80 : 0;
  const start = 2 + longer;
  if (tag !== 0x30 || longer > 4) return false;
  // An indefinite length (BER, 0x80) says nothing of the end; any other must say it exactly.
  const said = longer === 0 ? length : head.slice(2, start).reduce((sum, octet) => sum * 256 + octet, 0);
  if (length !== 0x80 && start + said !== size) return false;
  return SIGNED_DATA.every((octet, index) => head[start + index] === octet);
}

// ── What an error says ──────────────────────────────────────────────────────────────────────────────────────────────

/** Is this an NCALayer without the module of today? One of before 1.4 may say so in words of its own. */
export function lacksBasics(outcome, version) {
  if (outcome.kind !== 'error') return false;
  return outcome.code === 'MODULE_NOT_FOUND' || (isBefore14(version) && outcome.family !== 'basics');
}

function isBefore14(version) {
  const [, major, minor] = /^(\d{1,4})\.(\d{1,4})/.exec(version) ?? [];
  return major !== undefined && (Number(major) < 1 || (Number(major) === 1 && Number(minor) < 4));
}

/** Does the older module not know this method? */
export function lacksMethod(outcome) {
  const UNKNOWN = /NoSuchMethod|METHOD_NOT_FOUND|no such method/i;
  return outcome.kind === 'error' && (UNKNOWN.test(outcome.code) || UNKNOWN.test(outcome.message));
}

/** Is a digest refused because keys of the kind that was chosen sign digests of another kind? */
export function saysDigestDoesNotFit(outcome) {
  if (outcome.kind !== 'error') return false;
  const { code, message, family, bare } = outcome;
  return code === 'INVALID_SIGNING_PARAMS' || code === 'SIGNING_FAILURE'
    || (family === 'common' && bare) // so it was recorded
    || /digest|hash|length|size|хеш|хэш|дайджест|длин|размер|ұзынды|өлшем/i.test(message);
}

// ── Small things ────────────────────────────────────────────────────────────────────────────────────────────────────

/** Base64 of `octets`. */
export function toBase64(octets) {
  const STEP = 3 * 8192; // whole groups of three, and few enough for one call
  const parts = [];
  for (let at = 0; at < octets.length; at += STEP) {
    parts.push(btoa(String.fromCharCode(...octets.subarray(at, at + STEP))));
  }
  return parts.join('');
}

function fromBase64(text) {
  return Array.from(atob(text), (char) => char.charCodeAt(0));
}

/** Foreign words as one line of bounded length without characters that steer; empty for what is no text. */
function words(text) {
  if (typeof text !== 'string') return '';
  const line = text.slice(0, WORDS_MAX_CHARS * 4).replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  const chars = [...line];
  return chars.length > WORDS_MAX_CHARS ? `${chars.slice(0, WORDS_MAX_CHARS - 1).join('')}…` : line;
}

/** The value that `text` is JSON of, or undefined. */
function parse(text) {
  if (typeof text !== 'string' || text.length > MESSAGE_MAX_CHARS) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isName(value) {
  return (typeof value === 'string' && value !== '' && value.length <= 100) || Number.isInteger(value);
}

function isGreeting(value) {
  const version = isRecord(value) && isRecord(value.result) ? value.result.version : undefined;
  return typeof version === 'string' && /^[\w.+-]{1,32}$/.test(version);
}

/** Bears the answer an id, and not that of the request? Answers of the module of today bear none. */
function isForAnother(answer, request) {
  return answer.uuid !== undefined && answer.uuid !== null && answer.uuid !== request.uuid;
}
